#!/usr/bin/env python3
"""Side-by-side benchmarks: `make bench`, or `python3 bench/run.py [--only dynamodb|features|stator]`.

dynamodb   GetItem and PutItem of 1 KB over HTTP: Stator, Dynoxide, dynalite, all on disk
features   online reads of 1 row x 50 features over HTTP: Stator, and Feast's server on its store
stator     Stator alone, path by path: the figures of docs/performance.md

Each figure is the server's CPU time (user and system) in microseconds a request, the median of the
rounds; the servers take turns within a round, so that a busy machine hits all of them. Wrong
answers end the run. Exit code 0: no errors and no target missed.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import dynamodb_http
import online_reads
import report
import stator_paths
from peers import harness
from servers import Failure

PARTS = {
    "dynamodb": dynamodb_http.run,
    "features": online_reads.run,
    "stator": stator_paths.run,
}


def main() -> int:
    options = _options()
    lines = report.Report()
    parts = [options.only] if options.only else list(PARTS)
    try:
        options.program = harness.program()
        options.generator = options.program.parent / "benchmarks" / "http_load"
        if not options.generator.is_file():
            raise Failure(f"{options.generator} is not there: run `make bench`")
        for part in parts:
            with tempfile.TemporaryDirectory(prefix="stator-bench.", dir=options.scratch) as folder:
                PARTS[part](options, Path(folder), lines)
    except (Failure, FileNotFoundError) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    lines.print_ratios()
    if options.json:
        options.json.write_text(json.dumps(lines.everything(), indent=1) + "\n")
    return 1 if lines.missed() else 0


def _options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=list(PARTS), help="one part instead of all")
    parser.add_argument("--requests", type=int, default=100_000, help="a run (default 100000)")
    parser.add_argument(
        "--feast-requests",
        type=int,
        default=5_000,
        help="a run of Feast's server, which takes milliseconds of CPU for each: so few already "
        "make the 10 ms of the kernel's clock vanish (default 5000)",
    )
    parser.add_argument("--rounds", type=int, default=3, help="(default 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every run, for later comparison")
    parser.add_argument(
        "--scratch", type=Path, metavar="DIR", help="where the data folders go: a real disk"
    )
    options = parser.parse_args()
    options.scratch = options.scratch or harness.ROOT / "build"
    return options


if __name__ == "__main__":
    sys.exit(main())
