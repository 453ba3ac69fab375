"""Bad input at the features door and to Feast's commands. docs/errors.md names these tests."""

import harness
import pytest

VIEW = "driver_hourly_stats"
END = "2100-01-01T00:00:00"


@pytest.fixture
def repo(tmp_path):
    """A new repo whose definitions are applied."""
    made = harness.run("init", "-t", "local", "rides", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    applied = harness.run("apply", cwd=tmp_path / "rides")
    assert applied.returncode == 0, applied.stderr
    return tmp_path / "rides"


def test_a_missing_feature_view_is_404_in_feasts_words(repo, start):
    arguments = ["serve", "--sql-port", "0", "--dynamodb-port", "0", "--admin-port", "0"]
    server = start(*arguments, "--features-port", "auto", doors=("features",), cwd=repo)
    url = server.url["features"] + "/get-online-features"
    body = {"features": ["no_such_view:x"], "entities": {"driver_id": [1001]}}
    answer = harness.http("POST", url, body)
    assert answer.status == 404
    assert "FeatureViewNotFoundException" in answer.json()
    assert "Feature view no_such_view does not exist in project rides" in answer.json()
    body["features"] = [f"{VIEW}:conv_rate"]
    assert harness.http("POST", url, body).status == 200


def test_a_missing_feature_view_on_the_command_line_is_exit_code_1(repo):
    arguments = ["get-online-features", "-f", "no_such_view:x", "-e", "driver_id=1001"]
    done = harness.run(*arguments, cwd=repo)
    assert done.returncode == 1
    assert "no_such_view" in done.stderr and "FeatureViewNotFoundException" in done.stderr


def test_a_parquet_without_the_timestamp_column_names_file_and_column(repo):
    parquet = repo / "data" / "driver_stats.parquet"
    statement = "SELECT 1001 AS driver_id, 0.5 AS conv_rate, 0.5 AS acc_rate, 1 AS avg_daily_trips"
    arguments = ["sql", "--in-memory", "-c", statement, "--format", "parquet", "-o", parquet]
    written = harness.run(*arguments, cwd=repo)
    assert written.returncode == 0, written.stderr
    done = harness.run("materialize-incremental", END, cwd=repo)
    assert done.returncode == 1
    assert "event_timestamp" in done.stderr and "driver_stats.parquet" in done.stderr
    assert "DataColumnNotFound" in done.stderr


def test_a_missing_data_file_names_it(repo):
    (repo / "data" / "driver_stats.parquet").unlink()
    done = harness.run("materialize-incremental", END, cwd=repo)
    assert done.returncode == 1
    assert "driver_stats.parquet" in done.stderr and "DataFileNotFound" in done.stderr


def test_a_folder_without_a_repo_says_what_to_do(tmp_path):
    done = harness.run("apply", cwd=tmp_path)
    assert done.returncode == 1
    assert "feature_store.yaml" in done.stderr and "stator init" in done.stderr
