"""`quartermaster custody`: give out a certificate, check one that somebody brings back, prove every chain anew."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.command_line.connections import pool_of
from deploy.command_line.dead_letters import operator
from deploy.command_line.progress import bar
from services.access.directory import Directory
from services.clock import LONDON
from services.custody.anchoring import Anchored, find_digests, find_heads
from services.custody.certificates.reading import heads_on
from services.custody.certification import Certificates
from services.custody.checking import Verdict, check_certificate
from services.custody.verification import Checked, Fault, count, faults
from services.database.pool import Connection
from services.errors import NotFound
from services.settings import Settings, read

program = typer.Typer(no_args_is_help=True, help="Devices in custody: certificates, and whether all chains still hold.")
console = Console(highlight=False, soft_wrap=True)
_SHOWN_AT_MOST_EVERY = 0.1
_FEW = 10
"""Records that are named one by one."""


@program.command()
def certificate(
    subject: Annotated[str, typer.Argument(help="a C-number, serial or asset tag, or a batch's B-number")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="where to write it")] = None,
) -> None:
    """Write the certificate of a device or of a batch as a PDF. Asked for again it is the same, while nothing moved."""
    asyncio.run(_certificate(subject, output))


@program.command()
def verify(
    files: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="certificates; none: all chains")
    ] = None,
    certificate: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True, dir_okay=False, help="a certificate whose printed heads the chains must hold; may be repeated"
        ),
    ] = None,
    head: Annotated[
        list[str] | None, typer.Option(help="a chain head's digest, as it is printed on a certificate; may be repeated")
    ] = None,
) -> None:
    """Check certificates against what was issued and the records; without a file every chain and document.

    With --certificate or --head: whether the chains still hold what was given out earlier, whatever our tables say of
    it, so that a rewritten database is found out.
    """
    digests = [_digest(each) for each in head or ()]
    sound = True
    if files or not (certificate or digests):
        sound = asyncio.run(_verify_files(files) if files else _verify_all())
    if certificate or digests:
        sound &= asyncio.run(_verify_anchors(certificate or [], digests))
    raise typer.Exit(0 if sound else 1)


def _digest(said: str) -> str:
    """The digest as our tables write it; people type it with blanks, and from paper."""
    digest = "".join(said.split()).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise typer.BadParameter("a digest has 64 characters of 0-9 and a-f", param_hint="--head")
    return digest


async def _certificate(subject: str, output: Path | None) -> None:
    settings = read(Settings)
    directory = Directory.load(settings.directory_file)
    async with pool_of("custody") as pool:
        made = await Certificates(pool, settings.clock(), directory).issue(operator(), subject)
    target = output or Path(made.file_name)
    try:
        target.write_bytes(made.content)
    except OSError as error:
        raise NotFound(f"{target} cannot be written: {error.strerror}") from None
    console.print(f"{target}: certificate {made.number} of {made.subject}", markup=False)
    console.print(f"SHA-256 {made.digest}", markup=False)


async def _verify_files(files: list[Path]) -> bool:
    sound = True
    async with pool_of("custody") as pool, pool.acquire() as connection:
        for file in files:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                verdict = await check_certificate(connection, file.read_bytes())
            sound &= _tell(file, verdict)
    return sound


async def _verify_anchors(files: Sequence[Path], digests: Sequence[str]) -> bool:
    sound = True
    async with pool_of("custody") as pool, pool.acquire() as connection:
        for file in files:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                found = await find_heads(connection, heads_on(file.read_bytes()))
            sound &= _tell_anchored(str(file), found)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            named = await find_digests(connection, digests)
        for digest in digests:
            one = named.get(digest)
            if one is None:
                _say(f"{digest}: NOT THERE. No chain holds it: the chain was rewritten since, or it is none of ours.")
            sound &= one is not None and _tell_anchored(digest, [one])
    return sound


def _tell_anchored(named: str, found: Sequence[Anchored]) -> bool:
    """Say what became of the heads that one paper gives; True if the chains hold them all."""
    faults = [fault for each in found for fault in each.faults]
    if faults:
        _say(f"{named}: the RECORD IS NOT WHAT WAS GIVEN OUT.")
        _list(faults)
        return False
    for each in found[:_FEW]:
        more = f", and {each.later:,} came after it" if each.later else ""
        _say(f"{named}: {each.reference} still holds it as link {each.number}{more}. Its chain holds.")
    if len(found) > _FEW:
        _say(f"{named}: the same of {len(found) - _FEW:,} more; all {len(found):,} chains hold what it gives.")
    return True


def _tell(file: Path, verdict: Verdict) -> bool:
    """Say what a file is found to be; True if all is well."""
    if verdict.number is None or verdict.issued_at is None:
        _say(f"{file}: NOT OURS. These bytes were never issued: the file was changed, or made elsewhere.")
        _say("  Or our memory of it was changed: --certificate asks the chains alone for the heads printed on it.")
        return False
    at = verdict.issued_at.astimezone(LONDON)
    told = f"{file}: certificate {verdict.number} of {verdict.subject}, issued {at.day} {at:%b %Y, %H:%M}"
    if verdict.faults:
        _say(f"{told}: the file is as issued, but the RECORD IS NOT SOUND.")
        _list(verdict.faults)
        return False
    chains = "its chain holds" if verdict.devices == 1 else f"all {verdict.devices:,} chains hold"
    _say(f"{told}: sound. The file is as issued, {chains}.")
    if verdict.moved_on:
        named = ", ".join(verdict.moved_on[:10])
        more = f" and {len(verdict.moved_on) - 10:,} more" if len(verdict.moved_on) > 10 else ""
        _say(f"  It does not tell of what came later: {named}{more} moved on since.")
    return True


async def _verify_all() -> bool:
    checked = Checked()
    async with (
        pool_of("custody") as pool,
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = await _watched(connection, checked)
    _say(f"{checked.records:,} records, {checked.links:,} links, {checked.documents:,} documents looked at.")
    if found:
        _say(f"{len(found):,} do NOT hold:")
        _list(found)
        return False
    _say("All hold.")
    return True


async def _watched(connection: Connection, checked: Checked) -> list[Fault]:
    """All faults, with a bar that follows what was looked at."""
    records, documents = await count(connection)
    with bar(console, "proving", records + documents, what="records") as more:

        async def follow() -> None:
            shown = 0
            while True:
                await asyncio.sleep(_SHOWN_AT_MOST_EVERY)
                done = checked.records + checked.documents
                more(done - shown)
                shown = done

        following = asyncio.create_task(follow(), name="progress of the proof")
        try:
            return [fault async for fault in faults(connection, checked)]
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


def _list(found: Sequence[Fault]) -> None:
    for fault in found:
        _say(f"  {fault.where}: {fault.what}")


def _say(words: str) -> None:
    console.print(words, markup=False)
