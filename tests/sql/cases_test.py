"""Runs cases/*.test: one file a behaviour of SQL, against `stator serve` and `stator import` beside it.

A file is a list of blocks, one blank line between them; lines that begin with # are remarks.

    import TABLE PARTITION_KEY [SORT_KEY]     makes a table of a file or a query
    FROM ...

    query                                     the answer as CSV must be just this
    SELECT ...
    ----
    n
    3

    plan                                      each line must stand in EXPLAIN; one with ! must not
    SELECT ...
    ----
    Query
    !Scan

    error                                     each line must stand in the message
    SELECT ...
    ----
    Did you mean

$DATA is the folder of the sample data.
"""

from pathlib import Path

import harness
import pytest

CASES = sorted(Path(__file__).parent.glob("cases/*.test"))


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    """A server with a data folder, so that `stator import` can work through it."""
    folder = tmp_path_factory.mktemp("sql")
    arguments = ["serve", *harness.serve_arguments(), "--path", folder / "data"]
    with harness.running(
        *arguments, doors=("sql", "dynamodb"), cwd=folder, log=folder / "server.log"
    ) as server:
        server.data = folder / "data"
        yield server


def blocks(text):
    """The blocks of a file: (kind, arguments, statement, expected lines)."""
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if not lines:
            continue
        kind, *arguments = lines[0].split()
        rest = "\n".join(lines[1:])
        statement, _, expected = rest.partition("\n----")
        yield kind, arguments, statement, expected.removeprefix("\n").splitlines()


def ask(server, statement):
    answer = harness.http(
        "POST", server.url["sql"] + "/v1/sql", statement.encode(), {"Accept": "text/csv"}
    )
    return answer.status, answer.body.decode()


def make_table(server, arguments, source):
    table, partition, *sort = arguments
    command = ["import", "--path", server.data, "--table", table, "--partition-key", partition]
    command += ["--sort-key", sort[0]] if sort else []
    ran = harness.run(*command, "--from", source, cwd=server.data.parent)
    assert ran.returncode == 0, ran.stderr


def check_plan(server, statement, expected):
    status, plan = ask(server, "EXPLAIN " + statement)
    assert status == 200, plan
    for line in expected:
        assert (line.removeprefix("!") in plan) != line.startswith("!"), f"{line}\n{plan}"


def check_error(server, statement, expected):
    status, message = ask(server, statement)
    assert status == 400, f"{status}: {message}"
    for line in expected:
        assert line in message, f"{line}\n{message}"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(serving, path):
    text = path.read_text().replace("$DATA", str(harness.sample_data("movies.json").parent))
    for kind, arguments, statement, expected in blocks(text):
        if kind == "import":
            make_table(serving, arguments, statement)
        elif kind == "query":
            status, answer = ask(serving, statement)
            assert (status, answer.splitlines()) == (200, expected), statement
        elif kind == "plan":
            check_plan(serving, statement, expected)
        elif kind == "error":
            check_error(serving, statement, expected)
        else:
            pytest.fail(f"{path.name}: no such block: {kind}")
