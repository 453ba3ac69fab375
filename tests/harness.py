"""The program under test, as its users see it: started, spoken to, stopped. Black box only."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_DEADLINE_S = 60.0
STOP_DEADLINE_S = 30.0
# Clients whose pins stand beside their program and not in tools/packages/.
_PINS_OF_CLIENTS = {
    "go-clients": ("tests/dynamodb/go/go.mod", "tests/dynamodb/go/go.sum"),
    "java-clients": ("tests/dynamodb/java/pom.xml", "tests/dynamodb/java/jars.sha256"),
}
DOORS = ("features", "sql", "dynamodb", "admin")
_START_LINE = re.compile(r"\b(features|sql|dynamodb|admin) listening on (\S+)")


def program() -> Path:
    """The program: STATOR_BIN (another build, say with a sanitizer), or build/stator."""
    path = Path(os.environ.get("STATOR_BIN", ROOT / "build" / "stator")).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: run `make build`")
    return path


def cache_folder() -> Path:
    """Where tools/setup.sh keeps what it downloaded."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("STATOR_CACHE") or Path(base) / "stator")


def _setup_lib(function: str, *arguments) -> str:
    """What a function of tools/setup_lib.sh prints."""
    command = ["bash", "-c", '. "$0"; "$@"', ROOT / "tools" / "setup_lib.sh", function]
    ran = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def installed(name: str) -> Path:
    """The folder of one download of tools/setup.sh: `python-awscli`, `node-data`, `go-clients`."""
    source = ROOT / "tools" / "packages" / name
    if name in _PINS_OF_CLIENTS:
        files = [ROOT / file for file in _PINS_OF_CLIENTS[name]]
    elif source.is_dir():
        files = [source / "package.json", source / "package-lock.json"]
    else:
        files = [source.with_suffix(".txt")]
    return cache_folder() / f"{name}-{_setup_lib('key_of', *files)}"


def why_not_installed(name: str) -> str:
    """Why this machine cannot have `go-clients` or `java-clients`; empty when it can."""
    language = name.removesuffix("-clients")
    return _setup_lib(f"why_not_{language}", ROOT / _PINS_OF_CLIENTS[name][0])


def sample_data(file: str) -> Path:
    """A file of the sample data: `flights-3m.parquet`, `movies.json`, `earthquakes.json`."""
    return installed("node-data") / "node_modules" / "vega-datasets" / "data" / file


def free_port() -> int:
    """A TCP port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run(*arguments, cwd=None, env=None, stdin=None, timeout_s=60.0) -> subprocess.CompletedProcess:
    """Runs `stator ARGUMENTS` to its end. `env` is added to the environment."""
    return subprocess.run(
        [program(), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )


@dataclass
class HttpAnswer:
    """What a door answered: status, headers (names in lower case) and the body's bytes."""

    status: int
    headers: dict
    body: bytes

    def json(self):
        return json.loads(self.body)


def http(method: str, url: str, body=None, headers=None, timeout_s=30.0) -> HttpAnswer:
    """One HTTP request. A dict or list body is sent as JSON. Error statuses are answers too."""
    headers = dict(headers or {})
    if isinstance(body, dict | list):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            found = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        found = error.code, error.headers, error.read()
    return HttpAnswer(found[0], {k.lower(): v for k, v in found[1].items()}, found[2])


class Server:
    """A running `stator`: its doors' addresses by name, its log, and its end.

    Waits for the start line of each door in `doors`. `stop` sends SIGTERM to this one process.
    """

    def __init__(self, *arguments, doors=("dynamodb",), cwd=None, env=None, log: Path):
        self.arguments = [str(argument) for argument in arguments]
        self.log = Path(log)
        self.url: dict[str, str] = {}
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(
                [program(), *self.arguments],
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_for(set(doors))
        except BaseException:
            self.kill()
            raise

    def _wait_for(self, doors: set) -> None:
        deadline = time.monotonic() + START_DEADLINE_S
        while True:
            ended = self.process.poll() is not None  # Before the reading, so that no line is lost.
            self.url = dict(_START_LINE.findall(self.output()))
            if doors <= self.url.keys():
                return
            missing = ", ".join(sorted(doors - self.url.keys()))
            command = f"stator {' '.join(self.arguments)}"
            if ended:
                raise RuntimeError(
                    f"`{command}` ended with {self.process.returncode} and no start line of "
                    f"{missing}:\n{self.output()}"
                )
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"`{command}`: no start line of {missing} in {START_DEADLINE_S:.0f} s:\n"
                    f"{self.output()}"
                )
            time.sleep(0.005)

    @property
    def pid(self) -> int:
        return self.process.pid

    def output(self) -> str:
        """Everything that the program has printed, errors included."""
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        """SIGTERM, then the exit code. A program that does not end in time is killed and an error."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """SIGKILL, as a crash of the machine would: nothing is flushed."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def running(*arguments, log: Path, **keywords):
    """A Server for a `with` block; at its end it must stop cleanly, with exit code 0."""
    server = Server(*arguments, log=log, **keywords)
    try:
        yield server
    except BaseException:
        server.kill()
        raise
    if server.process.poll() == -signal.SIGKILL:
        return  # The test itself killed it.
    code = server.stop()
    assert code == 0, f"exit code {code} after SIGTERM:\n{server.output()[-4000:]}"


def serve_arguments(doors=DOORS) -> list[str]:
    """The ports of `stator serve`: a free one for each door asked for, 0 (closed) for the others."""
    arguments = []
    for door in DOORS:
        arguments += [f"--{door}-port", str(free_port() if door in doors else 0)]
    return arguments
