"""The real Feast and Stator on one unedited repo: each reads what the other wrote.

The repo's online store is Feast's `dynamodb`, whose endpoint is Stator's DynamoDB door; its definitions are Python, and its
registry is the one that `feast apply` made.
"""

import datetime
import os
import shutil
import subprocess
from pathlib import Path

import harness
import pandas
import pytest

HERE = Path(__file__).parent
WINDOW = ("2026-01-01T00:00:00", "2026-01-04T00:00:00")
UTC = datetime.UTC
DRIVERS = [1001, 1002, 1003, 4040]
FEATURES = [
    f"driver_stats:{name}" for name in ("trips", "rating", "city", "active", "last_trip", "scores")
]
# What the newest row of each driver within the window says; 4040 is in no row.
EXPECTED = {
    "driver_id": DRIVERS,
    "trips": [12, 9007199254740993, None, None],
    "rating": [4.5, 0.10000000149011612, None, None],
    "city": ["Bern", "", None, None],
    "active": [True, False, None, None],
    "scores": [[1, 2, 3], [], None, None],
}


def at(day, hour=0):
    return datetime.datetime(2026, 1, day, hour, tzinfo=UTC)


def write_source(path):
    """Driver 1001 has three rows (the newest within the window counts, one lies beyond it), and 1003 only nulls."""
    rows = [
        (1001, at(1), at(1), 10, 4.0, "Basel", True, at(1), [1]),
        (1001, at(3), at(3), 12, 4.5, "Bern", True, at(2, 5), [1, 2, 3]),
        (1001, at(9), at(9), 99, 1.0, "later", False, at(9), [9]),
        (1002, at(2), at(2), 1, 1.0, "older", True, at(1), [7]),
        (1002, at(2), at(2, 1), 9007199254740993, 0.1, "", False, at(2), []),
        (1003, at(2), at(2), None, None, None, None, at(2), None),
    ]
    names = [
        "driver_id", "event_timestamp", "created", "trips", "rating", "city", "active", "last_trip", "scores",
    ]  # fmt: skip
    types = {"trips": "Int64", "rating": "float32", "active": "boolean"}
    # Column by column: a whole frame would carry integers beside a null as floats.
    columns = zip(names, zip(*rows, strict=True), strict=True)
    frame = {name: pandas.Series(list(values), dtype=types.get(name)) for name, values in columns}
    pandas.DataFrame(frame).to_parquet(path)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    """A DynamoDB door for this module's repos, which Feast finds through the environment of the repo's file."""
    log = tmp_path_factory.mktemp("door") / "server.log"
    with harness.running("dynamodb", "--port", "0", "--in-memory", log=log) as server:
        names = {
            "STATOR_TEST_ENDPOINT": server.url["dynamodb"],
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
        }
        os.environ.update(names)
        yield server
        for name in names:
            os.environ.pop(name, None)


@pytest.fixture
def repo(endpoint, tmp_path, request):
    """A fresh copy of the repo with a project name of its own, registered by `feast apply`."""
    folder = tmp_path / "repo"
    shutil.copytree(HERE / "feast_repo", folder)
    project = "p" + request.node.name.replace("[", "_").replace("]", "")[-40:]
    yaml = folder / "feature_store.yaml"
    yaml.write_text(yaml.read_text().replace("PROJECT", project))
    (folder / "data").mkdir()
    write_source(folder / "data" / "driver_stats.parquet")
    feast(folder, "apply")
    return folder


