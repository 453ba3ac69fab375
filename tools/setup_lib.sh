# Helpers of setup.sh: messages, the cache folder, Debian packages.
cache="${STATOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/stator}"

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# The first 16 hex digits of the SHA-256 of the files, one after the other: the version of what they pin.
key_of() { cat "$@" | sha256sum | cut -c1-16; }

# cmake/FindDuckDB.cmake computes the same path.
duckdb_home() {
  printf '%s/duckdb-1.5.6-%s' "$cache" \
    "$(key_of "$packages/duckdb/package-lock.json" "$packages/duckdb/requirements.txt")"
}

# why_not_go GO.MOD: why the Go of this machine cannot build a module; prints nothing when it can. Debian 12 has Go 1.19.
why_not_go() {
  local needed found
  command -v go >/dev/null || { echo "go is not installed"; return; }
  needed=$(sed -n 's/^go //p' "$1")
  found=$(cd / && GOTOOLCHAIN=local go env GOVERSION)
  found=${found#go}
  [ "$(printf '%s\n' "$needed" "$found" | sort -V | head -n 1)" = "$needed" ] ||
    echo "go $needed or newer is needed, and $found is installed"
}

# The same for the Java client, which Maven fetches and a JDK compiles.
why_not_java() {
  local tool
  for tool in javac mvn; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed"; return; }
  done
}

# A new folder on the file system of the cache; setup.sh removes it when it ends.
scratch() { mktemp -d "$cache/setup-work.XXXXXX"; }

# keep FROM TO: one rename, so that TO is there in full or not at all.
keep() { rm -rf "$2" && mv "$1" "$2"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else return 127
  fi
}

# Prints the packages of the list file that are not there yet.
missing_debian() {
  local package command installed
  installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 2>/dev/null | sed -n 's/^ii //p')
  while read -r package command; do
    case "$package" in '' | '#'*) continue ;; esac
    [ -n "$command" ] && command -v "$command" >/dev/null && continue
    grep -qxF -e "$package" <<<"$installed" || printf '%s\n' "$package"
  done <"$1"
}

install_debian() {
  say "Debian packages: $*"
  local options=(-qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y --no-install-recommends "$@" >/dev/null ||
    fail "these packages are missing and could not be installed; as root: apt-get install --no-install-recommends $*"
}

need_debian() {
  command -v dpkg-query >/dev/null ||
    fail "this is not Debian; install by hand what $1 names (with headers), and DuckDB_DIR=PREFIX for DuckDB"
  local missing
  missing=$(missing_debian "$1")
  [ -z "$missing" ] || install_debian $missing
}

# `python3 -m venv` is a package of its own on Debian, and part of Python elsewhere.
need_venv_module() { python3 -c 'import ensurepip, venv' 2>/dev/null || install_debian python3-venv; }
