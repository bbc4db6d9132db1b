"""Translating dead letters again, once a mapping was mended: the end is as if it had worked at first.

The record's own time and ids go into its events, so that a replay neither turns newer facts back nor counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.clock import Clock
from services.database.pool import Connection
from services.errors import NotFound, RuleBroken
from services.eventlog import dead_letters
from services.eventlog.dead_letters import Stored
from services.intake.admission import Receipt, admit
from services.intake.doors import RECORD_KINDS
from services.intake.imports.letters import kind_of_letter
from services.intake.translation import Context, Translated, translate_body


async def show(connection: Connection, fingerprint: UUID) -> Stored:
    """A dead letter with its bytes. Raises NotFound."""
    letter = await dead_letters.find(connection, fingerprint)
    if letter is None:
        raise NotFound(f"there is no dead letter {fingerprint} in intake; `quartermaster deadletter list` names them")
    return letter


async def replay(connection: Connection, fingerprint: UUID, clock: Clock, units: Mapping[str, str]) -> Receipt:
    """Translate a letter again, on a connection of intake's schema; settles it if it works now.

    What was one extract may fall into rows: those that are bad become letters of their own.
    Raises NotFound, and RuleBroken if the letter is settled already or still cannot be translated; the new reason is
    then stored with it.
    """
    async with connection.transaction():
        letter = await show(connection, fingerprint)
        if letter.settled_as is not None:
            raise RuleBroken(f"dead letter {fingerprint} was {letter.settled_as} already")
        translated = await _translate(connection, letter, Context(clock.now(), units))
        reason = next(
            (each.letter.reason for each in translated.rejected if each.letter.fingerprint == fingerprint), None
        )
        if reason is None:
            receipt = await admit(connection, translated)
            await dead_letters.settle(connection, fingerprint, "replayed")
        else:
            await dead_letters.still_dead(connection, fingerprint, reason)
    if reason is not None:
        raise RuleBroken(f"dead letter {fingerprint} still cannot be translated: {reason}")
    receipt.count()
    return receipt


async def discard(connection: Connection, fingerprint: UUID) -> None:
    """Close a letter for good; its bytes stay. Raises NotFound, and RuleBroken if it is settled already."""
    async with connection.transaction():
        letter = await show(connection, fingerprint)
        if not await dead_letters.settle(connection, fingerprint, "discarded"):
            raise RuleBroken(f"dead letter {fingerprint} was {letter.settled_as} already")


async def _translate(connection: Connection, letter: Stored, context: Context) -> Translated:
    kind = RECORD_KINDS.get(letter.source) or await kind_of_letter(connection, letter)
    if kind is None:
        raise RuleBroken(f"nothing here translates letters of {letter.source!r}")
    return translate_body(kind, letter.body, context, stood=letter.context.get("record", ""))
