"""Migrations: the second time there is nothing to do, and several processes may start at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from services.database import migrations

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
APPLY = "import sys; from services.database import migrations; print(len(migrations.apply(sys.argv[1])))"


async def tables(database_url: str) -> set[str]:
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch("SELECT schemaname || '.' || tablename AS name FROM pg_tables")
    finally:
        await connection.close()
    return {row["name"] for row in rows}


async def test_the_second_time_there_is_nothing_to_do(empty_database_url: str) -> None:
    first = migrations.apply(empty_database_url)
    assert first[0] == "eventlog-0001-equip"
    assert len(first) == len(set(first))
    assert {"register.devices", "register.inbox", "register.outbox", "access.audit"} <= await tables(empty_database_url)
    assert migrations.apply(empty_database_url) == []


async def test_what_nobody_needs_any_more_is_taken_away_after_the_deployment(empty_database_url: str) -> None:
    migrations.apply(empty_database_url)
    before = await tables(empty_database_url)
    after = {path.stem for folder in migrations.migration_folders(after_deploy=True) for path in folder.glob("*.sql")}
    assert set(migrations.apply(empty_database_url, after_deploy=True)) == after
    assert before - await tables(empty_database_url) == {"budget.kind_balances"}
    assert migrations.apply(empty_database_url, after_deploy=True) == []
    assert migrations.apply(empty_database_url) == [], "a replica that starts later adds nothing again"


def test_processes_that_start_at_once_apply_each_migration_once(empty_database_url: str) -> None:
    argv = [sys.executable, "-c", APPLY, empty_database_url]
    started = [
        subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    try:
        ended = [(process, *process.communicate(timeout=60)) for process in started]
    finally:
        for process in started:
            process.kill()
    for process, _, complaint in ended:
        assert process.returncode == 0, complaint
    expected = sum(1 for folder in migrations.migration_folders() for _ in folder.glob("*.sql"))
    assert sorted(int(told) for _, told, _ in ended) == [0, 0, expected]


def test_every_migration_is_named_for_its_service_and_depends_on_the_event_log() -> None:
    for folder in [*migrations.migration_folders(), *migrations.migration_folders(after_deploy=True)]:
        for path in folder.glob("*.sql"):
            assert "-- depends:" in path.read_text(), path.name
            owner = path.relative_to(ROOT).parts[1 if path.is_relative_to(migrations.SERVICES) else 0]
            first = "eventlog" if owner == "database" else owner
            assert path.name.startswith(f"{first}-"), path.name
