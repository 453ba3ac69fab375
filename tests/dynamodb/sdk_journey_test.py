"""The same journey with five clients: create a table, write, read, query a key range with a filter,
scan in 4 segments, page with a limit, batch-write 25, batch-get 100. Any region, any credentials.
Those in Go and Java also put on a condition that fails, and delete the table.
"""

import json
import os
import subprocess
from pathlib import Path

import harness
import pytest

HERE = Path(__file__).parent
ITEMS = 100
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "anything",
    "AWS_SECRET_ACCESS_KEY": "at-all",
    "AWS_REGION": "ap-southeast-2",
    "AWS_DEFAULT_REGION": "ap-southeast-2",
    "AWS_MAX_ATTEMPTS": "1",  # No retry may hide a failure.
}
STYLES = pytest.mark.parametrize("style", ["endpoint option", "AWS_ENDPOINT_URL_DYNAMODB"])


def item(number):
    """Item number 0 to 99: ten partitions of ten."""
    return {
        "pk": {"S": f"p{number // 10}"},
        "sk": {"N": str(number % 10)},
        "text": {"S": f"text {number}"},
        "even": {"BOOL": number % 2 == 0},
        "nested": {"M": {"list": {"L": [{"N": str(number)}, {"NULL": True}]}}},
        "set": {"SS": ["a", f"b{number}"]},
    }


def key(number):
    return {name: item(number)[name] for name in ("pk", "sk")}


def identity(found):
    return found["pk"]["S"], int(found["sk"]["N"])


ALL_KEYS = sorted(identity(item(number)) for number in range(ITEMS))


def test_boto3(make_table, dynamodb):
    table = make_table("S", "N")
    for start in range(0, ITEMS, 25):
        requests = [{"PutRequest": {"Item": item(n)}} for n in range(start, start + 25)]
        answer = dynamodb.batch_write_item(RequestItems={table: requests})
        assert answer["UnprocessedItems"] == {}

    read = dynamodb.get_item(TableName=table, Key=key(42), ConsistentRead=True)
    assert read["Item"] == item(42)

    query = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :p AND sk BETWEEN :low AND :high",
        FilterExpression="even = :yes",
        ExpressionAttributeValues={
            ":p": {"S": "p3"},
            ":low": {"N": "2"},
            ":high": {"N": "7"},
            ":yes": {"BOOL": True},
        },
    )
    assert query["Items"] == [item(32), item(34), item(36)]
    assert (query["Count"], query["ScannedCount"]) == (3, 6)

    segments = [
        [identity(i) for i in dynamodb.scan(TableName=table, Segment=s, TotalSegments=4)["Items"]]
        for s in range(4)
    ]
    assert sorted(sum(segments, [])) == ALL_KEYS

    pages = list(dynamodb.get_paginator("scan").paginate(TableName=table, Limit=7))
    assert [len(page["Items"]) for page in pages] == [7] * 14 + [2]
    assert sorted(identity(i) for page in pages for i in page["Items"]) == ALL_KEYS

    keys = {table: {"Keys": [key(n) for n in range(ITEMS)]}}
    got = dynamodb.batch_get_item(RequestItems=keys)
    assert got["UnprocessedKeys"] == {}
    assert sorted(identity(i) for i in got["Responses"][table]) == ALL_KEYS


class AwsCli:
    """`aws dynamodb ...` against a door; the answer as JSON."""

    def __init__(self, url):
        self.program = harness.installed("python-awscli") / "bin" / "aws"
        self.url = url

    def __call__(self, *arguments, **options):
        words = [self.program, "dynamodb", *arguments, "--endpoint-url", self.url]
        for name, value in options.items():
            text = value if isinstance(value, str) else json.dumps(value)
            words += ["--" + name.replace("_", "-"), text]
        done = subprocess.run(
            words,
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}


def test_aws_cli(dynamodb_url, table_name):
    aws = AwsCli(dynamodb_url)
    table = {"table_name": table_name}
    aws(
        "create-table",
        **table,
        attribute_definitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        key_schema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        billing_mode="PAY_PER_REQUEST",
    )
    aws("wait", "table-exists", **table)
    for start in range(0, ITEMS, 25):
        requests = [{"PutRequest": {"Item": item(n)}} for n in range(start, start + 25)]
        answer = aws("batch-write-item", request_items={table_name: requests})
        assert answer["UnprocessedItems"] == {}
    assert aws("get-item", **table, key=key(42))["Item"] == item(42)
    query = aws(
        "query",
        **table,
        key_condition_expression="pk = :p AND sk < :high",
        filter_expression="#e = :yes",
        expression_attribute_names={"#e": "even"},
        expression_attribute_values={
            ":p": {"S": "p3"},
            ":high": {"N": "5"},
            ":yes": {"BOOL": True},
        },
    )
    assert query["Items"] == [item(30), item(32), item(34)]
    found = []
    for segment in range(4):
        answer = aws("scan", **table, segment=str(segment), total_segments="4")
        found += [identity(i) for i in answer["Items"]]
    assert sorted(found) == ALL_KEYS
    paged = aws("scan", "--page-size", "7", **table)
    assert sorted(identity(i) for i in paged["Items"]) == ALL_KEYS
    keys = {table_name: {"Keys": [key(n) for n in range(ITEMS)]}}
    got = aws("batch-get-item", request_items=keys)
    assert sorted(identity(i) for i in got["Responses"][table_name]) == ALL_KEYS


def take_journey(command, url, table_name, style, **environment):
    """Runs COMMAND TABLE [ENDPOINT], a program that checks by itself what it is answered."""
    environment = {**os.environ, **ENVIRONMENT, **environment}
    arguments = [*command, table_name]
    if style == "endpoint option":
        arguments.append(url)
    else:
        environment["AWS_ENDPOINT_URL_DYNAMODB"] = url
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "journey done"


@STYLES
def test_aws_sdk_for_javascript(dynamodb_url, table_name, style):
    modules = harness.installed("node-clients") / "node_modules"
    command = ["node", HERE / "sdk_journey.mjs"]
    take_journey(command, dynamodb_url, table_name, style, STATOR_NODE_MODULES=str(modules))


def slow_client(name):
    """Where `tools/setup.sh slow` keeps a client; skips the test where the client cannot be had."""
    if why := harness.why_not_installed(name):
        pytest.skip(why)
    home = harness.installed(name)
    assert home.is_dir(), f"{home} is not there: run `tools/setup.sh slow`"
    return home


@pytest.fixture(scope="module")
def go_journey(tmp_path_factory):
    """The program of go/, built without the network."""
    offline = {
        "GOMODCACHE": str(slow_client("go-clients")),
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=readonly",
    }
    program = tmp_path_factory.mktemp("go") / "sdk_journey"
    built = subprocess.run(
        ["go", "build", "-buildvcs=false", "-o", program, "."],
        cwd=HERE / "go",
        env={**os.environ, **offline},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    return program


@pytest.mark.slow
@pytest.mark.timeout(900)  # The first build of the SDK takes more than a minute.
@STYLES
def test_aws_sdk_for_go(go_journey, dynamodb_url, table_name, style):
    take_journey([go_journey], dynamodb_url, table_name, style)


@pytest.mark.slow
@STYLES
def test_aws_sdk_for_java(dynamodb_url, table_name, style):
    jars = slow_client("java-clients")
    command = ["java", "-cp", jars / "*", HERE / "java" / "SdkJourney.java"]
    take_journey(command, dynamodb_url, table_name, style)
