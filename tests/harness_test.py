"""The harness must notice a program that does not start, does not stop, or ends badly."""

import shutil
import subprocess
import sys
from pathlib import Path

import harness
import pytest

FAKE = """\
#!{python}
import signal, sys, time
behaviour = sys.argv[1]
if behaviour == "ends":
    sys.exit("no such table")
if behaviour == "ignores SIGTERM":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3 if behaviour == "ends badly" else 0))
print("sql listening on http://127.0.0.1:2", flush=True)
if behaviour != "opens one door":
    time.sleep(0.2)
    print("dynamodb listening on http://127.0.0.1:1", flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def fake_program(tmp_path, monkeypatch):
    path = tmp_path / "stator"
    path.write_text(FAKE.format(python=sys.executable))
    path.chmod(0o755)
    monkeypatch.setenv("STATOR_BIN", str(path))
    monkeypatch.setattr(harness, "START_DEADLINE_S", 2.0)
    monkeypatch.setattr(harness, "STOP_DEADLINE_S", 1.0)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


def _command_lines():
    """The command line of every process of this machine that can be seen."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().decode(errors="replace")
        except OSError:
            continue  # It ended in the meantime.


def test_it_waits_for_each_door_and_knows_its_address(log):
    with harness.running("works", doors=("dynamodb", "sql"), log=log) as server:
        assert server.url == {"sql": "http://127.0.0.1:2", "dynamodb": "http://127.0.0.1:1"}
    assert server.process.returncode == 0


def test_a_program_that_ends_at_once_is_told_with_its_last_words(log):
    with pytest.raises(RuntimeError, match="ended with 1.*\n.*no such table"):
        harness.Server("ends", log=log)


def test_a_door_that_does_not_open_is_named_and_the_program_is_ended(log):
    with pytest.raises(TimeoutError, match="no start line of dynamodb in 2 s"):
        harness.Server("opens one door", log=log)
    assert not [line for line in _command_lines() if str(log.parent) in line]


def test_a_bad_exit_code_after_sigterm_fails_the_test(log):
    with pytest.raises(AssertionError, match="exit code 3"), harness.running("ends badly", log=log):
        pass


def test_a_program_that_ignores_sigterm_is_killed_and_fails_the_test(log):
    with (
        pytest.raises(subprocess.TimeoutExpired),
        harness.running("ignores SIGTERM", log=log) as server,
    ):
        pass
    assert server.process.returncode == -9


def test_a_test_may_kill_the_program_itself(log):
    with harness.running("works", log=log) as server:
        server.kill()


def test_what_setup_downloaded_is_found():
    assert (harness.installed("python-awscli") / "bin" / "aws").exists()
    assert harness.sample_data("movies.json").exists()


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("go1.19.8", "go 1.24 or newer is needed, and 1.19.8 is installed"),
        ("go1.24", ""),
        ("go1.100.1", ""),
    ],
)
def test_a_go_that_is_too_old_is_named(tmp_path, monkeypatch, version, reason):
    fake = tmp_path / "go"
    fake.write_text(f"#!/bin/sh\necho {version}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert harness.why_not_installed("go-clients") == reason


def test_the_tool_that_a_client_lacks_is_named(tmp_path, monkeypatch):
    (tmp_path / "bash").symlink_to(shutil.which("bash"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert harness.why_not_installed("go-clients") == "go is not installed"
    assert harness.why_not_installed("java-clients") == "javac is not installed"
    (tmp_path / "javac").symlink_to(tmp_path / "bash")
    assert harness.why_not_installed("java-clients") == "mvn is not installed"


def test_setup_is_silent_when_there_is_nothing_to_do():
    command = [Path(harness.ROOT) / "tools" / "setup.sh", "build", "data", "clients"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
