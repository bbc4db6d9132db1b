"""`quartermaster deadletter`: what could not be applied, and what to do with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from services.access.directory import Directory
from services.database.pool import Connection, open_pool
from services.errors import NotFound
from services.eventlog import dead_letters
from services.intake.doors import units_of
from services.intake.replay import replay as replay_letter
from services.settings import Settings, read

SCHEMAS = ("intake", "register", "requests", "refresh", "budget", "desk", "watch", "bot")

program = typer.Typer(no_args_is_help=True, help="What could not be applied: list, show, replay, discard.")
console = Console(highlight=False)


@program.command("list")
def list_letters(
    service: Annotated[str | None, typer.Option(help="only this service's")] = None,
    source: Annotated[str | None, typer.Option(help="only from this source")] = None,
) -> None:
    """What nobody has settled yet, the latest first."""
    asyncio.run(_list([service] if service else list(SCHEMAS), source))


@program.command()
def show(fingerprint: UUID) -> None:
    """One dead letter, whole."""
    asyncio.run(_show(fingerprint))


@program.command()
def replay(fingerprint: UUID) -> None:
    """Translate one of intake's dead letters again, once its mapping was mended."""
    asyncio.run(_replay(fingerprint))


@program.command()
def discard(fingerprint: UUID) -> None:
    """Settle a dead letter as not worth applying. Its bytes stay."""
    asyncio.run(_discard(fingerprint))


@contextlib.asynccontextmanager
async def _connection(schema: str) -> AsyncIterator[Connection]:
    pool = await open_pool(str(read(Settings).database_url), schema, size=1)
    try:
        async with pool.acquire() as connection:
            yield connection
    finally:
        await pool.close()


async def _list(schemas: list[str], source: str | None) -> None:
    table = Table("service", "fingerprint", "source", "seen", "last", "why")
    for schema in schemas:
        async with _connection(schema) as connection:
            for letter in await dead_letters.list_open(connection, source=source):
                last = f"{letter.last_seen:%Y-%m-%d %H:%M}"
                table.add_row(schema, str(letter.fingerprint), letter.source, str(letter.seen), last, letter.reason)
    console.print(table)


async def _show(fingerprint: UUID) -> None:
    for schema in SCHEMAS:
        async with _connection(schema) as connection:
            stored = await dead_letters.find(connection, fingerprint)
        if stored is not None:
            console.print(f"{schema}  {stored.source}\nwhy: {stored.reason}\ncontext: {dict(stored.context)}\n")
            console.print(stored.body.decode(errors="backslashreplace"), markup=False)
            return
    raise NotFound(f"there is no dead letter {fingerprint}; `quartermaster deadletter list` shows what there is")


async def _replay(fingerprint: UUID) -> None:
    settings = read(Settings)
    directory = Directory.load(settings.directory_file)
    async with _connection("intake") as connection:
        receipt = await replay_letter(connection, fingerprint, settings.clock(), units_of(directory))
    console.print(f"replayed {fingerprint}: {receipt.accepted} accepted, {receipt.repeated} seen before")


async def _discard(fingerprint: UUID) -> None:
    for schema in SCHEMAS:
        async with _connection(schema) as connection:
            settled = await dead_letters.settle(connection, fingerprint, "discarded")
        if settled:
            console.print(f"discarded {fingerprint}")
            return
    raise NotFound(f"there is no open dead letter {fingerprint}")
