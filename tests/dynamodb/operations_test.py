"""What programs do with items and tables, through boto3."""

import pytest
from botocore.exceptions import ClientError


def put_numbers(dynamodb, table, count):
    for start in range(0, count, 25):
        requests = [
            {"PutRequest": {"Item": {"pk": {"S": "a"}, "sk": {"N": str(n)}, "n": {"N": str(n)}}}}
            for n in range(start, min(start + 25, count))
        ]
        assert dynamodb.batch_write_item(RequestItems={table: requests})["UnprocessedItems"] == {}


def sort_keys(answer):
    return [int(item["sk"]["N"]) for item in answer["Items"]]


def test_put_get_update_delete(dynamodb, make_table):
    table = make_table()
    key = {"pk": {"S": "a"}}
    put = dynamodb.put_item(TableName=table, Item={**key, "n": {"N": "1"}}, ReturnValues="ALL_OLD")
    assert "Attributes" not in put
    updated = dynamodb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET n = n + :one, l = list_append(if_not_exists(l, :none), :x) REMOVE gone",
        ExpressionAttributeValues={
            ":one": {"N": "1"},
            ":none": {"L": []},
            ":x": {"L": [{"S": "x"}]},
        },
        ReturnValues="ALL_NEW",
    )
    assert updated["Attributes"] == {**key, "n": {"N": "2"}, "l": {"L": [{"S": "x"}]}}
    deleted = dynamodb.delete_item(TableName=table, Key=key, ReturnValues="ALL_OLD")
    assert deleted["Attributes"]["n"] == {"N": "2"}
    assert "Item" not in dynamodb.get_item(TableName=table, Key=key)
    dynamodb.delete_item(TableName=table, Key=key)


def test_every_type_comes_back_as_it_was(dynamodb, make_table):
    table = make_table()
    item = {
        "pk": {"S": "всё — 一切 — 🚀"},
        "n": {"N": "-1.2345678901234567890123456789012345678E-120"},
        "b": {"B": bytes(range(256))},
        "bool": {"BOOL": False},
        "null": {"NULL": True},
        "empty": {"S": ""},
        "m": {"M": {"a.b": {"L": [{"N": "1"}, {"M": {}}, {"L": []}]}}},
        "ss": {"SS": ["x", "y"]},
        "ns": {"NS": ["1", "2.5"]},
        "bs": {"BS": [b"1", b"2"]},
    }
    dynamodb.put_item(TableName=table, Item=item)
    found = dynamodb.get_item(TableName=table, Key={"pk": item["pk"]})["Item"]
    for name in ("ss", "ns", "bs"):
        kind = name.upper()
        assert sorted(found.pop(name)[kind]) == sorted(item[name][kind])
    expected = {name: value for name, value in item.items() if name not in ("ss", "ns", "bs")}
    expected["n"] = {"N": found["n"]["N"]}
    assert found == expected
    assert float(found["n"]["N"]) == pytest.approx(-1.2345678901234567e-120, rel=1e-15)


def test_a_condition_decides_and_tells_the_old_item(dynamodb, make_table):
    table = make_table()
    item = {"pk": {"S": "a"}, "version": {"N": "1"}}
    condition = "attribute_not_exists(pk)"
    dynamodb.put_item(TableName=table, Item=item, ConditionExpression=condition)
    with pytest.raises(ClientError) as caught:
        dynamodb.put_item(
            TableName=table,
            Item={**item, "version": {"N": "2"}},
            ConditionExpression=condition,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert caught.value.response["Error"]["Message"] == "The conditional request failed"
    assert caught.value.response["Item"] == item
    assert dynamodb.get_item(TableName=table, Key={"pk": {"S": "a"}})["Item"] == item


def test_query_ranges_with_a_filter(dynamodb, make_table):
    table = make_table("S", "N")
    put_numbers(dynamodb, table, 50)
    values = {":a": {"S": "a"}, ":low": {"N": "10"}, ":high": {"N": "20"}, ":n": {"N": "15"}}
    answer = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :a AND sk BETWEEN :low AND :high",
        FilterExpression="n > :n",
        ExpressionAttributeValues=values,
        ProjectionExpression="sk",
        ScanIndexForward=False,
        ReturnConsumedCapacity="TOTAL",
    )
    assert sort_keys(answer) == [20, 19, 18, 17, 16]
    assert (answer["Count"], answer["ScannedCount"]) == (5, 11)
    assert set(answer["Items"][0]) == {"sk"}
    assert answer["ConsumedCapacity"]["TableName"] == table
    del values[":high"], values[":n"]
    above = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :a AND sk < :low",
        ExpressionAttributeValues=values,
    )
    assert sort_keys(above) == list(range(10))


