"""Fixtures of the black-box tests. A test asks for a door and gets its address or a client.

The shared servers keep nothing on disk and live for one worker's whole run: a test uses a table name
of its own (`table_name`). A test that needs another server starts it with `start`.
"""

import itertools
import os

import boto3
import harness
import pytest
from botocore.config import Config

_numbers = itertools.count(1)

# What the tests want to know is what the program does, and never what this machine is set up with.
for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
# Feast would report its use over the network, which the tests do without.
os.environ["FEAST_USAGE"] = "False"


def pytest_collection_modifyitems(config, items):
    """Slow tests run when they are asked for: `-m slow`, or STATOR_SLOW_TESTS=1 beside the others."""
    if "slow" in config.getoption("-m") or os.environ.get("STATOR_SLOW_TESTS") == "1":
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="slow: runs in `make check-full`"))


@pytest.fixture
def start(tmp_path):
    """Starts a server of the test's own: start("dynamodb", "--port", "0", "--in-memory")."""
    with_stack = harness.contextlib.ExitStack()
    count = itertools.count(1)

    def start_one(*arguments, **keywords):
        log = tmp_path / f"server-{next(count)}.log"
        return with_stack.enter_context(harness.running(*arguments, log=log, **keywords))

    with with_stack:
        yield start_one


@pytest.fixture(scope="session")
def dynamodb_server(tmp_path_factory):
    """`stator dynamodb` in memory, on a free port."""
    log = tmp_path_factory.mktemp("dynamodb") / "server.log"
    with harness.running("dynamodb", "--port", "0", "--in-memory", log=log) as server:
        yield server


@pytest.fixture(scope="session")
def dynamodb_url(dynamodb_server):
    """The address of the shared DynamoDB door."""
    return dynamodb_server.url["dynamodb"]


@pytest.fixture(scope="session")
def serve(tmp_path_factory):
    """`stator serve` in memory with all four doors, in an empty folder: server.url["sql"]."""
    folder = tmp_path_factory.mktemp("serve")
    arguments = ["serve", *harness.serve_arguments(), "--in-memory"]
    with harness.running(
        *arguments, doors=harness.DOORS, cwd=folder, log=folder / "server.log"
    ) as server:
        yield server


def make_client(url, service="client", **keywords):
    """boto3 for an address, with any region and any credentials; no retries that hide a failure."""
    settings = {
        "endpoint_url": url,
        "region_name": "eu-central-1",
        "aws_access_key_id": "any",
        "aws_secret_access_key": "thing",
        "config": Config(retries={"max_attempts": 0}, connect_timeout=10, read_timeout=60),
        **keywords,
    }
    return getattr(boto3, service)("dynamodb", **settings)


@pytest.fixture(scope="session")
def new_client():
    """Makes a boto3 client: new_client(url, region_name="us-east-1")."""
    return make_client


@pytest.fixture(scope="session")
def dynamodb(dynamodb_url):
    """A boto3 client of the shared DynamoDB door."""
    return make_client(dynamodb_url)


@pytest.fixture(scope="session")
def dynamodb_resource(dynamodb_url):
    """A boto3 resource (Python values instead of typed ones) of the shared DynamoDB door."""
    return make_client(dynamodb_url, "resource")


@pytest.fixture
def table_name(request):
    """A table name that no other test uses."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return f"{request.node.originalname}-{worker}-{next(_numbers)}"[-255:]


@pytest.fixture
def make_table(dynamodb, table_name):
    """Makes a table: make_table() has the string key `pk`; make_table("S", "N") a sort key `sk` too."""

    def make(partition_type="S", sort_type=None, name=table_name, client=dynamodb, **keywords):
        names = [("pk", partition_type, "HASH")]
        if sort_type:
            names.append(("sk", sort_type, "RANGE"))
        client.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t, _ in names],
            KeySchema=[{"AttributeName": n, "KeyType": kind} for n, _, kind in names],
            BillingMode="PAY_PER_REQUEST",
            **keywords,
        )
        return name

    return make
