"""PostgreSQL out of the wheel: keeps what it was given, whatever happens to its processes."""

from __future__ import annotations

import os
import signal
import stat
import sys
from pathlib import Path

import asyncpg
import psycopg
import pytest

from deploy.local.stack.errors import FolderInUseError, StackError
from deploy.local.stack.postgres import EmbeddedPostgres
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration


async def remember(url: str, word: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE IF NOT EXISTS remembered (word text)")
    await connection.execute("INSERT INTO remembered VALUES ($1)", word)
    await connection.close()


async def remembered(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT word FROM remembered ORDER BY word")
    await connection.close()
    return [row["word"] for row in rows]


async def test_what_was_written_is_there_at_the_next_start(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as server:
        await remember(server.database_url, "laptop")
    async with EmbeddedPostgres(tmp_path) as server:
        assert await remembered(server.database_url) == ["laptop"]


async def test_a_killed_server_starts_again_with_what_it_had_committed(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    await server.start()
    await remember(server.database_url, "laptop")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    async with EmbeddedPostgres(tmp_path) as again:
        assert await remembered(again.database_url) == ["laptop"]
    await server.stop()


async def test_a_mark_whose_number_is_now_another_programs_is_set_aside(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path):
        pass
    (tmp_path / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path / 'cluster'}\n")
    async with EmbeddedPostgres(tmp_path) as server:
        assert server.pid != os.getpid()


async def test_a_second_server_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as first:
        with pytest.raises(FolderInUseError, match=str(first.pid)):
            await EmbeddedPostgres(tmp_path).start(seconds=0.5)
        await remember(first.database_url, "still here")


async def test_a_folder_of_another_version_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "PG_VERSION").write_text("12\n")
    with pytest.raises(StackError, match="make clean"):
        await EmbeddedPostgres(tmp_path).start()


async def test_a_path_longer_than_any_socket_path_and_closed_to_others(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    async with EmbeddedPostgres(closed / ("long" * 40)) as server:
        await remember(server.database_url, "laptop")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


async def test_both_drivers_enter_and_a_wrong_password_does_not(embedded_postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(embedded_postgres.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    host = embedded_postgres.database_url.rpartition("@")[2]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://quartermaster:guess@{host}")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_listens_on_loopback_only(embedded_postgres: EmbeddedPostgres) -> None:
    lines = [*Path("/proc/net/tcp").read_text().splitlines(), *Path("/proc/net/tcp6").read_text().splitlines()]
    port = f":{embedded_postgres.port:04X}"
    listening = {local for _, local, _, state, *_ in map(str.split, lines) if state == "0A" and local.endswith(port)}
    assert listening == {f"0100007F{port}"}


async def test_a_clone_has_what_the_template_had_and_is_removed_with_its_guests(
    embedded_postgres: EmbeddedPostgres,
) -> None:
    original = await embedded_postgres.create_database("original")
    await remember(original, "laptop")
    clone = await embedded_postgres.create_database("clone", template="original")
    await remember(clone, "monitor")
    assert await remembered(original) == ["laptop"]
    guest = await asyncpg.connect(clone)
    await embedded_postgres.drop_database("clone")
    await until(guest.is_closed, "the guest to be shown out")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(clone)
    await embedded_postgres.drop_database("original")


async def test_a_test_database_is_migrated(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    schemas = await connection.fetch("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information)'")
    await connection.close()
    assert len(schemas) > 1
