"""The servers of a benchmark: started on a free loopback port, watched, ended by their own pids."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

START_DEADLINE_S = 90.0
STOP_DEADLINE_S = 20.0
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """A benchmark cannot go on; the message says why in words for its reader."""


class Server:
    """One running server. `make` gives its command for a port. Ready once `GET ready_path` answers."""

    def __init__(self, name, command, port, log: Path, ready_path="/", cwd=None, env=None):
        self.name = name
        self.port = port
        self.log = log
        self.started = time.monotonic()
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait(ready_path)
        except BaseException:
            self.stop()
            raise

    def _wait(self, path: str) -> None:
        deadline = self.started + START_DEADLINE_S
        while True:
            if first_answer(self.port, path):
                self.answered_after_s = time.monotonic() - self.started
                return
            if self.process.poll() is not None:
                raise Failure(f"{self.name} ended with {self.process.returncode}: {self.tail()}")
            if time.monotonic() > deadline:
                raise Failure(f"{self.name}: no answer in {START_DEADLINE_S:.0f} s: {self.tail()}")
            time.sleep(0.0002)

    def tail(self) -> str:
        """The end of what the server printed."""
        return self.log.read_text(errors="replace")[-2000:].strip() or "(it printed nothing)"

    def pids(self) -> list[int]:
        """The process and all that it started: a Python server works in a child."""
        return [self.process.pid, *_descendants(self.process.pid)]

    def scheduled_seconds(self) -> float:
        """Time that its threads have spent on a core so far, in nanoseconds by the kernel's count."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def memory_mb(self) -> float:
        """VmRSS of the process in MB (10^6 bytes)."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise Failure(f"{self.name} has no VmRSS")

    def stop(self) -> None:
        """SIGTERM, then SIGKILL to it and its children when it has not ended in time."""
        children = _descendants(self.process.pid)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid in children:
            if _parent(pid) in (1, self.process.pid):
                _kill(pid)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _parent(pid: int) -> int | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(text[text.rindex(")") + 2 :].split()[1])


def _descendants(pid: int) -> list[int]:
    parents = {int(p.name): _parent(int(p.name)) for p in Path("/proc").glob("[0-9]*")}
    found, level = [], [pid]
    while level:
        level = [child for child, parent in parents.items() if parent in level]
        found += level
    return found


def first_answer(port: int, path: str) -> bool:
    """Whether the server at `port` answers a GET at once, with any status."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode())
            return connection.recv(16).startswith(b"HTTP/1.1 ")
    except OSError:
        return False


def machine_busy_seconds() -> float:
    """Time that all cores together have spent working, for everybody on the machine."""
    words = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    numbers = [int(word) for word in words]
    return (sum(numbers[:8]) - numbers[3] - numbers[4]) / _TICKS_A_SECOND


def post(port: int, body, headers=None, path="/", timeout_s=120):
    """One JSON request on a connection of its own; the decoded answer. Any status but 200 is a Failure."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **(headers or {})},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise Failure(f"port {port}: {error.code} {error.read()[:500]!r} to {headers}") from error
