"""`quartermaster import` as it is typed: a dry run, a stop, an interruption, a second time."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from tests.fixtures.loop import run_now
from tests.integration.intake.imports import launched
from tests.integration.intake.imports.files import AS_OF, MAPPING, asset, write_assets

ROOT = Path(__file__).parents[4]
DIRECTORY = ROOT / "deploy" / "local" / "scenarios" / "borough.directory.yaml"


class Shell:
    """Starts the program as an operator does."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.database_url = database_url
        self._peak = folder / "peak"
        self.mapping = folder / "assets.yaml"
        self.mapping.write_text(MAPPING)
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]]),
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": "none:1",
            "QUARTERMASTER_DIRECTORY_FILE": str(DIRECTORY),
            "COLUMNS": "160",
            "PEAK_KB_TO": str(self._peak),
        }

    def arguments(self, path: Path, *more: str) -> list[str]:
        mapped = ["--source", "assets", "--mapping", str(self.mapping), "--as-of", AS_OF]
        return [sys.executable, "-m", launched.__name__, "import", str(path), *mapped, *more]

    def run(self, path: Path, *more: str) -> tuple[int, str]:
        """Exit code, and what was printed."""
        done = subprocess.run(
            self.arguments(path, *more), env=self.environment, capture_output=True, text=True, check=False, timeout=90
        )
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def peak_mb(self) -> float:
        """How much memory the last one that ended by itself took."""
        return int(self._peak.read_text()) / 1024

    def value(self, statement: str) -> int:
        async def ask() -> int:
            connection = await asyncpg.connect(self.database_url)
            try:
                return int(await connection.fetchval(statement) or 0)
            finally:
                await connection.close()

        return run_now(ask())


@pytest.fixture
def shell(database_url: str, tmp_path: Path) -> Shell:
    return Shell(database_url, tmp_path)


def test_a_dry_run_a_stop_and_an_import(shell: Shell, tmp_path: Path) -> None:
    rows = [asset(number, **({"Cost": "dear"} if number in (3, 70) else {})) for number in range(100)]
    path, refused = write_assets(tmp_path / "a.csv", rows), tmp_path / "refused.csv"
    code, printed = shell.run(path, "--dry-run", "--refused-to", str(refused))
    assert code == 1
    assert "100 │ 98 │ 0 │ 0 │ 0 │ 2" in printed
    assert "line 5 │ Cost: 'dear' is no sum in pounds" in printed
    assert "nothing was changed (--dry-run)" in printed
    with refused.open(encoding="utf-8", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert (first["refused at"], second["refused at"], first["serial"]) == ("line 5", "line 72", "SN000003")

    code, printed = shell.run(path)
    assert code == 2
    assert "2 rows are refused, so nothing was imported" in printed
    for table in ("outbox", "inbox", "dead_letters", "imports", "mappings"):
        assert shell.value(f"SELECT count(*) FROM intake.{table}") == 0, table

    code, printed = shell.run(path, "--accept-refused")
    assert code == 0
    assert "98 imported, 2 refused: `quartermaster deadletter list --source import/assets`" in printed
    code, printed = shell.run(path, "--accept-refused")
    assert (code, "nothing to do: every row was imported before" in printed) == (0, True)
    assert shell.value("SELECT count(*) FROM intake.outbox") == 98
    assert shell.value("SELECT sum(seen) FROM intake.dead_letters") == 2


def test_killed_half_way_it_goes_on_and_every_row_counts_once(shell: Shell, tmp_path: Path) -> None:
    rows = 12_000
    path = write_assets(tmp_path / "a.csv", (asset(number, **{"Held by": "x" * 8_000}) for number in range(rows)))
    running = subprocess.Popen(shell.arguments(path), env=shell.environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 40
        while not shell.value("SELECT max(rows_done) FROM intake.imports"):
            assert running.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline, "nothing was imported"
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
    done = shell.value("SELECT rows_done FROM intake.imports")
    assert 0 < done < rows
    assert shell.value("SELECT count(*) FROM intake.outbox") == done == shell.value("SELECT count(*) FROM intake.inbox")

    code, printed = shell.run(path)
    assert (code, f"going on after {done:,} of 12,000 rows" in printed) == (0, True)
    assert "12,000 rows: 12,000 imported" in printed
    assert shell.value("SELECT count(DISTINCT key) FROM intake.outbox") == rows
    assert shell.value("SELECT count(*) FROM intake.outbox") == rows
    assert path.stat().st_size > 96_000_000
    assert shell.peak_mb() < 140, f"{shell.peak_mb():.0f} MB: was the file held whole?"
