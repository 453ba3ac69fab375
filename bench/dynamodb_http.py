"""GetItem and PutItem over HTTP of Stator, Dynoxide and dynalite.

1 KB items, 16 connections, data on disk.
"""

from pathlib import Path

import peers
from load import KEYS, Figure, check_items, create_and_fill, get_item, put_item, warm
from servers import Server

# At least this many times Stator's CPU, by task and peer.
TARGETS = {("GetItem", "dynoxide"): 2.0, ("PutItem", "dynoxide"): 5.0}
NOTES = {
    ("PutItem", "stator"): "synced, one sync for many",
    ("PutItem", "dynoxide"): "synced, one sync each",
    ("PutItem", "dynalite"): "NOT synced",
}
CHECKED = (0, 1, KEYS // 2, KEYS - 1)


def start_stator(options, folder: Path) -> Server:
    """`stator dynamodb` on a folder, with its defaults: every write is synced before it is acknowledged."""
    port = peers.harness.free_port()
    command = [options.program, "dynamodb", "--port", port, "--path", folder / "stator"]
    return Server("stator", command, port, folder / "stator.log")


def run(options, folder: Path, lines) -> None:
    """Prints the figures of each server and keeps the ratios."""
    lines.title(f"DynamoDB over HTTP: {KEYS} items of 1 KB on disk, 16 connections")
    servers: list[Server] = []
    try:
        servers.append(start_stator(options, folder))
        for name, start in (("dynoxide", peers.start_dynoxide), ("dynalite", peers.start_dynalite)):
            try:
                servers.append(start(folder))
            except peers.Skipped as reason:
                lines.skip(name, str(reason))
        for server in servers:
            create_and_fill(server)
            check_items(server, CHECKED)
            warm(server)
        for task in (get_item(), put_item()):
            _task(options, servers, task, lines)
        for server in servers:
            check_items(server, CHECKED)
    finally:
        for server in servers:
            server.stop()


def _task(options, servers, task, lines) -> None:
    figures = {server.name: Figure(server.name, []) for server in servers}
    for server in servers:
        task.run(options.generator, server, options.requests // 10)  # Warms caches; not counted.
    for _ in range(options.rounds):
        for server in servers:
            figures[server.name].runs.append(task.run(options.generator, server, options.requests))
    lines.title(f"{task.name}, 1 KB")
    for name, figure in figures.items():
        lines.figure(task.name, figure, NOTES.get((task.name, name), ""))
        if name != "stator":
            lines.compare(task.name, figures["stator"], figure, TARGETS.get((task.name, name)))
