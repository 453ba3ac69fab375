#!/usr/bin/env bash
# Installs what the project needs. Safe to run again; says nothing when there is nothing to do.
#
#   tools/setup.sh build     Debian packages and DuckDB
#   tools/setup.sh data      the sample data of the demo and of the tests
#   tools/setup.sh clients   the clients that the black-box tests use
#   tools/setup.sh slow      the AWS SDKs of the slow tests, for the languages that this machine has (Go, Java)
#   tools/setup.sh quality   what formats and lints (make format, make check-full)
#
# What is downloaded is pinned by hash in tools/packages/ and kept in STATOR_CACHE (default ~/.cache/stator), so a clean
# clone does not fetch it again. DuckDB_DIR=PREFIX uses a system DuckDB of the same version instead.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
packages="$root/tools/packages"
. "$root/tools/setup_lib.sh"

main() {
  [ $# -gt 0 ] || set -- build data clients
  mkdir -p "$cache"
  exec 9>"$cache/setup.lock"
  flock 9
  trap 'rm -rf "$cache"/setup-work.*' EXIT   # The lock is ours: no other set-up has such a folder here.
  local part
  for part in "$@"; do
    case "$part" in
      build) need_debian "$packages/debian-build.txt"; need_venv_module; need_duckdb ;;
      data) need_node_modules data ;;
      clients) need_node_modules clients; need_python tests; need_python awscli ;;
      slow) need_go; need_java ;;
      quality) need_debian "$packages/debian-quality.txt"; need_python quality ;;
      *) fail "unknown part '$part'; the parts are build, data, clients, slow and quality" ;;
    esac
  done
}

need_duckdb() {
  if [ -n "${DuckDB_DIR:-}" ]; then
    [ -e "$DuckDB_DIR/lib/libduckdb.so" ] && [ -e "$DuckDB_DIR/include/duckdb.hpp" ] ||
      fail "DuckDB_DIR=$DuckDB_DIR holds no lib/libduckdb.so and include/duckdb.hpp"
    return
  fi
  local home
  home=$(duckdb_home)
  [ -d "$home" ] && return
  [ "$(uname -sm)" = "Linux x86_64" ] || fail "DuckDB is pinned for Linux x86-64 only; set DuckDB_DIR to your own build"
  say "DuckDB 1.5.6: the library and its headers"
  local work
  work=$(scratch)
  cp "$packages/duckdb/"{package.json,package-lock.json,.npmrc,requirements.txt} "$work"
  (cd "$work" && npm ci --ignore-scripts --silent --no-progress)
  python3 -m venv "$work/venv"
  "$work/venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary duckdb \
    --require-hashes -d "$work" -r "$work/requirements.txt"
  mkdir -p "$work/home/lib"
  tar -xzf "$work"/duckdb-*.tar.gz -C "$work" --wildcards '*/external/duckdb/src/include/*' \
    '*/external/duckdb/third_party/*.h' '*/external/duckdb/third_party/*.hpp' '*/external/duckdb/LICENSE'
  mv "$work"/duckdb-*/external/duckdb/{src/include,third_party,LICENSE} "$work/home"
  cp "$work/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so" "$work/home/lib"
  keep "$work/home" "$home"
}

# A folder of node modules for each folder of tools/packages/node-*: NODE_PATH of the programs that use it.
need_node_modules() {
  local source="$packages/node-$1" home
  [ -d "$source" ] || return 0
  home="$cache/node-$1-$(key_of "$source/package.json" "$source/package-lock.json")"
  [ -d "$home" ] && return
  say "npm packages: $1"
  local work
  work=$(scratch)
  mkdir "$work/home"
  cp "$source/"{package.json,package-lock.json,.npmrc} "$work/home"
  (cd "$work/home" && npm ci --ignore-scripts --silent --no-progress)
  keep "$work/home" "$home"
}

# The Go modules of tests/dynamodb/go as a module cache of their own. Go itself holds them against go.sum.
need_go() {
  local source="$root/tests/dynamodb/go" home why work
  why=$(why_not_go "$source/go.mod")
  [ -z "$why" ] || { say "without the AWS SDK for Go: $why"; return; }
  home="$cache/go-clients-$(key_of "$source/go.mod" "$source/go.sum")"
  [ -d "$home" ] && return
  say "Go modules: the AWS SDK for Go"
  work=$(scratch)
  (cd "$source" && GOMODCACHE="$work/home" GOFLAGS=-modcacherw GOTOOLCHAIN=local go mod download)
  keep "$work/home" "$home"
}

# The jars that tests/dynamodb/java/pom.xml brings; each of them, and no other, must be as jars.sha256 has it.
need_java() {
  local source="$root/tests/dynamodb/java" home why work
  why=$(why_not_java)
  [ -z "$why" ] || { say "without the AWS SDK for Java: $why"; return; }
  home="$cache/java-clients-$(key_of "$source/pom.xml" "$source/jars.sha256")"
  [ -d "$home" ] && return
  say "jars: the AWS SDK for Java"
  work=$(scratch)
  mvn -B -q -f "$source/pom.xml" --strict-checksums "-Dmaven.repo.local=$work/repository" \
    dependency:copy-dependencies "-DoutputDirectory=$work/home"
  (cd "$work/home" && LC_ALL=C sha256sum *.jar) | diff "$source/jars.sha256" - ||
    fail "the jars of the AWS SDK for Java are not those of $source/jars.sha256"
  keep "$work/home" "$home"
}

# The Python environment of tools/packages/python-NAME.txt. They are apart because their pins exclude each other.
need_python() {
  local file="$packages/python-$1.txt" home python=python3 work
  home="$cache/python-$1-$(key_of "$file")"
  [ -e "$home/complete" ] && return
  say "Python packages: $1"
  command -v python3.11 >/dev/null && python=python3.11
  work=$(scratch)
  cp "$file" "$work/requirements.txt"
  if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'; then
    say "$python is not Python 3.11: the versions hold, the hashes (of packages for 3.11) cannot be checked"
    sed -i 's/ --hash=.*//' "$work/requirements.txt"
  fi
  rm -rf "$home"
  "$python" -m venv "$home"   # An environment cannot be moved, so this one is made in place and marked at the end.
  "$home/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: -r "$work/requirements.txt"
  touch "$home/complete"
}

main "$@"
