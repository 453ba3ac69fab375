"""Stator alone, path by path: each figure of docs/performance.md with the most that it may be.

Over HTTP the figures are the server's CPU time a request; in process those of
build/benchmarks/in_process, one thread. 100,000 items, all read once before (warm caches).
"""

import json
import math
import re
import shutil
import statistics
import subprocess
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import online_reads
import peers
from load import Figure, check_items, create_and_fill, get_item, put_item, warm
from servers import Failure, Server

START_RUNS = 15
IDLE_SECONDS = 2.0
IN_PROCESS_DEADLINE_S = 900
SYNCS = re.compile(r"^stator_engine_syncs_total(?:\{[^}]*\})? (\S+)", re.MULTILINE)


def run(options, folder: Path, lines) -> None:
    """Prints every figure of Stator alone."""
    lines.title("Stator alone: start and memory (no data yet)")
    _start(options, folder / "empty", lines)
    lines.title("Stator alone: over HTTP, 16 connections, 100,000 items of 1 KB on disk")
    _over_http(options, folder / "http", lines)
    lines.title("Stator alone: online reads over HTTP, 1 row x 50 features of 5 views")
    repo = online_reads.Repo(options.program, folder / "repo")
    _online(options, repo, lines)
    lines.title("Stator alone: in process, user and system CPU")
    _in_process(options, folder, repo, lines)


def _dynamodb(options, folder: Path) -> Server:
    port = peers.harness.free_port()
    command = [options.program, "dynamodb", "--port", port, "--path", folder / "data"]
    return Server("stator", command, port, folder / "stator.log")


def _start(options, folder: Path, lines) -> None:
    folder.mkdir()
    taken_ms, cpu_ms = [], []
    for _ in range(START_RUNS):
        server = _dynamodb(options, folder)
        taken_ms.append(server.answered_after_s * 1000)
        cpu_ms.append(server.scheduled_seconds() * 1000)
        server.stop()
    middle = statistics.median(taken_ms)
    spread = f"{min(taken_ms):.1f}-{max(taken_ms):.1f} in {START_RUNS} starts"
    spread += f"; wall time; {statistics.median(cpu_ms):.1f} ms of CPU"
    lines.limit("stator dynamodb: start to first answer", middle, "ms", 15, spread)
    server = _dynamodb(options, folder)
    try:
        time.sleep(IDLE_SECONDS)
        lines.limit("VmRSS two seconds after", server.memory_mb(), "MB", 20)
    finally:
        server.stop()


def _in_process(options, folder: Path, repo: online_reads.Repo, lines) -> None:
    program = options.generator.parent / "in_process"
    if not program.is_file():
        raise Failure(f"{program} is not there: run `make bench`")
    rounds = []
    for number in range(options.rounds):
        data = folder / f"in-process{number}"
        ran = subprocess.run(
            [program, data, repo.folder],
            capture_output=True,
            text=True,
            timeout=IN_PROCESS_DEADLINE_S,
        )
        shutil.rmtree(data, ignore_errors=True)
        if ran.returncode != 0:
            raise Failure(f"in_process: {ran.stderr.strip()}")
        rounds.append(json.loads(ran.stdout))
    for name, first in rounds[0].items():
        found = sorted(figures[name]["us"] for figures in rounds)
        note = f"{found[0]:.2f}-{found[-1]:.2f}"
        lines.limit(name, statistics.median(found), "us", first["at_most"], note)


def _over_http(options, folder: Path, lines) -> None:
    folder.mkdir()
    ports = [peers.harness.free_port() for _ in range(2)]
    command = [options.program, "serve", "--dynamodb-port", ports[0], "--admin-port", ports[1]]
    command += ["--features-port", 0, "--sql-port", 0, "--path", folder / "data"]
    with ExitStack() as started:
        server = Server("stator", command, ports[0], folder / "stator.log", cwd=folder)
        started.callback(server.stop)
        fixed = _fixed_answer(options, folder)
        started.callback(fixed.stop)
        create_and_fill(server)
        check_items(server, range(0, 100_000, 9_999))
        warm(server)
        for task, limit in ((get_item(), 15), (put_item(), 25)):
            before = _syncs(ports[1])
            figure, floor = _side_by_side(options, task, server, fixed)
            _figure(lines, f"{task.name} of 1 KB over HTTP", figure, limit, floor)
            if task.name == "PutItem":
                requests = sum(run.requests for run in figure.runs) + options.requests // 10
                syncs = (_syncs(ports[1]) - before) / requests
                lines.limit("syncs a PutItem", syncs, "", 0.5, "16 clients, one sync for many")
        check_items(server, range(0, 100_000, 9_999))


def _side_by_side(options, task, server: Server, fixed: Server) -> tuple[Figure, Figure]:
    """Stator and the server that stores nothing, in turns, after a warm-up of Stator."""
    task.run(options.generator, server, options.requests // 10)
    figure, floor = Figure("stator", []), Figure("fixed", [])
    for _ in range(options.rounds):
        figure.runs.append(task.run(options.generator, server, options.requests))
        anything = replace(task, expect="")
        floor.runs.append(anything.run(options.generator, fixed, options.requests))
    return figure, floor


def _fixed_answer(options, folder: Path) -> Server:
    """The server that stores nothing: what the same requests cost this machine alone."""
    port = peers.harness.free_port()
    command = [options.generator.parent / "fixed_answer", port]
    return Server("fixed", command, port, folder / "fixed.log")


def _figure(lines, name: str, figure: Figure, limit: float | None, floor=None) -> None:
    costs = [run.cpu_us for run in figure.runs]
    others = max(run.others for run in figure.runs)
    note = f"{min(costs):.1f}-{max(costs):.1f}, {figure.per_second:.0f}/s"
    if floor is not None:
        ratio = statistics.median(
            ours.cpu_us / theirs.cpu_us
            for ours, theirs in zip(figure.runs, floor.runs, strict=True)
        )
        note += f"; {ratio:.1f} x a server that stores nothing ({floor.cpu_us:.1f} us)"
    note += f"; others kept {others:.1f} cores busy" if others > 0.25 else ""
    lines.limit(name, figure.cpu_us, "us", limit, note)


def _syncs(admin_port: int) -> float:
    """The syncs of the log so far; not a number when the server does not tell."""
    with urllib.request.urlopen(f"http://127.0.0.1:{admin_port}/metrics", timeout=10) as answer:
        found = SYNCS.findall(answer.read().decode())
    return sum(float(number) for number in found) if found else math.nan


def _online(options, repo: online_reads.Repo, lines) -> None:
    server = repo.serve()
    try:
        online_reads.check_values(server)
        task = online_reads.online_read()
        task.run(options.generator, server, options.requests // 10)
        figure = Figure("stator", [])
        for _ in range(options.rounds):
            figure.runs.append(task.run(options.generator, server, options.requests))
        _figure(lines, "online read, 1 row x 50 features, over HTTP", figure, None)
    finally:
        server.stop()
