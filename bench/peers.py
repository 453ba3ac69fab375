"""The programs that Stator is measured against: how to get each, pinned, and how to start it.

Each lands in the cache folder of tools/setup.sh, outside the source tree. A peer that cannot be had
here raises Skipped with the reason; the benchmark goes on without it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from servers import Server

BENCH = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCH.parent / "tests"))
import harness  # noqa: E402  (where tools/setup.sh puts things is written there once)

DYNOXIDE_VERSION = "3.2.0"
# The server alone, without its further tools. `cargo install` takes the optimization
# that its own Cargo.toml asks for (opt-level "s", LTO): the build that its makers release.
DYNOXIDE_FEATURES = "native-sqlite,http-server,cli"
DYNALITE_VERSION = "4.0.0"
FEAST_VERSION = "0.67.0"
INSTALL_DEADLINE_S = 1800


class Skipped(Exception):
    """A peer is not to be had on this machine; the message is the reason."""


def _install(what: str, home: Path, command, work: Path) -> None:
    """Runs `command` in `work` and renames its folder `home` into place, so that it is whole or absent."""
    print(f"bench: fetching {what}", flush=True)
    try:
        ran = subprocess.run(
            [str(word) for word in command],
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_DEADLINE_S,
        )
    except subprocess.TimeoutExpired as late:
        raise Skipped(f"not installed within {INSTALL_DEADLINE_S} s") from late
    if ran.returncode != 0:
        raise Skipped(f"`{command[0]} {command[1]}` failed: {ran.stdout.strip()[-600:]}")
    os.replace(work / "home", home)


def dynoxide_program() -> Path:
    """Dynoxide (crate dynoxide-rs, MIT or Apache-2.0), built with the lock file of its own package."""
    home = harness.cache_folder() / f"dynoxide-{DYNOXIDE_VERSION}"
    if not home.is_dir():
        if not shutil.which("cargo"):
            raise Skipped(
                "cargo is not installed (Rust 1.88 or newer builds it in about two minutes)"
            )
        with tempfile.TemporaryDirectory(dir=harness.cache_folder(), prefix="work.") as work:
            command = ["cargo", "install", "--locked", "--quiet", "--no-track"]
            command += ["--version", f"={DYNOXIDE_VERSION}", "--no-default-features"]
            command += ["--features", DYNOXIDE_FEATURES, "--root", f"{work}/home"]
            command += ["--target-dir", f"{work}/target", "dynoxide-rs"]
            _install(f"Dynoxide {DYNOXIDE_VERSION}", home, command, Path(work))
    return home / "bin" / "dynoxide"


def start_dynoxide(folder: Path) -> Server:
    """Dynoxide on a database file. It sets SQLite to WAL and leaves `synchronous` at its default FULL: every
    PutItem is one transaction and one sync, under one lock.
    """
    program = dynoxide_program()
    port = harness.free_port()
    command = [program, "--host", "127.0.0.1", "--port", port, "--db-path", folder / "dynoxide.db"]
    return Server("dynoxide", command, port, folder / "dynoxide.log")


def dynalite_script() -> Path:
    """dynalite (npm, Apache-2.0), by lock file and integrity."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Skipped("node or npm is not installed")
    source = BENCH / "packages" / "dynalite"
    home = harness.cache_folder() / f"dynalite-{DYNALITE_VERSION}"
    if not home.is_dir():
        with tempfile.TemporaryDirectory(dir=harness.cache_folder(), prefix="work.") as work:
            shutil.copytree(source, Path(work) / "home")
            command = ["npm", "ci", "--prefix", "home", "--ignore-scripts", "--silent"]
            _install(f"dynalite {DYNALITE_VERSION}", home, command, Path(work))
    return home / "node_modules" / "dynalite" / "cli.js"


def start_dynalite(folder: Path) -> Server:
    """dynalite on a folder. It writes to LevelDB without syncing: a power cut may lose
    acknowledged writes.
    """
    script = dynalite_script()
    port = harness.free_port()
    command = ["node", script, "--host", "127.0.0.1", "--port", port, "--createTableMs", "0"]
    command += ["--path", folder / "dynalite"]
    return Server("dynalite", command, port, folder / "dynalite.log")


def feast_program() -> Path:
    """The `feast` command of the environment that tools/setup.sh makes for the tests."""
    program = harness.installed("python-tests") / "bin" / "feast"
    if not program.is_file():
        raise Skipped("its Python environment is not there (tools/setup.sh clients makes it)")
    return program


def start_feast(repo: Path) -> Server:
    """Feast's feature server in its best setting: one worker that never restarts, no access log,
    and a registry that is not read again while we measure.
    """
    program = feast_program()
    port = harness.free_port()
    command = [program, "--chdir", repo, "serve", "--host", "127.0.0.1", "--port", port]
    command += ["--workers", "1", "--max-requests", "0", "--no-access-log"]
    command += ["--registry_ttl_sec", "3600", "--keep-alive-timeout", "600"]
    environment = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    environment |= {"AWS_DEFAULT_REGION": "us-east-1", "FEAST_USAGE": "False"}
    return Server("feast", command, port, repo / "feast.log", "/health", env=environment)
