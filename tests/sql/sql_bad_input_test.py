"""Bad input at the SQL door. docs/errors.md names these tests."""

import harness
import pytest


def ask(serve, statement):
    return harness.http("POST", serve.url["sql"] + "/v1/sql", statement.encode())


@pytest.mark.parametrize(
    "statement, hint",
    [
        ("SELCT 1", "SELCT"),
        ("SELECT * FROM no_such_table", "no_such_table"),
        ("SELECT no_such_column FROM (SELECT 1 AS a)", "no_such_column"),
        ("SELECT", "SELECT clause"),
    ],
    ids=["keyword", "table", "column", "cut off"],
)
def test_sql_with_a_typo_is_400_and_says_where(serve, statement, hint):
    answer = ask(serve, statement)
    assert answer.status == 400
    assert hint in answer.body.decode()
    assert ask(serve, "SELECT 1 AS one").json() == [{"one": 1}]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/hostname'",
        "COPY (SELECT 1) TO '/tmp/stator-copied.csv'",
        "ATTACH '/tmp/stator-attached.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "PRAGMA enable_external_access",
    ],
)
def test_files_extensions_and_settings_are_out_of_reach_over_http(serve, statement):
    answer = ask(serve, statement)
    assert answer.status in (400, 403), answer.body
    assert b"root:" not in answer.body


def test_a_typo_on_the_command_line_is_exit_code_1(tmp_path):
    done = harness.run("sql", "--in-memory", "-c", "SELCT 1", cwd=tmp_path)
    assert done.returncode == 1
    assert "SELCT" in done.stderr and "SqlSyntaxError" in done.stderr
    assert done.stdout == ""
