"""What the certificate of a batch says: its devices that are proved empty, a row each with its chain's head."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.custody.certificates.frame import DISPOSED, Issue, frame, issued
from services.custody.certificates.words import Fact, day, devices, fact, head_of, model, moment, shortly, shown
from services.custody.queries import BatchView, CustodyView, certifiable
from services.custody.rules.machine import CUSTODY

_HEAD = "Each chain head above is the digest of the last link of that record."
_NOTE = (
    "Below each device stands the head of its chain of custody: the SHA-256 of its last link. The whole chain is on "
    "the device's own certificate."
)


def of_batch(batch: BatchView, issue: Issue) -> dict[str, Any]:
    """The certificate of those devices of a batch that are proved empty, a row each with its chain's head."""
    proved = proved_of(batch)
    act = next((step.does for step in CUSTODY.steps if step.event == batch.cause), batch.cause.value).capitalize()
    disposed = bool(proved) and all(view.state in DISPOSED for view in proved)
    them, were, are = ("device", "was", "is") if len(proved) == 1 else (f"{len(proved):,} devices", "were", "are")
    statement = (
        f"This certifies that the {them} listed below {were} proved to hold no data before leaving custody."
        if disposed
        else f"This certifies that the {them} listed below {are} proved to hold no data."
    )
    left_out = len(batch.moved) - len(proved)
    rows = [
        fact("Batch", batch.batch),
        fact("Act", f"{act}, {moment(batch.at)}, by {batch.who}"),
        fact(
            "Devices",
            f"{len(proved):,}"
            + (f" ({left_out:,} more of this batch not proved empty, and not on this certificate)" * (left_out > 0)),
        ),
        issued(issue),
    ]
    return {
        **frame(issue, batch.batch, statement, _HEAD, disposed=disposed),
        "parts": [
            {"title": "Batch", "facts": rows},
            *([{"title": "Documents that prove it", "facts": found}] if (found := _documents(proved)) else []),
        ],
        "devices_title": "Devices",
        "devices_note": _NOTE,
        "devices": [_row(view) for view in proved],
    }


def proved_of(batch: BatchView) -> list[CustodyView]:
    """Those of a batch that something proves empty, in the order of their C-numbers."""
    return sorted(filter(certifiable, batch.moved), key=lambda view: (len(view.reference), view.reference))


def _documents(views: Iterable[CustodyView]) -> list[Fact]:
    """Each document once, with who issued it; its number only where all devices name the same."""
    found: dict[str, list[CustodyView]] = {}
    for view in views:
        if view.certificate is not None:
            found.setdefault(view.certificate.digest, []).append(view)
    rows = []
    for digest, those in found.items():
        said = [{view.certificate_issuer for view in those}, {view.certificate_number for view in those}]
        words = ", ".join(str(*each) for each in said if len(each) == 1 and all(each))
        name = those[0].certificate.name if those[0].certificate else ""
        rows.append(fact("Document", f"{name}{f' ({words})' if words else ''}, for {devices(len(those))}"))
        rows.append(fact("SHA-256", digest, mono=True))
    return rows


def _row(view: CustodyView) -> dict[str, Any]:
    what = ", ".join(each for each in (view.kind.value if view.kind else "", model(view)) if each)
    return {
        "reference": view.reference,
        "serial": shown(view.serial or "–"),
        "asset_tag": shown(view.asset_tag) if view.asset_tag else None,
        "what": shown(what),
        "proof": shown(f"{shortly(view)}, {day(view.proof_at)}" if view.proof_at else shortly(view)),
        "outcome": shown(_outcome(view)),
        "head": head_of(view),
        "links": f"{len(view.chain)} links",
    }


def _outcome(view: CustodyView) -> str:
    where = view.state.value.replace("_", " ")
    if charity := view.charity_name or view.charity:
        return f"{where}: {charity}"
    return f"{where}, WEEE note {view.weee_note}" if view.weee_note else where
