"""The forms of the budget's acts: override, virement, roll-over, reversal."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, Option, PlainTextInputElement, StaticSelectElement
from slack_sdk.models.views import View

from bot import ids
from bot.grammar.parts import pence_of
from bot.render.fields import Values, chosen_in, field, text_in, words_field
from bot.render.message import escape, listed, note, section
from bot.render.replacement import BUYABLE
from bot.render.wording import LINES
from schemas.vocabulary import FundingLine, Kind

MOST_EXTRA = 100_000
_NO_REASON = "Why? The auditor reads your words."
_NO_SUM = "A sum of money, please: 250,000 or £2m."


@dataclasses.dataclass(frozen=True, slots=True)
class Override:
    """How far a line (in pence) or a kind (in devices) may go beyond its limit in a year. One of the two is None."""

    financial_year: str
    line: FundingLine | None
    kind: Kind | None
    extra: int
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Virement:
    """How much moves from one line to another in a year."""

    financial_year: str
    from_line: FundingLine
    to_line: FundingLine
    pence: int
    reason: str


def override_form(financial_year: str) -> dict[str, Any]:
    """Asks which limit, by how much, and why."""
    options = [Option(value=f"line|{line}", text=f"Money: {LINES[line]}") for line in FundingLine]
    options += [Option(value=f"kind|{kind}", text=f"Number: {kind.value}s") for kind in BUYABLE]
    blocks: list[Block] = [
        section(f"Lets orders of *{escape(financial_year)}* go beyond one limit. It is recorded and audited."),
        field(ids.BLOCK_LIMIT, "Which limit?", StaticSelectElement(options=options, placeholder="Choose")),
        field(
            ids.BLOCK_EXTRA,
            "How far beyond it?",
            PlainTextInputElement(max_length=20),
            hint="Of a line a sum, such as £250,000; of a kind a number of devices.",
        ),
        words_field(ids.BLOCK_WHY, "Why?"),
        note("Gates of procurement and approval stay as they are: nobody can override those."),
    ]
    return _modal(ids.VIEW_OVERRIDE, "Override a limit", "Override", financial_year, blocks)


def read_override(financial_year: str, values: Values) -> Override | dict[str, str]:
    """What was filled in; or, by block, what must be put right."""
    errors: dict[str, str] = {}
    what, _, name = (chosen_in(values, ids.BLOCK_LIMIT) or "").partition("|")
    if not name:
        errors[ids.BLOCK_LIMIT] = "Choose a line or a kind."
    said = text_in(values, ids.BLOCK_EXTRA)
    extra = pence_of(said) if what == "line" else _number_of(said)
    if extra is None:
        errors[ids.BLOCK_EXTRA] = _NO_SUM if what == "line" else f"A number from 1 to {MOST_EXTRA:,}, please."
    reason = text_in(values, ids.BLOCK_WHY)
    if not reason:
        errors[ids.BLOCK_WHY] = _NO_REASON
    if errors or extra is None:
        return errors
    line, kind = (FundingLine(name), None) if what == "line" else (None, Kind(name))
    return Override(financial_year, line, kind, extra, reason)


def virement_form(financial_year: str) -> dict[str, Any]:
    """Asks from which line to which, how much, and why."""
    options = [Option(value=line.value, text=LINES[line]) for line in FundingLine]
    blocks: list[Block] = [
        section(f"Moves money of *{escape(financial_year)}* between lines. It is recorded and audited."),
        field(ids.BLOCK_FROM, "From which line?", StaticSelectElement(options=options, placeholder="Choose")),
        field(ids.BLOCK_TO, "To which line?", StaticSelectElement(options=options, placeholder="Choose")),
        field(ids.BLOCK_EXTRA, "How much?", PlainTextInputElement(max_length=20), hint="Such as £250,000 or 1.5m."),
        words_field(ids.BLOCK_WHY, "Why?"),
    ]
    return _modal(ids.VIEW_VIREMENT, "Move money", "Move", financial_year, blocks)


def read_virement(financial_year: str, values: Values) -> Virement | dict[str, str]:
    """What was filled in; or, by block, what must be put right."""
    errors: dict[str, str] = {}
    from_line, to_line = chosen_in(values, ids.BLOCK_FROM), chosen_in(values, ids.BLOCK_TO)
    if not from_line:
        errors[ids.BLOCK_FROM] = "Choose the line that gives."
    if not to_line:
        errors[ids.BLOCK_TO] = "Choose the line that gets."
    elif to_line == from_line:
        errors[ids.BLOCK_TO] = "That is the line it comes from; choose the other."
    pence = pence_of(text_in(values, ids.BLOCK_EXTRA))
    if pence is None:
        errors[ids.BLOCK_EXTRA] = _NO_SUM
    reason = text_in(values, ids.BLOCK_WHY)
    if not reason:
        errors[ids.BLOCK_WHY] = _NO_REASON
    if errors or not from_line or not to_line or pence is None:
        return errors
    return Virement(financial_year, FundingLine(from_line), FundingLine(to_line), pence, reason)


def roll_over_form(financial_year: str, rolling: Sequence[str]) -> dict[str, Any]:
    """Shows what would be carried into the next year, a line of text each, and asks why; a button only if there is."""
    if not rolling:
        told = (
            f"Nothing of *{escape(financial_year)}* is committed and not yet delivered: there is nothing to roll over."
        )
        return _modal(ids.VIEW_ROLL_OVER, "Roll over", None, financial_year, [section(told)])
    blocks: list[Block] = [
        section(f"What *{escape(financial_year)}* committed and did not receive moves into the next year:"),
        listed(rolling),
        words_field(ids.BLOCK_WHY, "Why?"),
        note("It is done once, recorded and audited."),
    ]
    return _modal(ids.VIEW_ROLL_OVER, "Roll over", "Roll over", financial_year, blocks)


def reverse_form(document_id: str, posted: Sequence[str], against: str | None) -> dict[str, Any]:
    """Shows what a document posted, a line of text each, and asks why; what stands `against` it leaves no button."""
    blocks: list[Block] = [section(f"Document `{escape(document_id)}` posted:"), listed(posted)]
    if against is not None:
        return _modal(ids.VIEW_REVERSE, "Reverse a document", None, document_id, [*blocks, section(against)])
    blocks += [
        words_field(ids.BLOCK_WHY, "Why?"),
        note(
            "Each of these entries is mirrored, dated today; none is deleted. It is done once, recorded and audited, "
            "and is itself never reversed."
        ),
    ]
    return _modal(ids.VIEW_REVERSE, "Reverse a document", "Reverse", document_id, blocks)


def _modal(callback_id: str, title: str, submit: str | None, metadata: str, blocks: Sequence[Block]) -> dict[str, Any]:
    return View(
        type="modal",
        callback_id=callback_id,
        title=title,
        submit=submit,
        close="Cancel" if submit else "Close",
        private_metadata=metadata,
        blocks=list(blocks),
    ).to_dict()


def read_reason(values: Values) -> str | dict[str, str]:
    """The reason alone; or that it is missing."""
    return text_in(values, ids.BLOCK_WHY) or {ids.BLOCK_WHY: _NO_REASON}


def _number_of(said: str) -> int | None:
    plain = said.replace(",", "").replace(" ", "")
    return (
        int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 7 and 1 <= int(plain) <= MOST_EXTRA else None
    )
