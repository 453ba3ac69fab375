"""What the house checks share: which files there are, and C++ text without comments and literals."""

import re
import subprocess
from pathlib import Path

# A raw string, a comment, a string or a character literal, whichever comes first.
_TOKENS = re.compile(
    r'R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"'
    r"|//[^\n]*|/\*.*?\*/"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)
_NOT_OURS = ("tests/features/golden/", "build", ".git/")


def project_files(root: Path, *suffixes: str) -> list[Path]:
    """The project's own files, sorted: those that git knows or would add, with one of the endings."""
    command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True)
    if listed.returncode == 0:
        names = listed.stdout.splitlines()
    else:  # An archive without its history.
        names = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    names = [name for name in names if not name.startswith(_NOT_OURS)]
    paths = [root / name for name in sorted(set(names)) if name.endswith(suffixes or "")]
    return [path for path in paths if path.is_file()]


def read(path: Path) -> str:
    """The file as text; every project file is UTF-8."""
    return path.read_text(encoding="utf-8", errors="replace")


def relative(root: Path, path: Path) -> str:
    """The path as a person names it."""
    return path.relative_to(root).as_posix()


def _blank(match: re.Match, keep_strings: bool) -> str:
    text = match.group(0)
    if text.startswith(("//", "/*")):
        return re.sub(r"[^\n]", " ", text)
    return text if keep_strings else '"' + re.sub(r"[^\n]", " ", text[1:-1]) + '"'


def without_comments(text: str) -> str:
    """C++ with its comments blanked, every line where it was."""
    return _TOKENS.sub(lambda match: _blank(match, keep_strings=True), text)


def code_only(text: str) -> str:
    """C++ with comments and the insides of literals blanked, every line where it was."""
    return _TOKENS.sub(lambda match: _blank(match, keep_strings=False), text)


def line_of(text: str, position: int) -> int:
    """The number of the line, from 1, of a position in the text."""
    return text.count("\n", 0, position) + 1


def module_of(root: Path, path: Path) -> str | None:
    """`engine` for src/engine/x.cc; nothing for a file that stands in no module."""
    parts = path.relative_to(root).parts
    return parts[1] if len(parts) > 2 and parts[0] == "src" else None


def is_test_like(path: Path) -> bool:
    """Tests, benchmarks and fuzzers, which may see more than what they test."""
    return path.stem.endswith(("_test", "_bench", "_fuzz")) or path.stem.startswith("test_")
