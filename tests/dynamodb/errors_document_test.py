"""docs/errors.md promises a test for each of its rows: each must exist under the name given there."""

import re

import harness

ROW = re.compile(r"^\|(?:[^|]*\|){3} `([\w.]+)::(\w+)` \|$", re.MULTILINE)


def find(file):
    """The one source file of that name."""
    found = [path for root in ("src", "tests") for path in (harness.ROOT / root).rglob(file)]
    assert len(found) == 1, f"{file}: {found}"
    return found[0].read_text()


def test_every_row_has_its_test():
    text = (harness.ROOT / "docs" / "errors.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("|")]
    tables = text.count("|---|---|---|---|")
    named = ROW.findall(text)
    assert len(named) == len(rows) - 2 * tables, "a row does not end with `file::test`"
    for file, test in named:
        pattern = rf"\bdef {test}\(" if file.endswith(".py") else rf"TEST(_F|_P)?\(\w+, {test}\)"
        assert re.search(pattern, find(file)), f"docs/errors.md names {file}::{test}"
