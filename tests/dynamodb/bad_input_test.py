"""Bad input at the DynamoDB door: the documented error, and nothing is lost. docs/errors.md names these tests."""

import json

import harness
import pytest
from botocore.exceptions import ClientError

TARGET = "DynamoDB_20120810."


def post(url, target, body: bytes):
    return harness.http("POST", url, body, {"X-Amz-Target": target} if target else {})


def error_of(answer):
    found = answer.json()
    return found["__type"].rsplit("#")[-1], found.get("message", found.get("Message", ""))


@pytest.fixture
def item(dynamodb, make_table):
    """A table with one item, which must be there unchanged after whatever the test does."""
    table = make_table()
    kept = {"pk": {"S": "kept"}, "n": {"N": "1"}}
    dynamodb.put_item(TableName=table, Item=kept)
    yield table
    read = dynamodb.get_item(TableName=table, Key={"pk": {"S": "kept"}}, ConsistentRead=True)
    assert read["Item"] == kept
    assert dynamodb.scan(TableName=table)["Count"] == 1


def refusal(function, **arguments):
    """(code, message) of the error that a call of boto3 raises."""
    with pytest.raises(ClientError) as caught:
        function(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b'{"TableName": }', b"[1", b"\xff\xfe{}"])
def test_broken_json(dynamodb_url, item, body):
    answer = post(dynamodb_url, TARGET + "PutItem", body)
    assert (answer.status, error_of(answer)[0]) == (400, "SerializationException")


@pytest.mark.parametrize(
    "target", ["", "PutItem", "DynamoDB_20120810.", "Other_1.PutItem", "x.y.z"]
)
def test_unknown_operation(dynamodb_url, item, target):
    answer = post(dynamodb_url, target, b"{}")
    assert (answer.status, error_of(answer)[0]) == (400, "UnknownOperationException")


def test_an_operation_that_is_not_there_yet_is_named(dynamodb_url, item):
    answer = post(dynamodb_url, TARGET + "TransactWriteItems", b"{}")
    code, message = error_of(answer)
    assert (answer.status, code) == (400, "UnknownOperationException")
    assert "TransactWriteItems" in message


@pytest.mark.parametrize(
    "body",
    [
        {"TableName": 5, "Item": {"pk": {"S": "a"}}},
        {"TableName": "{table}", "Item": "text"},
        {"TableName": "{table}", "Item": {"pk": "a"}},
        {"TableName": "{table}", "Item": {"pk": {"S": 5}}},
        {"TableName": "{table}", "Item": {"pk": {"S": "a"}, "b": {"BOOL": "yes"}}},
    ],
    ids=["number for text", "text for map", "text for value", "number for S", "text for BOOL"],
)
def test_wrong_json_types(dynamodb_url, item, body):
    data = json.dumps(body).replace("{table}", item).encode()
    answer = post(dynamodb_url, TARGET + "PutItem", data)
    assert (answer.status, error_of(answer)[0]) == (400, "SerializationException")


@pytest.mark.parametrize(
    "value",
    [
        {"N": "12a"},
        {"N": "1e200"},
        {"SS": []},
        {"NS": ["1", "1.0"]},
        {"S": "a", "N": "1"},
        {},
    ],
    ids=["no number", "number too large", "empty set", "set with equals", "two types", "no type"],
)
def test_wrong_values(dynamodb_url, item, value):
    body = {"TableName": item, "Item": {"pk": {"S": "a"}, "v": value}}
    answer = post(dynamodb_url, TARGET + "PutItem", json.dumps(body).encode())
    assert (answer.status, error_of(answer)[0]) == (400, "ValidationException")


def test_wrong_type_of_a_key(dynamodb, item):
    code, message = refusal(dynamodb.put_item, TableName=item, Item={"pk": {"N": "5"}})
    assert code == "ValidationException"
    assert "pk" in message


def test_a_missing_key(dynamodb, item):
    code, message = refusal(dynamodb.put_item, TableName=item, Item={"other": {"S": "a"}})
    assert code == "ValidationException"
    assert "pk" in message


def test_an_over_long_expression(dynamodb, item):
    code, message = refusal(
        dynamodb.put_item,
        TableName=item,
        Item={"pk": {"S": "a"}},
        ConditionExpression="attribute_not_exists(" + "a" * 4096 + ")",
    )
    assert code == "ValidationException"
    assert "Expression size has exceeded the maximum allowed size" in message


def test_an_expression_of_too_many_operators(dynamodb, item):
    code, _ = refusal(
        dynamodb.scan,
        TableName=item,
        FilterExpression=" OR ".join(["a=:v"] * 302),
        ExpressionAttributeValues={":v": {"N": "1"}},
    )
    assert code == "ValidationException"


def test_a_wrong_expression(dynamodb, item):
    code, message = refusal(
        dynamodb.update_item,
        TableName=item,
        Key={"pk": {"S": "kept"}},
        UpdateExpression="SET n = = :v",
        ExpressionAttributeValues={":v": {"N": "2"}},
    )
    assert code == "ValidationException"
    assert "UpdateExpression" in message


def test_a_value_nested_too_deep(dynamodb, item):
    value = {"S": "x"}
    for _ in range(32):
        value = {"L": [value]}
    code, message = refusal(dynamodb.put_item, TableName=item, Item={"pk": {"S": "a"}, "v": value})
    assert code == "ValidationException"
    assert "nest" in message.lower()


def test_an_item_too_large(dynamodb, item):
    large = {"pk": {"S": "a"}, "v": {"S": "x" * 409_600}}
    code, message = refusal(dynamodb.put_item, TableName=item, Item=large)
    assert code == "ValidationException"
    assert "size" in message.lower()


def test_json_nested_too_deep(dynamodb_url, item):
    answer = post(dynamodb_url, TARGET + "PutItem", b'{"a":' + b"[" * 100_000)
    assert (answer.status, error_of(answer)[0]) == (400, "SerializationException")


def test_a_table_that_is_not_there(dynamodb, item):
    code, _ = refusal(dynamodb.get_item, TableName="no-such-table", Key={"pk": {"S": "a"}})
    assert code == "ResourceNotFoundException"


def test_a_table_that_is_there_already(dynamodb, item):
    code, message = refusal(
        dynamodb.create_table,
        TableName=item,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert code == "ResourceInUseException"
    assert item in message


def test_an_index_is_refused_and_no_table_is_made(dynamodb, table_name):
    code, message = refusal(
        dynamodb.create_table,
        TableName=table_name,
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "other", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-other",
                "KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    assert code == "NotSupportedYet"
    assert "index" in message.lower()
    assert table_name not in dynamodb.list_tables()["TableNames"]


def test_a_legacy_parameter_is_refused_by_name(dynamodb, item):
    code, message = refusal(
        dynamodb.get_item, TableName=item, Key={"pk": {"S": "kept"}}, AttributesToGet=["n"]
    )
    assert code == "NotSupportedYet"
    assert "AttributesToGet" in message