def test_pages_with_a_limit_meet_every_item_once(dynamodb, make_table):
    table = make_table("S", "N")
    put_numbers(dynamodb, table, 50)
    found, start, pages = [], {}, 0
    while True:
        page = dynamodb.query(
            TableName=table,
            KeyConditionExpression="pk = :a",
            ExpressionAttributeValues={":a": {"S": "a"}},
            Limit=8,
            **start,
        )
        found += sort_keys(page)
        pages += 1
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert found == list(range(50))
    assert pages == 7


def test_four_segments_are_the_whole_table_once(dynamodb, make_table):
    table = make_table()
    keys = [f"k{n}" for n in range(200)]
    for start in range(0, 200, 25):
        requests = [{"PutRequest": {"Item": {"pk": {"S": k}}}} for k in keys[start : start + 25]]
        dynamodb.batch_write_item(RequestItems={table: requests})
    segments = [
        [
            item["pk"]["S"]
            for item in dynamodb.scan(TableName=table, Segment=s, TotalSegments=4)["Items"]
        ]
        for s in range(4)
    ]
    assert sorted(sum(segments, [])) == sorted(keys)
    assert all(segments)
    count = dynamodb.scan(TableName=table, Select="COUNT")
    assert (count["Count"], "Items" in count) == (200, False)


def test_batches_of_25_and_100_and_their_limits(dynamodb, make_table):
    table = make_table()
    for start in range(0, 100, 25):
        requests = [
            {"PutRequest": {"Item": {"pk": {"S": str(n)}}}} for n in range(start, start + 25)
        ]
        assert dynamodb.batch_write_item(RequestItems={table: requests})["UnprocessedItems"] == {}
    keys = [{"pk": {"S": str(n)}} for n in range(100)]
    answer = dynamodb.batch_get_item(RequestItems={table: {"Keys": keys}})
    assert sorted(int(i["pk"]["S"]) for i in answer["Responses"][table]) == list(range(100))
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.batch_get_item(RequestItems={table: {"Keys": [*keys, {"pk": {"S": "100"}}]}})
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.batch_write_item(
            RequestItems={table: [{"DeleteRequest": {"Key": key}} for key in keys[:26]]}
        )
    deletes = [{"DeleteRequest": {"Key": key}} for key in keys[:25]]
    dynamodb.batch_write_item(RequestItems={table: deletes})
    assert dynamodb.scan(TableName=table, Select="COUNT")["Count"] == 75


def test_tags(dynamodb, make_table):
    table = make_table(Tags=[{"Key": "team", "Value": "a"}])
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    dynamodb.tag_resource(
        ResourceArn=arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "env", "Value": "test"}]
    )
    tags = dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"team": "b", "env": "test"}
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["team", "unknown"])
    tags = dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "env", "Value": "test"}]


def test_tables_come_and_go(dynamodb, make_table):
    table = make_table("S", "N")
    description = dynamodb.describe_table(TableName=table)["Table"]
    assert description["TableStatus"] == "ACTIVE"
    assert [key["AttributeName"] for key in description["KeySchema"]] == ["pk", "sk"]
    assert description["TableArn"].endswith(f":table/{table}")
    assert table in [
        name
        for page in dynamodb.get_paginator("list_tables").paginate()
        for name in page["TableNames"]
    ]
    dynamodb.delete_table(TableName=table)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        dynamodb.describe_table(TableName=table)


def test_settings_that_tools_ask_for(dynamodb, make_table):
    table = make_table()
    ttl = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert ttl["TimeToLiveStatus"] == "DISABLED"
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["ContinuousBackupsStatus"] == "DISABLED"
    assert dynamodb.describe_limits()["AccountMaxReadCapacityUnits"] > 0
