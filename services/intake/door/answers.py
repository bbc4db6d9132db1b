"""What a sender is told, as types: the bodies of all our answers, and so their schemas in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from aiohttp import web

from services.intake.admission import Receipt

MOST_LETTERS_NAMED = 100


class Letter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record that could not be translated: kept under this name, with the place and the reason."""

    dead_letter: str
    where: str
    reason: str


class Taken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of a delivery's records: each counts once. Of those `refused`, the first hundred are named."""

    accepted: int
    repeated: int
    ignored: int
    refused: int
    dead_letters: list[Letter]


class Unreadable(Taken, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The delivery is not in the format it claims; its bytes are kept in the dead letters all the same."""

    error: str


class Refused(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing was taken; the sentence says what to change."""

    error: str


class Live(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The door is there."""

    live: bool


def taken(receipt: Receipt, accepted_status: int = 200) -> tuple[int, Taken]:
    """The status and the body for what was made safe; `accepted_status` is for a delivery without a dead letter."""
    letters = [
        Letter(dead_letter=str(kept.fingerprint), where=kept.where, reason=kept.reason)
        for kept in receipt.kept[:MOST_LETTERS_NAMED]
    ]
    counted = {
        "accepted": receipt.accepted,
        "repeated": receipt.repeated,
        "ignored": receipt.ignored,
        "refused": len(receipt.kept),
    }
    if any(kept.malformed for kept in receipt.kept):
        return 400, Unreadable(error=receipt.kept[0].reason, dead_letters=letters, **counted)
    return 202 if letters else accepted_status, Taken(dead_letters=letters, **counted)


def in_json(answer: msgspec.Struct, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer as HTTP."""
    return web.json_response(msgspec.to_builtins(answer), status=status, headers=headers)
