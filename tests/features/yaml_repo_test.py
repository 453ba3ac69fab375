"""A repo whose definitions are YAML: Stator registers it, and the real Feast works with what Stator registered."""

import datetime
import os
import subprocess
from pathlib import Path

import harness
import pandas
import pytest

UTC = datetime.UTC
DEFINITIONS = """
entities:
  - {name: driver, join_key: driver_id, value_type: Int64, description: a driver, tags: {pii: "no"}}
sources:
  - name: stats_source
    path: data/stats.parquet
    timestamp_field: event_timestamp
    created_timestamp_column: created
  - {name: totals_source, path: data/totals.parquet, timestamp_field: event_timestamp}
feature_views:
  - name: stats
    entities: [driver]
    source: stats_source
    ttl: 7d
    schema:
      - {name: trips, dtype: Int64, description: trips of the day}
      - {name: rating, dtype: Float32}
    tags: {team: core}
  - {name: totals, source: totals_source, schema: [all_trips: Int64]}
feature_services:
  - name: pricing
    features: [{view: stats, features: [rating]}, totals]
"""
STORE = """project: yamlrepo
registry: data/registry.db
provider: local
online_store:
  type: dynamodb
  region: us-east-1
  endpoint_url: ${STATOR_YAML_ENDPOINT}
offline_store:
  type: file
entity_key_serialization_version: 3
"""
EXTRA_VIEW = "  - {name: extra, entities: [driver], source: stats_source, schema: [trips: Int64]}\n"


def at(day):
    return datetime.datetime(2026, 1, day, tzinfo=UTC)


@pytest.fixture
def repo(tmp_path, start):
    server = start("dynamodb", "--port", "0", "--in-memory")
    os.environ["STATOR_YAML_ENDPOINT"] = server.url["dynamodb"]
    os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "any"
    folder = tmp_path / "yamlrepo"
    (folder / "features").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "feature_store.yaml").write_text(STORE)
    (folder / "features" / "all.yaml").write_text(DEFINITIONS)
    stats = {"driver_id": [1, 2], "event_timestamp": [at(2), at(3)], "created": [at(4), at(4)]}
    pandas.DataFrame(stats | {"trips": [10, 20], "rating": [0.5, 1.5]}).astype(
        {"rating": "float32"}
    ).to_parquet(folder / "data" / "stats.parquet")
    pandas.DataFrame({"event_timestamp": [at(2)], "all_trips": [30]}).to_parquet(
        folder / "data" / "totals.parquet"
    )
    yield folder
    for name in ("STATOR_YAML_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.pop(name, None)


def stator(folder: Path, *arguments) -> str:
    done = harness.run("--chdir", folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def feast(folder: Path, *arguments) -> str:
    program = harness.installed("python-tests") / "bin" / "feast"
    command = [program, "-c", folder, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def feast_store(folder: Path):
    from feast import FeatureStore

    return FeatureStore(repo_path=str(folder))


def test_feast_loads_every_object_that_stator_registered(repo):
    stator(repo, "apply")
    store = feast_store(repo)
    assert {view.name for view in store.list_feature_views()} == {"stats", "totals"}
    view = store.get_feature_view("stats")
    assert view.ttl == datetime.timedelta(days=7)
    assert view.entities == ["driver"] and view.tags == {"team": "core"}
    assert {field.name: str(field.dtype) for field in view.schema} == {
        "driver_id": "Int64", "trips": "Int64", "rating": "Float32",
    }  # fmt: skip
    assert view.batch_source.created_timestamp_column == "created"
    entity = store.get_entity("driver")
    assert entity.join_key == "driver_id" and entity.description == "a driver"
    service = store.get_feature_service("pricing")
    found = {p.name: [f.name for f in p.features] for p in service.feature_view_projections}
    assert found == {"stats": ["rating"], "totals": ["all_trips"]}
    assert [project.name for project in store.list_projects()] == ["yamlrepo"]
    assert "No changes to registry" in stator(repo, "plan")


def test_feast_materializes_what_stator_registered_and_stator_serves_it(repo, start):
    stator(repo, "apply")
    feast(repo, "materialize", "2026-01-01T00:00:00", "2026-01-05T00:00:00")
    arguments = harness.serve_arguments(["features"])
    server = start("--chdir", repo, "serve", *arguments, doors=["features"])
    body = {"feature_service": "pricing", "entities": {"driver_id": [1, 2, 3]}}
    reply = harness.http("POST", server.url["features"] + "/get-online-features", body).json()
    found = dict(
        zip(
            reply["metadata"]["feature_names"], (r["values"] for r in reply["results"]), strict=True
        )
    )
    assert found == {
        "driver_id": [1, 2, 3], "rating": [0.5, 1.5, None], "all_trips": [30, 30, 30],
    }  # fmt: skip


def test_stator_still_knows_its_own_objects_after_feast_rewrote_the_registry(repo):
    definitions = repo / "features" / "all.yaml"
    definitions.write_text(
        DEFINITIONS.replace("feature_services:", EXTRA_VIEW + "feature_services:")
    )
    stator(repo, "apply")
    feast(repo, "materialize", "2026-01-01T00:00:00", "2026-01-05T00:00:00")
    definitions.write_text(DEFINITIONS)
    assert "Deleted feature view extra" in stator(repo, "apply")
    store = feast_store(repo)
    assert {view.name for view in store.list_feature_views()} == {"stats", "totals"}
    assert store.get_feature_view("stats").materialization_intervals, "the intervals stay"


def test_an_object_that_feast_registered_stays_unless_told_otherwise(repo):
    from feast import Entity, ValueType

    stator(repo, "apply")
    feast_store(repo).apply([Entity(name="rider", value_type=ValueType.STRING)])
    stator(repo, "apply")
    assert {e.name for e in feast_store(repo).list_entities()} >= {"driver", "rider"}
    assert "Deleted entity rider" in stator(repo, "apply", "--prune")
    assert {e.name for e in feast_store(repo).list_entities()} == {"driver"}