def feast(folder, *arguments):
    program = harness.installed("python-tests") / "bin" / "feast"
    done = subprocess.run(
        [program, "-c", folder, *arguments], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def stator(folder, *arguments):
    done = harness.run("--chdir", folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def feast_reads(folder):
    from feast import FeatureStore

    store = FeatureStore(repo_path=str(folder))
    rows = [{"driver_id": driver} for driver in DRIVERS]
    return store.get_online_features(features=FEATURES, entity_rows=rows).to_dict()


def http_reads(url):
    body = {"features": FEATURES, "entities": {"driver_id": DRIVERS}}
    answer = harness.http("POST", url + "/get-online-features", body)
    assert answer.status == 200, answer.body
    reply = answer.json()
    names = reply["metadata"]["feature_names"]
    return {
        name: (column["values"], column["statuses"])
        for name, column in zip(names, reply["results"], strict=True)
    }


def check_values(found):
    for name, values in EXPECTED.items():
        assert found[name] == values, name


def check_reply(reply):
    check_values({name: values for name, (values, _) in reply.items()})
    seconds = [int(at(2, 5).timestamp()), int(at(2).timestamp()), int(at(2).timestamp()), None]
    assert reply["last_trip"][0] == seconds
    assert reply["trips"][1] == ["PRESENT", "PRESENT", "PRESENT", "NOT_FOUND"]


def serve_features(folder, start):
    arguments = ["--chdir", folder, "serve", *harness.serve_arguments(["features"])]
    return start(*arguments, doors=["features"]).url["features"]


def test_feast_reads_what_stator_materialized(repo):
    before = (repo / "data" / "registry.db").read_bytes()
    stator(repo, "apply")
    assert (repo / "data" / "registry.db").read_bytes() == before, "apply changed Feast's registry"
    stator(repo, "materialize", *WINDOW)
    found = feast_reads(repo)
    check_values(found)
    assert found["last_trip"][0] == at(2, 5)


def test_stator_serves_what_feast_materialized(repo, start):
    feast(repo, "materialize", *WINDOW)
    reply = http_reads(serve_features(repo, start))
    # Feast itself loses the last bit of an integer in a column with a null; Stator serves what is stored.
    assert reply["trips"][0][1] == 9007199254740992
    reply["trips"][0][1] += 1
    check_reply(reply)


def test_stator_serves_what_stator_materialized(repo, start):
    stator(repo, "materialize", *WINDOW)
    check_reply(http_reads(serve_features(repo, start)))


def test_feast_loads_the_registry_after_stator_materialized(repo):
    stator(repo, "materialize", *WINDOW)
    from feast import FeatureStore

    view = FeatureStore(repo_path=str(repo)).get_feature_view("driver_stats")
    assert view.materialization_intervals == [(at(1), at(4))]
    feast(repo, "materialize-incremental", "2026-01-05T00:00:00")
    check_values(feast_reads(repo))


def test_the_remote_online_store_of_feast_reads_through_stator_serve(repo, start, tmp_path):
    stator(repo, "materialize", *WINDOW)
    url = serve_features(repo, start)
    client = tmp_path / "client"
    client.mkdir()
    project = (repo / "feature_store.yaml").read_text().splitlines()[0]
    (client / "feature_store.yaml").write_text(
        f"{project}\nregistry: {repo}/data/registry.db\nprovider: local\n"
        f"online_store:\n  type: remote\n  path: {url}\nentity_key_serialization_version: 3\n"
    )
    from feast import FeatureStore

    store = FeatureStore(repo_path=str(client))
    # Feast's client cannot infer the type of an empty list, so 1002 and its scores stay out.
    rows = [{"driver_id": driver} for driver in (1001, 1003, 4040)]
    found = store.get_online_features(features=FEATURES[:4], entity_rows=rows).to_dict()
    assert found["trips"] == [12, None, None]
    assert found["city"] == ["Bern", None, None]


def test_stator_teardown_removes_the_tables_of_its_project_alone(repo, endpoint, new_client):
    client = new_client(endpoint.url["dynamodb"])
    client.create_table(
        TableName="not_of_this_project",
        AttributeDefinitions=[{"AttributeName": "entity_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "entity_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    before = set(client.list_tables()["TableNames"])
    stator(repo, "teardown")
    removed = before - set(client.list_tables()["TableNames"])
    assert len(removed) == 1 and removed.pop().endswith(".driver_stats")
    client.delete_table(TableName="not_of_this_project")
