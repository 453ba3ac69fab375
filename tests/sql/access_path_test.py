"""A key in the WHERE clause decides what is read: EXPLAIN says it, and the engine's counter proves it."""

import re

import harness
import pytest


@pytest.fixture
def flights(serve, new_client, table_name):
    """100 flights each of SFO and LAX, one a minute."""
    client = new_client(serve.url["dynamodb"])
    client.create_table(
        TableName=table_name,
        AttributeDefinitions=[
            {"AttributeName": "origin", "AttributeType": "S"},
            {"AttributeName": "flight", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "origin", "KeyType": "HASH"},
            {"AttributeName": "flight", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    items = [
        {"origin": {"S": origin}, "flight": {"S": f"F{n:03}"}, "delay": {"N": str(n)}}
        for origin in ("SFO", "LAX")
        for n in range(100)
    ]
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        client.batch_write_item(RequestItems={table_name: puts})
    return table_name


def sql(serve, statement, accept="application/json"):
    answer = harness.http(
        "POST", serve.url["sql"] + "/v1/sql", statement.encode(), {"Accept": accept}
    )
    assert answer.status == 200, answer.body
    return answer


def plan_of(serve, query):
    """The lines of EXPLAIN."""
    text = sql(serve, "EXPLAIN " + query, "text/plain").body.decode()
    return [line.strip() for line in text.splitlines()]


def items_read(serve, table):
    """What the engine has read of the table so far, by operation."""
    text = harness.http("GET", serve.url["admin"] + "/metrics").body.decode()
    found = re.findall(r"^stator_engine_items_read_total\{([^}]*)\} (\d+)$", text, re.MULTILINE)
    counts = {}
    for labels, value in found:
        names = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        if names["table"] == table:
            counts[names["operation"]] = int(value)
    return counts


def test_a_key_range_is_a_query_that_reads_the_range_and_nothing_else(serve, flights):
    where = f"FROM \"{flights}\" WHERE origin = 'SFO' AND flight BETWEEN 'F010' AND 'F034'"
    plan = plan_of(serve, f"SELECT * {where}")
    assert "Access: Query" in plan
    assert "Key: origin = 'SFO' AND flight BETWEEN 'F010' AND 'F034'" in plan
    assert "Expected read units: 0.5" in plan
    before = items_read(serve, flights)
    rows = sql(serve, f"SELECT * {where}").json()
    assert sorted(row["delay"] for row in rows) == list(range(10, 35))
    after = items_read(serve, flights)
    assert after["Query"] - before.get("Query", 0) == 25
    assert after.get("Scan", 0) == before.get("Scan", 0)


def test_the_sample_of_a_first_query_counts_apart(serve, flights):
    where = f"FROM \"{flights}\" WHERE origin = 'SFO' AND flight < 'F005'"
    assert len(sql(serve, f"SELECT * {where}").json()) == 5
    assert items_read(serve, flights) == {"Query": 5, "Sample": 200}


def test_a_list_of_tables_reads_none(serve, flights):
    assert {"name": flights} in sql(serve, "SHOW TABLES").json()
    names = sql(serve, "SELECT table_name FROM information_schema.tables").json()
    assert {"table_name": flights} in names
    assert items_read(serve, flights) == {}


def test_a_full_key_is_a_get_item(serve, flights):
    where = f"FROM \"{flights}\" WHERE origin = 'LAX' AND flight = 'F007'"
    assert "Access: GetItem" in plan_of(serve, f"SELECT delay {where}")
    before = items_read(serve, flights)
    assert sql(serve, f"SELECT delay {where}").json() == [{"delay": 7}]
    after = items_read(serve, flights)
    assert sum(after.values()) - sum(before.values()) == 1
