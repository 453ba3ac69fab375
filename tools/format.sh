#!/usr/bin/env bash
# Formats every C++ and Python file of the project in place. With --check, only names the files that are not formatted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/setup_lib.sh
ruff="$cache/python-quality-$(key_of tools/packages/python-quality.txt)/bin/ruff"

status=0
if [ "${1:-}" = --check ]; then
  git ls-files '*.h' '*.cc' | xargs -r clang-format-19 --dry-run -Werror || status=1
  "$ruff" format --quiet --check --diff . || status=1
else
  git ls-files '*.h' '*.cc' | xargs -r clang-format-19 -i
  "$ruff" format --quiet .
fi
"$ruff" check --quiet . || status=1
exit $status
