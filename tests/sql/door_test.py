"""POST /v1/sql as Spice's clients use it: bodies, forms of the answer, errors."""

import json

import harness
import pytest


@pytest.fixture
def url(serve):
    return serve.url["sql"] + "/v1/sql"


def test_raw_text_answers_json_rows_without_nulls(url):
    answer = harness.http("POST", url, b"SELECT 1 AS a, NULL AS b, 'x' AS c")
    assert (answer.status, answer.json()) == (200, [{"a": 1, "c": "x"}])
    assert answer.headers["content-type"] == "application/json"


def test_an_empty_answer_is_an_empty_list(url):
    assert harness.http("POST", url, b"SELECT 1 WHERE false").json() == []


def test_json_body_with_parameters(url):
    body = {"sql": "SELECT $1 + 1 AS a, $2 AS b, $3 AS c", "parameters": [41, "it's", None]}
    assert harness.http("POST", url, body).json() == [{"a": 42, "b": "it's"}]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/csv", "a,b\n1,x\n"),
        ("text/plain", "+---+---+\n| a | b |\n+---+---+\n| 1 | x |\n+---+---+\n"),
        ("application/xml, text/csv;q=0.5, application/json", "a,b\n1,x\n"),
    ],
)
def test_the_first_known_media_type_decides(url, accept, expected):
    answer = harness.http("POST", url, b"SELECT 1 AS a, 'x' AS b", {"Accept": accept})
    assert (answer.status, answer.body.decode()) == (200, expected)


def test_spices_own_media_type_carries_count_schema_and_data(url):
    accept = {"Accept": "application/vnd.spiceai.sql.v1+json"}
    answer = harness.http("POST", url, b"SELECT 1 AS a", accept).json()
    assert answer["row_count"] == 1
    assert answer["data"] == [{"a": 1}]
    assert answer["schema"]["fields"][0]["name"] == "a"


def test_timestamps_are_iso_and_binary_is_hex(url):
    sql = b"SELECT TIMESTAMP '2001-01-31 10:00:00' AS t, '\\x01\\xFF'::BLOB AS b, [1, NULL] AS l"
    row = harness.http("POST", url, sql).json()[0]
    assert row == {"t": "2001-01-31T10:00:00", "b": "01ff", "l": [1, None]}


@pytest.mark.parametrize("body", [b"SELEC 1", b"SELECT * FROM no_such_table", b'{"sql": 5}'])
def test_errors_are_400_with_plain_text(url, body):
    headers = {"Content-Type": "application/json"} if body.startswith(b"{") else {}
    answer = harness.http("POST", url, body, headers)
    assert answer.status == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert json.dumps(answer.body.decode())  # UTF-8


def test_health_and_ready(serve):
    assert harness.http("GET", serve.url["sql"] + "/health").body == b"ok\n"
    assert harness.http("GET", serve.url["sql"] + "/v1/ready").status == 200
