"""The three suites of tests/run.py. Each prints its progress and returns an Outcome."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import harness

UNIT_DEADLINE_S = 900
BLACKBOX_DEADLINE_S = 2400


@dataclass
class Outcome:
    """How many passed, which failed (names), which were skipped (names with their reasons)."""

    passed: int = 0
    failed: list = field(default_factory=list)
    skipped: list = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self) -> str:
        return f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def house(options) -> Outcome:
    """The rules of the house, each counted as one test. tools/check_*.py say what they are."""
    sys.path.insert(0, str(options.root / "tools"))
    import check_house
    import check_layers

    outcome = Outcome()
    for name, rule in {**check_layers.RULES, **check_house.RULES}.items():
        faults = rule(options.root)
        print(f"house: {name}: {'ok' if not faults else f'{len(faults)} faults'}")
        for fault in faults:
            print(f"  {fault}")
        if faults:
            outcome.failed.append(f"house rule: {name}")
        else:
            outcome.passed += 1
    return outcome


def unit(options) -> Outcome:
    """Every program BUILD/tests/*_test (GoogleTest), two at once on two cores."""
    programs = sorted((options.build / "tests").glob("*_test"))
    outcome = Outcome()
    if not programs:
        outcome.failed.append(f"unit tests: none in {options.build / 'tests'}: run `make build`")
    # The longest first would be better still; the largest is a fair guess.
    programs.sort(key=lambda path: -path.stat().st_size)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        for one in pool.map(lambda path: _unit_program(path, Path(folder)), programs):
            outcome.add(one)
    return outcome


def _unit_program(path: Path, folder: Path) -> Outcome:
    report = folder / f"{path.name}.xml"
    own = folder / path.name
    own.mkdir()
    command = [path, "--gtest_brief=1", f"--gtest_output=xml:{report}"]
    start = time.monotonic()
    try:
        ran = subprocess.run(
            command,
            cwd=own,
            env={**os.environ, "TMPDIR": str(own), "GTEST_COLOR": "no"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=UNIT_DEADLINE_S,
        )
        code, output = ran.returncode, ran.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        code, output = None, (late.stdout or b"").decode(errors="replace")
    outcome = _read_report(report, f"{path.name} ") if report.exists() else Outcome()
    if code is None:
        outcome.failed.append(f"{path.name}: not done in {UNIT_DEADLINE_S} s")
    elif code != 0 and not outcome.failed:
        outcome.failed.append(f"{path.name}: ended with exit code {code}")
    text = f"unit: {path.name}: {outcome} ({time.monotonic() - start:.1f} s)"
    print(f"{text}\n{output}" if outcome.failed else text)
    return outcome


def blackbox(options) -> Outcome:
    """pytest over tests/, in the Python environment that tools/setup.sh made."""
    python = harness.installed("python-tests") / "bin" / "python"
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [python, "-m", "pytest", "-c", options.root / "tests" / "pytest.ini", "-q"]
        command += ["-n", str(os.cpu_count()), "--dist", "loadfile", f"--junitxml={report}"]
        command += ["-p", "no:cacheprovider", "--no-header", "--tb=short"]
        command += ["-k", options.k] if options.k else []
        environment = {**os.environ, "STATOR_BIN": str(options.build / "stator")}
        if options.slow:
            environment["STATOR_SLOW_TESTS"] = "1"
        code = _run_group(command, options.root / "tests", environment)
        outcome = _read_report(report) if report.exists() else Outcome()
    if code is None:
        outcome.failed.append(f"black-box tests: not done in {BLACKBOX_DEADLINE_S} s")
    elif code != 0 and not outcome.failed:
        outcome.failed.append(f"black-box tests: pytest ended with exit code {code}")
    return outcome


def _run_group(command, cwd, environment) -> int | None:
    """The exit code, or nothing when the deadline passed; then all that it started ends with it."""
    process = subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return process.wait(BLACKBOX_DEADLINE_S)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _read_report(report: Path, prefix: str = "") -> Outcome:
    """Counts a report in JUnit's form, which GoogleTest and pytest both write."""
    outcome = Outcome()
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{prefix}{case.get('classname')}.{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed.append(name)
        elif skipped is not None:
            reason = (skipped.get("message") or "").strip().splitlines()
            outcome.skipped.append(f"{name}: {reason[-1] if reason else 'no reason given'}")
        elif case.get("status") == "notrun":
            outcome.skipped.append(f"{name}: disabled")
        else:
            outcome.passed += 1
    return outcome
