"""Takes the fenced commands out of a Markdown file and runs them as a reader would paste them.

* A `sh` block is pasted as it stands. In a `console` block, lines after `$ ` are commands (`> ` goes
  on), and the lines below each are its output: they must come in this order, with `...` in a line
  standing for anything.
* The blocks share one terminal: folder, variables and background jobs go on to the next block.
* A last line that starts a server and stays in front is started behind the scenes, until it listens.
* Lines that fetch, install or test the project itself are not run again from inside its tests; that
  the Makefile has the target is checked instead.
"""

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

BLOCK_DEADLINE_S = 300
SERVER_DEADLINE_S = 60
_FENCE = re.compile(r"^```(sh|bash|console)[^\n]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_SELF = re.compile(r"^(?:sudo[ ]+)?(git clone\b|cd stator\b|make\b)[ ]*(?P<rest>.*)$")
_SERVER = re.compile(
    r"^(?:\S*/)?stator(?:[ ]+--?\S+)*[ ]+(serve|dynamodb)\b(?!.*--help)(?!.*&[ ]*$)"
)


@dataclass
class Step:
    """Commands to paste in one go, and the output lines that the text promises for them."""

    commands: str
    expected: list = field(default_factory=list)


@dataclass
class Block:
    """One fenced block: where it begins, and what it does."""

    line: int
    steps: list


def blocks(markdown: str) -> list[Block]:
    """Every block of commands of the text, in order."""
    found = []
    for match in _FENCE.finditer(markdown):
        line = markdown.count("\n", 0, match.start()) + 1
        kind, text = match.groups()
        steps = _console_steps(text) if kind == "console" else [Step(text)]
        found.append(Block(line, steps))
    return found


def _console_steps(text: str) -> list[Step]:
    steps = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line[2:] + "\n"))
        elif not steps:
            raise ValueError(f"a console block begins with `$ `, not with: {line}")
        elif line.startswith("> ") and not steps[-1].expected:
            steps[-1].commands += line[2:] + "\n"
        elif line.strip():
            steps[-1].expected.append(line.rstrip())
    return steps


def missing_output(expected: list[str], actual: str) -> str | None:
    """The first promised line that does not come, in its turn, in what was printed."""
    lines = [line.rstrip() for line in actual.splitlines()]
    position = 0
    for line in expected:
        pattern = ".*".join(map(re.escape, re.split(r"\.\.\.|…", line)))
        while position < len(lines) and not re.fullmatch(pattern, lines[position]):
            position += 1
        if position == len(lines):
            return line
        position += 1
    return None


class Terminal:
    """The reader's terminal. `close` ends what is still running in it."""

    def __init__(self, folder: Path, path: list[Path], makefile: Path, state: Path):
        self._folder, self._makefile, self._state = folder, makefile, state
        self._groups: list[subprocess.Popen] = []
        self._environment = dict(os.environ)
        self._environment["PATH"] = ":".join([*map(str, path), os.environ["PATH"]])
        self._environment["HOME"] = str(state)
        state.mkdir(exist_ok=True)
        (state / "variables").write_text("")
        (state / "folder").write_text(str(folder))

    def run(self, step: Step) -> str:
        """Pastes one step and returns what it printed. Raises AssertionError when it fails."""
        lines, server = [], None
        for line in step.commands.rstrip("\n").splitlines():
            own = _SELF.match(line.strip())
            if own:
                self._check_target(line.strip())
            elif _SERVER.match(line.strip()):
                server = line
            else:
                lines.append(line)
        output = self._paste("\n".join(lines)) if any(map(str.strip, lines)) else ""
        if server:
            output += self._serve(server)
        lost = missing_output(step.expected, output)
        assert lost is None, f"promised but not printed: {lost}\nprinted:\n{output}"
        return output

    def _check_target(self, line: str) -> None:
        words = line.split("#")[0].split()
        if "make" not in words:
            return
        text = self._makefile.read_text()
        for word in words[words.index("make") + 1 :]:
            if "=" not in word and not word.startswith("-"):
                assert re.search(rf"^{word}:", text, re.MULTILINE), f"no target for `{line}`"

    def _start(self, script: str, log: Path) -> subprocess.Popen:
        state = self._state
        text = (
            f'source "{state}/variables"\ncd "$(cat "{state}/folder")"\nset -eo pipefail\n{script}\n'
            f'export -p >"{state}/variables"\npwd >"{state}/folder"\n'
        )
        with open(log, "wb") as out:
            process = subprocess.Popen(
                ["bash", "-c", text],
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._groups.append(process)
        return process

    def _paste(self, script: str) -> str:
        log = self._state / f"log-{len(self._groups)}"
        process = self._start(script, log)
        try:
            code = process.wait(BLOCK_DEADLINE_S)
        except subprocess.TimeoutExpired:
            code = f"none after {BLOCK_DEADLINE_S} s"
        output = log.read_text(errors="replace")
        assert code == 0, f"exit code {code}:\n{output}"
        return output

    def _serve(self, line: str) -> str:
        log = self._state / f"log-{len(self._groups)}"
        process = self._start(line, log)
        deadline = time.monotonic() + SERVER_DEADLINE_S
        while " listening on " not in (output := log.read_text(errors="replace")):
            assert process.poll() is None, f"`{line}` ended:\n{output}"
            assert time.monotonic() < deadline, f"`{line}` does not listen:\n{output}"
            time.sleep(0.05)
        time.sleep(0.5)  # The other doors of the same program open together with the first.
        return log.read_text(errors="replace")

    def close(self) -> None:
        """Ends the background jobs, as closing the window does; first politely."""
        for sent, patience_s in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0)):
            deadline = time.monotonic() + patience_s
            for process in self._groups:
                _signal_group(process, sent)
            while any(_signal_group(process, 0) for process in self._groups):
                if time.monotonic() > deadline:
                    break
                time.sleep(0.02)


def _signal_group(process: subprocess.Popen, number: int) -> bool:
    """Sends the signal to the job and all that it started; says whether anything is left of it."""
    process.poll()
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return False
    return True
