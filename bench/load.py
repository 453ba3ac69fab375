"""The table of the benchmarks, its items, and runs of the load generator."""

import http.client
import json
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from servers import Failure, Server, machine_busy_seconds, post

TABLE = "bench"
KEYS = 100_000
CONNECTIONS = 16
RUN_DEADLINE_S = 900

# What an AWS SDK sends. Nobody here checks the signature; dynalite wants to see one.
SDK_HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Date": "20260101T000000Z",
    "User-Agent": "aws-sdk-bench/1.0",
    "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "0" * 64,
}


@dataclass
class Run:
    """One run of the load generator against one server."""

    server: str
    requests: int
    errors: int
    seconds: float
    cpu_us: float
    load_us: float
    p50_us: int
    p99_us: int
    others: float  # Cores that everybody else on the machine kept busy meanwhile.


@dataclass
class Figure:
    """All runs of one server at one task."""

    server: str
    runs: list[Run]

    @property
    def cpu_us(self) -> float:
        """Median over the runs of the server's CPU microseconds a request."""
        return statistics.median(run.cpu_us for run in self.runs)

    @property
    def per_second(self) -> float:
        """Median over the runs of the requests a second, as the clock on the wall saw them."""
        return statistics.median(run.requests / run.seconds for run in self.runs)


def compact(value) -> str:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"))


def key(number) -> str:
    """The partition key of item `number`, as http_load prints `{key}`."""
    return f"k{number:08d}" if isinstance(number, int) else f"k{number}"


def item(number) -> dict:
    """An item of exactly 1,024 bytes as DynamoDB counts: a key, a number, a flag, eight texts."""
    digits = key(number)[1:]
    lorem = ("lorem ipsum dolor " * 7)[:109]
    words = {f"text{i}": {"S": f"{i}-{digits}-{lorem}"} for i in range(7)}
    # 2+9 of id, 5+4 of count, 4+1 of flag, 7 x (5+120) of the texts: the last one fills up.
    words["text7"] = {"S": "x" * (1024 - 11 - 9 - 5 - 7 * 125 - 5)}
    return {"id": {"S": key(number)}, "count": {"N": "12345"}, "flag": {"BOOL": True}, **words}


def call(port: int, operation: str, body: dict) -> dict:
    """One DynamoDB call."""
    return post(port, body, {**SDK_HEADERS, "X-Amz-Target": f"DynamoDB_20120810.{operation}"})


def batches(server: Server, operation: str, bodies) -> None:
    """Calls a batch operation for each body, on one connection."""
    headers = {**SDK_HEADERS, "X-Amz-Target": f"DynamoDB_20120810.{operation}"}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    for body in bodies:
        connection.request("POST", "/", json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        said = json.loads(text) if answer.status == 200 else {}
        if not said or said.get("UnprocessedItems") or said.get("UnprocessedKeys"):
            raise Failure(f"{server.name}: {operation}: {answer.status} {text[:300]!r}")
    connection.close()


def create_and_fill(server: Server, keys: int = KEYS) -> None:
    """Creates the table and writes `keys` items of 1 KB, 25 a call."""
    call(
        server.port,
        "CreateTable",
        {
            "TableName": TABLE,
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    groups = (range(start, min(start + 25, keys)) for start in range(0, keys, 25))
    puts = ([{"PutRequest": {"Item": item(number)}} for number in group] for group in groups)
    batches(server, "BatchWriteItem", ({"RequestItems": {TABLE: group}} for group in puts))


def warm(server: Server, keys: int = KEYS) -> None:
    """Reads every item once, 100 a call, so that the server's caches hold what they can."""
    groups = (range(start, min(start + 100, keys)) for start in range(0, keys, 100))
    asked = ({"Keys": [{"id": {"S": key(number)}} for number in group]} for group in groups)
    batches(server, "BatchGetItem", ({"RequestItems": {TABLE: group}} for group in asked))


def check_items(server: Server, numbers) -> None:
    """Reads items one by one and compares them in full with what was written."""
    for number in numbers:
        body = {"TableName": TABLE, "Key": {"id": {"S": key(number)}}, "ConsistentRead": True}
        found = call(server.port, "GetItem", body).get("Item")
        if found != item(number):
            raise Failure(f"{server.name}: item {key(number)} is {str(found)[:300]}")


@dataclass
class Task:
    """What the load generator sends, `{key}` being the number of an item."""

    name: str
    body: str
    expect: str = ""
    headers: dict | None = None
    path: str = "/"
    key_width: int = 8
    keys: int = KEYS

    def run(self, generator: Path, server: Server, requests: int) -> Run:
        """One run; wrong answers are a Failure."""
        headers = self.headers or {**SDK_HEADERS, "X-Amz-Target": f"DynamoDB_20120810.{self.name}"}
        command = [generator, "--port", server.port, "--requests", requests, "--path", self.path]
        command += ["--connections", CONNECTIONS, "--keys", self.keys]
        command += ["--key-width", self.key_width, "--seconds-max", RUN_DEADLINE_S - 30]
        command += ["--body", self.body]
        command += ["--expect", self.expect] if self.expect else []
        for pid in server.pids():
            command += ["--pid", pid]
        for name, value in headers.items():
            command += ["--header", f"{name}: {value}"]
        busy = machine_busy_seconds()
        ran = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, timeout=RUN_DEADLINE_S
        )
        busy = machine_busy_seconds() - busy
        if ran.returncode != 0:
            raise Failure(f"{server.name}: {self.name}: {ran.stderr.strip()}")
        said = json.loads(ran.stdout)
        ours = (said["cpu_us"] + said["load_us"]) * said["requests"] / 1e6
        run = Run(server=server.name, others=max(0.0, busy - ours) / said["seconds"], **said)
        if run.errors:
            raise Failure(f"{server.name}: {self.name}: {run.errors} errors: {ran.stderr.strip()}")
        return run


def get_item() -> Task:
    """GetItem of a random item; each answer must hold the key asked for."""
    body = {"TableName": TABLE, "Key": {"id": {"S": "k{key}"}}}
    return Task("GetItem", compact(body), expect='"k{key}"')


def put_item() -> Task:
    """PutItem over a random item: the same 1 KB that the table was filled with."""
    return Task("PutItem", compact({"TableName": TABLE, "Item": item("{key}")}))
