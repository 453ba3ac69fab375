"""`stator sql` and `stator import` on the command line, and spicepod.yaml beside them."""

import csv
import io
import json

import harness
import pytest


def sql(*arguments, cwd, **keywords):
    return harness.run("sql", *arguments, cwd=cwd, **keywords)


@pytest.fixture
def orders(tmp_path):
    """A working folder whose data folder holds the table `orders`."""
    made = harness.run(
        "import", "--table", "orders", "--partition-key", "id",
        "--from", "SELECT i AS id, i * 1.5 AS price, ['a', 'b'] AS tags FROM range(100) t(i)",
        cwd=tmp_path,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "100 rows" in made.stderr
    return tmp_path


def test_a_table_by_default(orders):
    ran = sql("-c", "SELECT count(*) AS n FROM orders", cwd=orders)
    assert (ran.returncode, ran.stdout) == (0, "+-----+\n| n   |\n+-----+\n| 100 |\n+-----+\n")


def test_csv_and_json(orders):
    query = "SELECT id, price, tags FROM orders WHERE id = 7"
    rows = list(csv.reader(io.StringIO(sql("-c", query, "--format", "csv", cwd=orders).stdout)))
    assert rows == [["id", "price", "tags"], ["7", "10.5", "[a, b]"]]
    answer = json.loads(sql("-c", query, "--format", "json", cwd=orders).stdout)
    assert answer == [{"id": 7, "price": 10.5, "tags": ["a", "b"]}]


def test_parquet_to_a_file_and_back(orders):
    ran = sql("-c", "SELECT * FROM orders", "-o", "orders.parquet", cwd=orders)
    assert ran.returncode == 0, ran.stderr
    back = sql(
        "-c", "SELECT count(*), sum(price) FROM 'orders.parquet'", "--format", "csv", cwd=orders
    )
    assert back.stdout.splitlines()[1] == "100,7425.0"
    assert sorted(path.name for path in orders.iterdir() if "orders" in path.name) == [
        "orders.parquet"
    ]


def test_a_failed_query_leaves_the_file_alone(orders):
    (orders / "out.csv").write_text("kept")
    ran = sql("-c", "SELECT 'x'::INT", "-o", "out.csv", cwd=orders)
    assert ran.returncode == 1
    assert (orders / "out.csv").read_text() == "kept"
    assert "out.csv" in [path.name for path in orders.iterdir()]
    assert len(list(orders.glob("out.csv*"))) == 1


def test_an_error_names_its_code_and_exits_1(orders):
    ran = sql("-c", "SELECT * FROM order", cwd=orders)
    assert ran.returncode == 1
    assert ran.stderr.startswith("stator: ")
    ran = sql("-c", "SELECT * FROM ordres", cwd=orders)
    assert 'Did you mean "orders"?' in ran.stderr


def test_standard_input_is_a_script(orders):
    script = "SELECT 1 AS a;\n-- a remark\nSELECT\n  max(id) AS m\nFROM orders;\n"
    ran = sql("--format", "csv", cwd=orders, stdin=script)
    assert ran.returncode == 0, ran.stderr
    assert "a\n1\n" in ran.stdout and "m\n99\n" in ran.stdout


def test_import_again_replaces_and_another_key_is_refused(orders):
    again = ["import", "--table", "orders", "--from", "SELECT 5 AS id, 'new' AS price"]
    assert harness.run(*again, "--partition-key", "id", cwd=orders).returncode == 0
    ran = sql("-c", "SELECT price FROM orders WHERE id = 5", "--format", "csv", cwd=orders)
    assert ran.stdout.splitlines()[1] == "new"
    refused = harness.run(*again, "--partition-key", "price", cwd=orders)
    assert refused.returncode == 1
    assert "exists with other keys" in refused.stderr


def test_imported_times_are_iso_8601_wherever_the_machine_is(tmp_path):
    query = (
        "SELECT 1 AS id, TIMESTAMP '2001-01-01 07:05:00' AS plain, "
        "TIMESTAMPTZ '2001-01-01 07:05:00.5+00' AS zoned, DATE '2001-01-01' AS day"
    )
    made = harness.run(
        "import", "--table", "times", "--partition-key", "id", "--from", query,
        cwd=tmp_path, env={"TZ": "America/New_York"},
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    ran = sql("-c", "SELECT plain, zoned, day FROM times", "--format", "csv", cwd=tmp_path)
    assert ran.stdout.splitlines()[1] == "2001-01-01T07:05:00,2001-01-01T07:05:00.5Z,2001-01-01"


def test_spicepod_names_tables_and_warns_about_the_rest(orders):
    (orders / "spicepod.yaml").write_text(
        "version: v1\nkind: Spicepod\nname: shop\ndatasets:\n"
        "  - from: dynamodb:orders\n    name: sold\n    acceleration: {enabled: true}\n"
    )
    ran = sql("-c", "SELECT count(*) AS n FROM spice.public.sold", "--format", "csv", cwd=orders)
    assert (ran.returncode, ran.stdout) == (0, "n\n100\n"), ran.stderr
    assert "acceleration" in ran.stderr


def test_a_broken_spicepod_names_the_file(orders):
    (orders / "spicepod.yaml").write_text(
        "kind: Spicepod\ndatasets:\n  - from: dynamodb:orders\n    params: {dynamodb_aws_region: '${secrets:NOPE}'}\n"
    )
    ran = sql("-c", "SELECT 1", cwd=orders)
    assert ran.returncode == 1
    assert "spicepod.yaml" in ran.stderr and "NOPE" in ran.stderr
