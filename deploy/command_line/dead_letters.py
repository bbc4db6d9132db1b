"""`quartermaster deadletter`: what could not be applied, and what to do with it. The same commands as in chat."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
from collections.abc import AsyncIterator, Coroutine
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from schemas.vocabulary import Role
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.database.pool import Connection, Pool, open_pool
from services.database.schema import look_in
from services.errors import BadInput
from services.eventlog import dead_letters
from services.eventlog.dead_letters import Choice
from services.intake import queries
from services.intake.commands import DeadLetters, Dealt
from services.settings import Settings, read

program = typer.Typer(no_args_is_help=True, help="What could not be applied: list, show, replay, discard.")
console = Console(highlight=False)

Fingerprint = Annotated[UUID | None, typer.Argument(help="one letter, by its fingerprint")]
Service = Annotated[str | None, typer.Option(help="only this service's")]
Source = Annotated[str | None, typer.Option(help="all open letters from this source, as `list` names it")]
Words = Annotated[str | None, typer.Option("--reason", help="all open letters with these words in their reason")]
Everything = Annotated[bool, typer.Option("--all", help="all open letters")]


@program.command("list")
def list_letters(
    service: Service = None,
    source: Annotated[str | None, typer.Option(help="only of this vendor, source, topic or service")] = None,
    each: Annotated[bool, typer.Option("--each", help="letter by letter, the latest of each service")] = False,
) -> None:
    """What nobody has settled yet, by source and reason, the latest first."""
    asyncio.run(_list_each(service, source) if each else _list(service, source))


@program.command()
def show(fingerprint: UUID, service: Service = None) -> None:
    """One dead letter, whole."""
    asyncio.run(_show(fingerprint, service))


@program.command()
def replay(
    fingerprint: Fingerprint = None,
    service: Service = None,
    source: Source = None,
    words: Words = None,
    everything: Everything = False,
) -> None:
    """Try again, once the cause was mended: intake's are translated again, events are sent to the log again."""
    choice = _choice(fingerprint, source, words, everything)

    def work(letters: DeadLetters) -> Coroutine[Any, Any, Dealt]:
        if fingerprint is not None:
            return letters.replay(operator(), fingerprint, service=service)
        return letters.replay_all(operator(), choice, service=service, most=None)

    asyncio.run(_deal(work))


@program.command()
def discard(
    fingerprint: Fingerprint = None,
    service: Service = None,
    source: Source = None,
    words: Words = None,
    everything: Everything = False,
) -> None:
    """Settle as not worth applying. The bytes stay for a while."""
    choice = _choice(fingerprint, source, words, everything)

    def work(letters: DeadLetters) -> Coroutine[Any, Any, Dealt]:
        if fingerprint is not None:
            return letters.discard(operator(), fingerprint, service=service)
        return letters.discard_all(operator(), choice, service=service, most=None)

    asyncio.run(_deal(work))


def operator() -> Viewer:
    """Whoever may start this program may do what a planner may; the audit log names their login."""
    login = f"operator:{getpass.getuser()}"
    return Viewer(login, login, frozenset({Role.PLANNER}), None, None)


def _choice(fingerprint: UUID | None, source: str | None, words: str | None, everything: bool) -> Choice:
    chosen = source is not None or words is not None
    if sum((fingerprint is not None, chosen, everything)) != 1:
        raise BadInput("give a fingerprint, or --source and --reason (one of them or both), or --all")
    return Choice(source=source, words=words)


@contextlib.asynccontextmanager
async def _pool() -> AsyncIterator[Pool]:
    pool = await open_pool(str(read(Settings).database_url), "intake", size=1)
    try:
        yield pool
    finally:
        await pool.close()


@contextlib.asynccontextmanager
async def _letters() -> AsyncIterator[DeadLetters]:
    settings = read(Settings)
    directory = Directory.load(settings.directory_file)
    async with _pool() as pool:
        yield DeadLetters(pool, settings.clock(), directory, settings.topic_prefix)


async def _list(service: str | None, source: str | None) -> None:
    async with _pool() as pool, pool.acquire() as connection:
        found = await queries.letter_groups(connection, operator(), source, limit=1000)
    table = Table("service", "source", "letters", "seen", "first", "last", "why", "the latest")
    for group in found:
        if service in (None, group.service):
            numbers = (str(group.letters), str(group.seen), _moment(group.first_seen), _moment(group.last_seen))
            table.add_row(group.service, group.source, *numbers, group.reason, str(group.latest))
    console.print(table)


async def _list_each(service: str | None, source: str | None) -> None:
    table = Table("service", "fingerprint", "source", "seen", "first", "last", "why")
    async with _pool() as pool, pool.acquire() as connection:
        for store in [service] if service else await queries.stores(connection):
            for letter in await _open_in(connection, store, source):
                dates = (_moment(letter.first_seen), _moment(letter.last_seen))
                table.add_row(store, str(letter.fingerprint), letter.source, str(letter.seen), *dates, letter.reason)
    console.print(table)


async def _open_in(connection: Connection, store: str, source: str | None) -> list[dead_letters.Listed]:
    async with connection.transaction(readonly=True):
        await look_in(connection, store)
        return await dead_letters.list_open(connection, source=source)


async def _show(fingerprint: UUID, service: str | None) -> None:
    async with _letters() as letters:
        letter = await letters.show(operator(), fingerprint, service=service, most=None)
    dates = f"first {_moment(letter.first_seen)}, last {_moment(letter.last_seen)}, {letter.seen} times in all"
    console.print(f"{letter.service}  {letter.source}\nwhy: {letter.reason}\nseen: {dates}", markup=False)
    if letter.settled_at is not None:
        console.print(f"{letter.settled_as} {_moment(letter.settled_at)}")
    if letter.forgotten_at is not None:
        console.print(f"what it held was removed {_moment(letter.forgotten_at)}, as of all that is settled long enough")
        return
    console.print(f"context: {dict(letter.context)}\n", markup=False)
    console.print(letter.beginning.decode(errors="backslashreplace"), markup=False)


async def _deal(work: Any) -> None:
    async with _letters() as letters:
        dealt: Dealt = await work(letters)
    if dealt.before is not None:
        console.print(f"it was {dealt.before} before")
        return
    console.print(f"{dealt.settled} of {dealt.tried} {dealt.how}")
    if dealt.how == "replayed":
        console.print(f"records: {dealt.accepted} accepted, {dealt.repeated} seen before, {dealt.ignored} of no use")
    if dealt.sent_again:
        console.print(f"events sent to the log again: {dealt.sent_again}; one that fails once more comes back here")
    if dealt.why is not None:
        console.print(f"{dealt.still_dead} still cannot be applied, for one: {dealt.why}", markup=False)


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}"
