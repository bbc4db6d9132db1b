"""`quartermaster deadletter`: what could not be applied, and what to do with it."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from services.database.pool import open_pool
from services.errors import NotFound
from services.eventlog import dead_letters
from services.settings import Settings, read

SCHEMAS = ("intake", "register", "requests", "refresh", "budget", "watch", "bot")

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
def discard(fingerprint: UUID) -> None:
    """Settle a dead letter as not worth applying. Its bytes stay."""
    asyncio.run(_discard(fingerprint))


async def _list(schemas: list[str], source: str | None) -> None:
    table = Table("service", "fingerprint", "source", "seen", "last", "why")
    for schema in schemas:
        pool = await open_pool(str(read(Settings).database_url), schema, size=1)
        for letter in await dead_letters.list_open(pool, source=source):
            last = f"{letter.last_seen:%Y-%m-%d %H:%M}"
            table.add_row(schema, str(letter.fingerprint), letter.source, str(letter.seen), last, letter.reason)
        await pool.close()
    console.print(table)


async def _show(fingerprint: UUID) -> None:
    for schema in SCHEMAS:
        pool = await open_pool(str(read(Settings).database_url), schema, size=1)
        stored = await dead_letters.find(pool, fingerprint)
        await pool.close()
        if stored is not None:
            console.print(f"{schema}  {stored.source}\nwhy: {stored.reason}\ncontext: {dict(stored.context)}\n")
            console.print(stored.body.decode(errors="backslashreplace"), markup=False)
            return
    raise NotFound(f"there is no dead letter {fingerprint}; `quartermaster deadletter list` shows what there is")


async def _discard(fingerprint: UUID) -> None:
    for schema in SCHEMAS:
        pool = await open_pool(str(read(Settings).database_url), schema, size=1)
        settled = await dead_letters.settle(pool, fingerprint, "discarded")
        await pool.close()
        if settled:
            console.print(f"discarded {fingerprint}")
            return
    raise NotFound(f"there is no open dead letter {fingerprint}")
