"""The feature commands on the command line: a new repo works at once, and mistakes are told by name."""

import json

import harness
import pytest

WINDOW_END = "2100-01-01T00:00:00"


def stator(*arguments, cwd, code=0):
    done = harness.run(*arguments, cwd=cwd)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


@pytest.fixture
def repo(tmp_path):
    stator("init", "my_features", cwd=tmp_path)
    return tmp_path / "my_features"


def test_a_new_repo_works_at_once(repo, start):
    stator("apply", cwd=repo)
    assert "5 rows written" in stator("materialize-incremental", WINDOW_END, cwd=repo)
    arguments = [
        "-f",
        "driver_hourly_stats:avg_daily_trips",
        "-e",
        "driver_id=1001",
        "-e",
        "driver_id=9",
    ]
    found = json.loads(stator("get-online-features", *arguments, cwd=repo))
    assert found["driver_id"] == [1001, 9]
    assert isinstance(found["avg_daily_trips"][0], int) and found["avg_daily_trips"][1] is None
    ports = harness.serve_arguments(["features", "dynamodb"])
    server = start("serve", *ports, doors=["features", "dynamodb"], cwd=repo)
    body = {"feature_service": "driver_activity", "entities": {"driver_id": [1001]}}
    reply = harness.http("POST", server.url["features"] + "/get-online-features", body).json()
    assert reply["results"][3]["values"] == found["avg_daily_trips"][:1]
    # Beside the running server the command goes through it.
    assert json.loads(stator("get-online-features", *arguments, cwd=repo)) == found
    assert "driver_hourly_stats" in stator("materialize-incremental", WINDOW_END, cwd=repo)


def test_init_for_aws_names_a_region_and_does_not_overwrite(tmp_path):
    stator("init", "cloud", "-t", "aws", cwd=tmp_path)
    text = (tmp_path / "cloud" / "feature_store.yaml").read_text()
    assert "provider: aws" in text and "region: us-east-1" in text and "endpoint_url" not in text
    assert "holds a feature_store.yaml already" in stator("init", "cloud", cwd=tmp_path, code=1)
    assert "not 'gcp'" in stator("init", "other", "-t", "gcp", cwd=tmp_path, code=2)


def test_plan_shows_tables_and_objects_and_changes_nothing(repo):
    lines = stator("plan", cwd=repo).splitlines()
    assert "Created feature view driver_hourly_stats" in lines
    assert "Created dynamodb table my_features.driver_hourly_stats" in lines
    assert not (repo / "data" / "registry.db").exists()
    stator("apply", cwd=repo)
    assert stator("plan", cwd=repo) == "No changes to registry\nNo changes to infrastructure\n"


def test_training_rows_come_from_json_as_well(repo):
    stator("apply", cwd=repo)
    rows = '[{"driver_id": 1001, "event_timestamp": "2000-01-01T00:00:00"}]'
    out = stator(
        "get-historical-features", "-d", rows, "-f", "driver_hourly_stats:conv_rate", cwd=repo
    )
    assert out.splitlines() == [
        "driver_id,event_timestamp,conv_rate",
        "1001,2000-01-01 00:00:00+00:00,",
    ]


MISTAKES = [
    (["get-online-features", "-f", "nope:f", "-e", "driver_id=1"], 1, "Feature view nope does not exist in project"),
    (["get-online-features", "-f", "driver_hourly_stats:nope", "-e", "driver_id=1"], 1, "Feature nope not found"),
    (["get-online-features", "--feature-service", "nope", "-e", "driver_id=1"], 1, "Feature service nope does not"),
    (["get-online-features", "-f", "driver_hourly_stats:conv_rate", "-e", "driver_id"], 2, "KEY=VALUE"),
    (["get-online-features", "-f", "driver_hourly_stats:conv_rate", "-e", "driver_id=x"], 1, "invalid literal"),
    (["materialize", "2026-01-02", "2026-01-01"], 1, "lies after its end"),
    (["materialize", "yesterday", "today"], 2, "'yesterday' is no time"),
    (["materialize", "2026-01-01", "2026-01-02", "-v", "nope"], 1, "Feature view nope does not exist"),
    (["get-historical-features", "-f", "driver_hourly_stats:conv_rate"], 2, "--entity-rows FILE or --dataframe"),
    (["get-historical-features", "-d", "[1]", "-f", "a:b"], 1, "no JSON list of rows"),
    (["get-historical-features", "--entity-rows", "none.parquet", "-f", "a:b"], 1, "none.parquet"),
]  # fmt: skip


@pytest.mark.parametrize("arguments, code, text", MISTAKES)
def test_a_mistake_is_told_by_name(repo, arguments, code, text):
    stator("apply", cwd=repo)
    assert text in stator(*arguments, cwd=repo, code=code)


def test_a_missing_file_and_a_missing_registry_say_what_to_do(repo, tmp_path):
    assert "stator init" in stator("apply", cwd=tmp_path, code=1)
    found = stator("get-online-features", "-f", "a:b", "-e", "c=1", cwd=repo, code=1)
    assert "feast apply" in found and "stator apply" in found


def test_materializing_before_apply_says_that_the_table_is_missing(repo):
    stator("apply", cwd=repo)
    stator("teardown", cwd=repo)
    found = stator("materialize-incremental", WINDOW_END, cwd=repo, code=1)
    assert "my_features.driver_hourly_stats does not exist" in found and "stator apply" in found


def test_definitions_with_a_mistake_name_file_line_and_key(repo):
    path = repo / "features" / "driver_stats.yaml"
    path.write_text(path.read_text().replace("ttl: 1d", "tll: 1d"))
    found = stator("apply", cwd=repo, code=1)
    assert "driver_stats.yaml:" in found and "tll" in found
    assert not (repo / "data" / "registry.db").exists()


def test_an_unknown_option_of_the_online_store_is_refused_in_feasts_words(repo):
    path = repo / "feature_store.yaml"
    path.write_text(path.read_text().replace("  region:", "  max_retries: 3\n  region:"))
    found = stator("apply", cwd=repo, code=1)
    assert "online_store.max_retries" in found and "Extra inputs are not permitted" in found
