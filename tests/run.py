#!/usr/bin/env python3
"""Runs everything that `make test` counts: house checks, unit tests, black-box tests.

    tests/run.py [--build-dir build] [--only house,unit,blackbox] [--slow] [-k EXPRESSION]

Prints as it goes. The last line is "N passed, M failed, K skipped" over all three, with the reason of
each skip above it; the exit code is 1 when anything failed, or when nothing ran at all.
"""

import argparse
import sys
import time
from pathlib import Path

from suites import Outcome, blackbox, house, unit

ROOT = Path(__file__).resolve().parent.parent
SUITES = {"house": house, "unit": unit, "blackbox": blackbox}


def arguments():
    parser = argparse.ArgumentParser(description="All tests of the project.")
    parser.add_argument("--build-dir", default="build", help="the tree that was built")
    parser.add_argument("--only", default=",".join(SUITES), help="suites, with commas between")
    parser.add_argument("--slow", action="store_true", help="the slow black-box tests too")
    parser.add_argument("-k", default="", help="black-box tests whose names match (as in pytest)")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    options.root = ROOT
    options.build = (ROOT / options.build_dir).resolve()
    sys.stdout.reconfigure(line_buffering=True)
    total = Outcome()
    for name in options.only.split(","):
        start = time.monotonic()
        outcome = SUITES[name](options)
        total.add(outcome)
        print(f"== {name}: {outcome} ({time.monotonic() - start:.0f} s)\n")
    for reason in total.skipped:
        print(f"skipped: {reason}")
    for failure in total.failed:
        print(f"FAILED: {failure}")
    print(total)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
