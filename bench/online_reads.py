"""Online reads of 1 row x 50 features over HTTP: `stator serve`, and Feast's server on its store.

Five feature views of ten Int64 features each on one entity, as in Feast's published benchmark: five
items a request. Stator makes the sample rows, applies the definitions and materializes them;
Feast's server gets the registry that Stator wrote and reads the tables through Stator's DynamoDB
door.
"""

import subprocess
from pathlib import Path

import peers
from load import Figure, Task, compact
from servers import Failure, Server, post

VIEWS = 5
FEATURES_A_VIEW = 10
ENTITIES = 20_000  # Times five views: 100,000 items.
TARGET = 50.0
COMMAND_DEADLINE_S = 600


def names() -> list[tuple[str, str]]:
    """(view, feature) of all 50."""
    return [(f"view{v}", f"v{v}f{i}") for v in range(VIEWS) for i in range(FEATURES_A_VIEW)]


def value(entity: int, index: int) -> int:
    """Feature number `index` of an entity: no two alike, so that a mix-up shows."""
    return entity * 100 + index


class Repo:
    """A feature repo in `folder`, materialized into the embedded store."""

    def __init__(self, program: Path, folder: Path):
        self.program = program
        self.folder = folder
        self.store = folder / "store"
        (folder / "features").mkdir(parents=True)
        (folder / "data").mkdir()
        self._write_config(folder, f"embedded:{self.store}")
        (folder / "features" / "bench.yaml").write_text(_definitions())
        columns = [f"i * 100 + {n} AS {feature}" for n, (_, feature) in enumerate(names())]
        rows = (
            "SELECT i AS driver_id, TIMESTAMP '2025-01-01 00:00:00' AS event_timestamp, "
            f"{', '.join(columns)} FROM range({ENTITIES}) AS rows(i)"
        )
        output = folder / "data" / "features.parquet"
        self._stator("sql", "-c", rows, "--format", "parquet", "-o", output, "--in-memory")
        self._stator("apply")
        self._stator("materialize", "2024-01-01T00:00:00", "2026-01-01T00:00:00")

    def _write_config(self, folder: Path, endpoint: str) -> None:
        (folder / "feature_store.yaml").write_text(
            "project: bench\n"
            f"registry: {self.folder}/data/registry.db\n"
            "provider: aws\n"
            "online_store:\n"
            "  type: dynamodb\n"
            "  region: us-east-1\n"
            f"  endpoint_url: {endpoint}\n"
            "offline_store:\n"
            "  type: file\n"
            "entity_key_serialization_version: 3\n"
        )

    def _stator(self, *arguments) -> None:
        ran = subprocess.run(
            [self.program, *map(str, arguments)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_DEADLINE_S,
        )
        if ran.returncode != 0:
            raise Failure(f"stator {arguments[0]}: {ran.stderr.strip() or ran.stdout.strip()}")

    def serve(self) -> Server:
        """`stator serve` in the repo; `port` is the features door, `dynamodb_port` the other."""
        ports = [peers.harness.free_port() for _ in range(3)]
        command = [self.program, "serve", "--features-port", ports[0], "--dynamodb-port", ports[1]]
        command += ["--admin-port", ports[2], "--sql-port", 0]
        log = self.folder / "stator.log"
        server = Server("stator", command, ports[0], log, "/health", cwd=self.folder)
        server.dynamodb_port = ports[1]
        return server

    def for_feast(self, dynamodb_port: int) -> Path:
        """A second folder with the same registry, its store behind Stator's DynamoDB door."""
        folder = self.folder / "feast"
        folder.mkdir()
        self._write_config(folder, f"http://127.0.0.1:{dynamodb_port}")
        return folder


def _definitions() -> str:
    lines = ["entities:", "  - name: driver_id", "    value_type: INT64"]
    lines += ["sources:", "  - name: rows", "    path: data/features.parquet"]
    lines += ["    timestamp_field: event_timestamp", "feature_views:"]
    for view in range(VIEWS):
        lines += [f"  - name: view{view}", "    entities: [driver_id]", "    ttl: 36500d"]
        lines += ["    source: rows", "    schema:"]
        for at, feature in names():
            if at == f"view{view}":
                lines.append(f"      - {{name: {feature}, dtype: Int64}}")
    return "\n".join(lines) + "\n"


def online_read() -> Task:
    """One random entity, all 50 features; each answer must hold the entity asked for."""
    features = [f"{view}:{feature}" for view, feature in names()]
    body = compact({"features": features, "entities": {"driver_id": ["ID"]}})
    return Task(
        "get-online-features",
        body.replace('"ID"', "{key}"),
        expect='"values":[{key}]',
        headers={"Content-Type": "application/json"},
        path="/get-online-features",
        key_width=1,
        keys=ENTITIES,
    )


def check_values(server: Server, entities=(0, 1, ENTITIES - 1)) -> None:
    """Compares all 50 values of some entities with what was materialized."""
    features = [f"{view}:{feature}" for view, feature in names()]
    for entity in entities:
        body = {"features": features, "entities": {"driver_id": [entity]}}
        answer = post(server.port, body, path="/get-online-features")
        found = {
            name: result["values"][0]
            for name, result in zip(
                answer["metadata"]["feature_names"], answer["results"], strict=True
            )
        }
        wanted = {feature: value(entity, n) for n, (_, feature) in enumerate(names())}
        if found != {"driver_id": entity, **wanted}:
            raise Failure(f"{server.name}: features of driver {entity} are {str(found)[:400]}")


def run(options, folder: Path, lines) -> None:
    """Prints the figures of both servers and keeps the ratio."""
    lines.title(f"Online reads: 1 row x 50 features of {VIEWS} views, 16 connections, same store")
    repo = Repo(options.program, folder / "repo")
    servers = [repo.serve()]
    try:
        try:
            servers.append(peers.start_feast(repo.for_feast(servers[0].dynamodb_port)))
        except peers.Skipped as reason:
            lines.skip("feast", str(reason))
        requests = {"stator": options.requests, "feast": options.feast_requests}
        task = online_read()
        figures = {server.name: Figure(server.name, []) for server in servers}
        for server in servers:
            check_values(server)
            task.run(options.generator, server, requests[server.name] // 10)
        for _ in range(options.rounds):
            for server in servers:
                run = task.run(options.generator, server, requests[server.name])
                figures[server.name].runs.append(run)
    finally:
        for server in reversed(servers):
            server.stop()
    notes = {"feast": "its own process only: the store's CPU is not counted"}
    for name, figure in figures.items():
        lines.figure("online read", figure, notes.get(name, "the store included"))
        if name != "stator":
            lines.compare("online read 1 x 50", figures["stator"], figure, TARGET)
