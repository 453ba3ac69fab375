#!/usr/bin/env bash
# Everything that is too slow for every change. Goes on after a failure and ends with a list of what failed.
#   tools/check_full.sh [format] [tidy] [asan] [tsan] [fuzz] [slow]     (all of them when none is named)
# STATOR_FUZZ_SECONDS (default 20): how long each fuzzer runs. STATOR_TIDY_ALL=1: clang-tidy on every file, and not
# only on those that differ from the branch main.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
failed=()

step() {
  local name=$1
  shift
  printf '\n== check-full: %s\n' "$name"
  "$@" || failed+=("$name")
}

# DuckDB and RocksDB come without instruments: ThreadSanitizer must not look into them.
export ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
# The search of GCC 12's LeakSanitizer through thread-local storage fails where modules are loaded by need.
export LSAN_OPTIONS="use_tls=0"
export UBSAN_OPTIONS="print_stacktrace=1"
export TSAN_OPTIONS="ignore_noninstrumented_modules=1:suppressions=$PWD/tools/tsan.supp:second_deadlock_stack=1"

sanitized() { tools/build.sh "$1" all && python3 tests/run.py --build-dir "build-$1" --only unit,blackbox; }

fuzz() {
  tools/build.sh asan fuzzers || return 1
  local fuzzer corpus status=0
  mkdir -p build-asan/fuzz-work
  for fuzzer in "$PWD"/build-asan/fuzzers/*_fuzz; do
    [ -x "$fuzzer" ] || continue
    corpus="$PWD/tests/fuzz-corpus/$(basename "$fuzzer")"
    [ -d "$corpus" ] || corpus=
    echo "fuzz: $(basename "$fuzzer")"
    (cd build-asan/fuzz-work && "$fuzzer" "-max_total_time=${STATOR_FUZZ_SECONDS:-20}" $corpus) || status=1
  done
  return $status
}

tidy() {
  tools/build.sh asan all || return 1   # For the generated headers and the list of compile commands.
  local files
  if [ "${STATOR_TIDY_ALL:-}" = 1 ] || ! git rev-parse --verify --quiet main >/dev/null; then
    files=$(git ls-files 'src/*.cc')
  else
    files=$(git diff --name-only --diff-filter=d main -- 'src/*.cc')
  fi
  [ -n "$files" ] || files=$(git ls-files 'src/*.cc')
  # The compile commands are GCC's.
  printf '%s\n' $files | xargs -r -n 1 -P "$(nproc)" clang-tidy-19 --quiet -p build-asan \
    --extra-arg=-Wno-unknown-warning-option
}

# A client whose language is not installed is skipped, and named with the reason at the end of the run.
slow() {
  tools/setup.sh slow && tools/build.sh release program && python3 tests/run.py --only blackbox --slow
}

main() {
  local parts=("$@") part
  [ $# -gt 0 ] || parts=(format tidy asan fuzz tsan slow)
  for part in "${parts[@]}"; do
    case "$part" in
      format) step "format" tools/format.sh --check ;;
      tidy) step "clang-tidy" tidy ;;
      asan) step "AddressSanitizer and UndefinedBehaviorSanitizer" sanitized asan ;;
      tsan) step "ThreadSanitizer" sanitized tsan ;;
      fuzz) step "fuzzers" fuzz ;;
      slow) step "slow clients" slow ;;
      *) echo "check-full: unknown part '$part'" >&2; exit 2 ;;
    esac
  done
  echo
  if [ ${#failed[@]} -gt 0 ]; then
    printf 'check-full: failed: %s\n' "${failed[@]}"
    exit 1
  fi
  echo "check-full: all passed"
}

main "$@"
