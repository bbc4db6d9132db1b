"""What a person's act brings to each device: the fields it sets, the chain's line, and what the chain keeps beside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.clock import london_date
from services.custody.details import Details
from services.custody.moving import Move
from services.custody.queries import Document
from services.custody.rules.disposal import DisposalPolicy, Reviewable, review
from services.custody.rules.machine import Cause
from services.custody.rules.record import Record
from services.custody.rules.sharing import shares
from services.machines import Step


class Act(NamedTuple):
    """One act of one person on some devices. `details` are checked; `document` is the one they name."""

    cause: Cause
    details: Details
    document: Document | None
    policy: DisposalPolicy
    now: datetime
    who: str
    batch: str


def moves_of(act: Act, taken: Sequence[tuple[Record, Step]]) -> list[Move]:
    """A move for each record and the step found for it. What resale brought is shared out among them."""
    parts: Sequence[int | None] = [None] * len(taken)
    if act.cause is Cause.RESELL:
        assert act.details.proceeds_pence is not None, "checked before"
        parts = shares(act.details.proceeds_pence, [record.residual_pence or 0 for record, _ in taken])
    return [_move(act, record, step, part) for (record, step), part in zip(taken, parts, strict=True)]


def _move(act: Act, record: Record, step: Step, proceeds_pence: int | None) -> Move:
    brings, what = _brought(act, record, proceeds_pence)
    kept: dict[str, str] = {}
    if act.document is not None and "document_id" in brings:
        kept["document_digest"] = act.document.digest
    if act.details.note:
        kept["note"] = act.details.note
        what = f"{what} – {act.details.note}"
    return Move(
        record,
        step,
        act.now,
        what,
        act.who,
        place=act.details.place,
        brings=brings,
        details=kept,
        batch=act.batch,
        by_person=True,
    )


def _brought(act: Act, record: Record, proceeds_pence: int | None) -> tuple[dict[str, Any], str]:
    details = act.details
    match act.cause:
        case Cause.CERTIFY | Cause.DESTROY:
            destroyed = act.cause is Cause.DESTROY
            number, issuer = details.certificate_number, details.certificate_issuer
            return {
                "proof": "destruction" if destroyed else "certificate",
                "proof_at": act.now,
                "document_id": act.document and act.document.document_id,
                "certificate_issuer": issuer,
                "certificate_number": number,
            }, f"{'Destroyed' if destroyed else 'Sanitised'} by certificate {number} of {issuer}"
        case Cause.INSPECT:
            return {"proof": "inspection", "proof_at": act.now}, "Inspected: it holds no storage"
        case Cause.REVIEW:
            return _reviewed(act, record)
        case Cause.RESELL:
            return {"proceeds_pence": proceeds_pence}, "Resold"
        case Cause.REDISTRIBUTE:
            charity = act.policy.charity(details.charity)
            return {"charity": details.charity}, f"Given to {charity.name if charity else details.charity}"
        case Cause.RECYCLE:
            return {"weee_note": details.weee_note}, f"Recycled with WEEE note {details.weee_note}"
        case Cause.SEND_TO_DESTRUCTION:
            return {}, "Sent to physical destruction"
        case _:
            return {}, "Wipe requested"


def _reviewed(act: Act, record: Record) -> tuple[dict[str, Any], str]:
    details = act.details
    assert details.condition is not None, "checked before"
    device = Reviewable(
        kind=record.kind,
        manufacturer=record.manufacturer,
        model=record.model,
        purchased_on=record.purchased_on,
        condition=details.condition,
    )
    found = review(act.policy, device, london_date(act.now))
    reason, route = found.reason, details.route or found.route
    if route != found.route:
        reason = f"{reason} Decided otherwise, for {route}: {details.note}"
    return {
        "condition": details.condition,
        "route": route,
        "review": reason,
        "review_edition": found.edition,
        "residual_pence": found.residual_pence,
    }, f"Reviewed for {route}: {found.reason}"
