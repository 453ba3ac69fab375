"""The runner must count what ran, and must not call a crash, a hang or an empty run a success."""

import subprocess
import sys
from types import SimpleNamespace

import harness
import pytest
import suites

REPORT = """<?xml version="1.0"?><testsuites><testsuite name="S">{cases}</testsuite></testsuites>"""
PASSED = '<testcase classname="S" name="Good" status="run"/>'
FAILED = '<testcase classname="S" name="Bad" status="run"><failure message="no"/></testcase>'
SKIPPED = (
    '<testcase classname="S" name="Off" status="run">'
    '<skipped message="s_test.cc:3&#x0A;no such disk"/></testcase>'
)
DISABLED = '<testcase classname="S" name="DISABLED_x" status="notrun"/>'


@pytest.fixture
def unit(tmp_path):
    """unit(script) runs the unit suite over one test program, a shell script with $REPORT."""

    def run(script):
        program = tmp_path / "build" / "tests" / "s_test"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nREPORT="${{2#--gtest_output=xml:}}"\n{script}\n')
        program.chmod(0o755)
        return suites.unit(SimpleNamespace(build=tmp_path / "build"))

    return run


def write_report(*cases):
    return f"cat >$REPORT <<'END'\n{REPORT.format(cases=''.join(cases))}\nEND\n"


def test_each_case_is_counted_and_a_skipped_one_tells_its_reason(unit):
    outcome = unit(write_report(PASSED, PASSED, FAILED, SKIPPED, DISABLED) + "exit 1")
    assert str(outcome) == "2 passed, 1 failed, 2 skipped"
    assert outcome.failed == ["s_test S.Bad"]
    assert outcome.skipped == ["s_test S.Off: no such disk", "s_test S.DISABLED_x: disabled"]


def test_a_program_that_crashes_is_a_failure(unit):
    assert unit("kill -SEGV $$").failed == ["s_test: ended with exit code -11"]


def test_a_program_that_passes_and_then_ends_badly_is_a_failure(unit):
    outcome = unit(write_report(PASSED) + "exit 1")
    assert (outcome.passed, outcome.failed) == (1, ["s_test: ended with exit code 1"])


def test_a_program_that_hangs_is_a_failure(unit, monkeypatch):
    monkeypatch.setattr(suites, "UNIT_DEADLINE_S", 0.3)
    assert unit("exec sleep 60").failed == ["s_test: not done in 0.3 s"]


def test_a_tree_without_test_programs_is_a_failure(tmp_path):
    assert suites.unit(SimpleNamespace(build=tmp_path)).failed


def test_the_last_line_is_the_sum_and_the_exit_code_tells_of_failures(tmp_path):
    command = [sys.executable, harness.ROOT / "tests" / "run.py", "--only", "unit"]
    ran = subprocess.run([*command, "--build-dir", tmp_path], capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"
