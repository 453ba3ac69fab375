"""The golden repo of Feast 0.67, unedited: what Stator makes of it is what Feast made of it, byte for byte.

tests/features/golden/README.md says how the files came about, and which slips of Feast they hold.
"""

import base64
import json
import os
import shutil
from pathlib import Path

import boto3
import harness
import pandas
import pytest

GOLDEN = Path(__file__).parent / "golden"
WINDOW = ("2025-12-31T00:00:00", "2026-01-02T00:00:00")
VIEWS = [
    "scalars",
    "lists",
    "exotic",
    "trips",
    "zones",
    "totals",
    "customers",
    "inferred",
    "vector",
]
# Rows that Feast wrote by push or by write_to_online_store, after materializing.
NOT_MATERIALIZED = {"golden.zones": 4, "golden.customers": 1}
# Where Stator keeps what Feast loses on its way through floats (docs/compatibility.md).
EXACT = {
    ("golden.scalars", "f_int64", "208080808080808010"): "208180808080808010",
}


@pytest.fixture(scope="module")
def repo(tmp_path_factory):
    """The golden repo with the registry that `feast apply` made, materialized by Stator into a door of its own."""
    folder = tmp_path_factory.mktemp("golden") / "repo"
    shutil.copytree(GOLDEN / "repo", folder)
    shutil.copy(GOLDEN / "registry-after-apply.db", folder / "data" / "registry.db")
    log = folder.parent / "server.log"
    names = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    with harness.running("dynamodb", "--port", "0", "--in-memory", log=log) as server:
        names["GOLDEN_DDB_ENDPOINT"] = server.url["dynamodb"]
        os.environ.update(names)
        stator(folder, "apply")
        views = [argument for view in VIEWS for argument in ("-v", view)]
        stator(folder, "materialize", *WINDOW, *views)
        yield folder
        for name in names:
            os.environ.pop(name)


def stator(folder, *arguments):
    done = harness.run("--chdir", folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def items_of(table):
    client = boto3.client(
        "dynamodb", endpoint_url=os.environ["GOLDEN_DDB_ENDPOINT"], region_name="us-west-2"
    )
    return {item["entity_id"]["S"]: item for item in client.scan(TableName=table)["Items"]}


def decoded(value):
    from feast.protos.feast.types.Value_pb2 import Value
    from google.protobuf.json_format import MessageToDict

    message = Value()
    message.ParseFromString(value)
    return MessageToDict(message)


def is_struct(value):
    return "structVal" in value


def check_item(table, found, golden):
    assert found["event_ts"] == golden["event_ts"]
    assert set(found) == {"entity_id", "event_ts", "values"}
    values, wanted = found["values"]["M"], golden["values"]["M"]
    assert set(values) == set(wanted)
    for name, value in wanted.items():
        ours, feasts = values[name]["B"], base64.b64decode(value["B"])
        feasts = bytes.fromhex(EXACT.get((table, name, feasts.hex()), feasts.hex()))
        if ours == feasts:
            continue
        # The entries of a map have no order, and Feast stores integers of a struct as fractions when a row is null.
        left, right = decoded(ours), decoded(feasts)
        if is_struct(right):
            left, right = numbers(left), numbers(right)
        assert left == right, (table, name)


def numbers(struct):
    fields = struct["structVal"]["val"]
    return {name: float(next(iter(v.values()))) if name == "n" else v for name, v in fields.items()}


@pytest.mark.parametrize("view", VIEWS)
def test_every_item_is_the_one_that_feast_stored(repo, view):
    table = f"golden.{view}"
    golden = json.loads((GOLDEN / "dynamodb-items.json").read_text())[table]
    found = items_of(table)
    assert len(found) == len(golden) - NOT_MATERIALIZED.get(table, 0)
    for item in golden:
        ours = found.get(item["entity_id"]["S"])
        if ours is not None:
            check_item(table, ours, item)


HISTORIES = {
    "short": ["trips:trip_count", "trips:fare", "scalars:f_int32", "totals:total_trips"],
    "full": ["trips:trip_count", "trips:fare", "customers:age", "customers:city"],
}


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize("out", ["out.parquet", "out.csv"])
def test_a_training_set_has_every_row_in_its_order_as_with_feasts_duckdb(repo, name, out):
    arguments = ["--entity-rows", "data/entity_rows.parquet", "-o", out]
    for feature in HISTORIES[name]:
        arguments += ["-f", feature]
    if name == "full":
        arguments.append("--full-feature-names")
    assert "8 rows" in stator(repo, "get-historical-features", *arguments)
    read = pandas.read_parquet if out.endswith("parquet") else pandas.read_csv
    found, golden = read(repo / out), pandas.read_parquet(GOLDEN / f"history-duckdb-{name}.parquet")
    assert list(found.columns) == list(golden.columns)
    for frame in (found, golden):
        frame["event_timestamp"] = pandas.to_datetime(
            frame["event_timestamp"], utc=True, format="ISO8601"
        )
    for column in golden.columns:
        ours = [None if pandas.isna(value) else value for value in found[column]]
        feasts = [None if pandas.isna(value) else value for value in golden[column]]
        # CSV cannot tell an empty text from none.
        if out.endswith("csv"):
            feasts = [None if value == "" else value for value in feasts]
        assert ours == feasts, column


def test_the_registry_remembers_what_was_materialized_as_feasts_does(repo):
    from feast.protos.feast.core.Registry_pb2 import Registry

    ours, feasts = Registry(), Registry()
    ours.ParseFromString((repo / "data" / "registry.db").read_bytes())
    feasts.ParseFromString((GOLDEN / "registry.db").read_bytes())
    for view in feasts.feature_views:
        found = next(v for v in ours.feature_views if v.spec.name == view.spec.name)
        assert found.spec == view.spec
        assert found.meta.state == view.meta.state
        assert found.meta.materialization_intervals == view.meta.materialization_intervals
    for kind in (
        "entities",
        "data_sources",
        "feature_services",
        "on_demand_feature_views",
        "permissions",
    ):
        assert list(getattr(ours, kind)) == list(getattr(feasts, kind)), kind


def test_a_source_without_its_timestamp_column_is_named(repo, tmp_path):
    broken = tmp_path / "repo"
    shutil.copytree(repo, broken)
    frame = pandas.read_parquet(broken / "data" / "zones.parquet").drop(columns="event_timestamp")
    frame.to_parquet(broken / "data" / "zones.parquet")
    done = harness.run("--chdir", broken, "materialize", *WINDOW, "-v", "zones")
    assert done.returncode == 1
    assert "zones" in done.stderr and "event_timestamp" in done.stderr
    before = (repo / "data" / "registry.db").read_bytes()
    assert (broken / "data" / "registry.db").read_bytes() == before, "no interval of a failed run"
