#!/usr/bin/env bash
# tools/build.sh PRESET TARGET...: configures once, then builds. One compiler for each core (STATOR_JOBS changes it).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
shift
# A clone in another folder finds what this one has compiled.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
folder=build
[ "$preset" = release ] || folder="build-$preset"

if ! [ -e "$folder/build.ninja" ]; then
  echo "build: configuring $folder"
  mkdir -p "$folder"
  cmake --preset "$preset" >"$folder/configure.log" 2>&1 ||
    { cat "$folder/configure.log" >&2; rm -f "$folder/CMakeCache.txt"; exit 1; }
fi
NINJA_STATUS="build [%f/%t %es] " ninja -C "$folder" -j "${STATOR_JOBS:-$(nproc)}" "$@"
