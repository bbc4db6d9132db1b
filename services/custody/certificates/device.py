"""What the certificate of one device says, in words; no sums of money. All of it is text, which the template sets as it
is.
"""

from __future__ import annotations

from typing import Any

from services.custody.certificates.frame import DISPOSED, Issue, frame, issued
from services.custody.certificates.words import Fact, fact, head_of, how, model, moment, shown
from services.custody.queries import ChainLine, CustodyView
from services.custody.rules.machine import CUSTODY

_ROUTES = {
    "resale": "Resale",
    "redistribution": "Redistribution to an approved charity",
    "recycling": "Recycling under the WEEE regulations",
}
_CONDITIONS = {"good": "Good", "fair": "Fair", "poor": "Poor"}


def of_device(view: CustodyView, issue: Issue) -> dict[str, Any]:
    """The certificate of one device, with its whole chain."""
    disposed = view.state in DISPOSED
    head = f"The chain head above is the digest of the last link of {view.reference}."
    statement = (
        "This certifies that the device described below was proved to hold no data before it left custody."
        if disposed
        else "This certifies that the device described below is proved to hold no data."
    )
    return {
        **frame(issue, view.reference, statement, head, disposed=disposed),
        "parts": [
            {"title": "Device", "facts": _device(view)},
            {"title": "Proof of sanitisation", "facts": _proof(view)},
            {"title": "Review and route", "facts": _route(view)},
            {"title": "Record", "facts": _record(view, issue)},
        ],
        "chain": [_link(line) for line in view.chain],
    }


def _device(view: CustodyView) -> list[Fact]:
    return [
        fact("Custody record", view.reference),
        fact("Serial number", view.serial),
        fact("Asset tag", view.asset_tag),
        fact("Kind", view.kind.value.capitalize() if view.kind else None),
        fact("Model", model(view)),
        fact("Came into custody", moment(view.came_at)),
    ]


def _proof(view: CustodyView) -> list[Fact]:
    found = [fact("How", how(view)), fact("When", moment(view.proof_at) if view.proof_at else None)]
    if view.certificate is not None:
        found.append(fact("Document", f"{view.certificate.name}, {view.certificate.size:,} bytes"))
        found.append(fact("SHA-256 of document", view.certificate.digest, mono=True))
    return found


def _route(view: CustodyView) -> list[Fact]:
    return [
        fact("Where it stands", CUSTODY.states[view.state]),
        *([fact("Condition", _CONDITIONS[view.condition])] if view.condition else []),
        *([fact("Review", view.review)] if view.review else []),
        *([fact("Route decided", _ROUTES[view.route])] if view.route else []),
        *([fact("Charity", charity)] if (charity := view.charity_name or view.charity) else []),
        *([fact("WEEE note", view.weee_note)] if view.weee_note else []),
        *([fact("Batch", view.batch)] if view.batch else []),
    ]


def _record(view: CustodyView, issue: Issue) -> list[Fact]:
    return [
        issued(issue),
        fact("Links in the chain", str(len(view.chain))),
        fact("Chain head", head_of(view), mono=True),
    ]


def _link(line: ChainLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "at": moment(line.at),
        "what": shown(line.what),
        "who": shown(line.who),
        "place": shown(line.place),
        "digest": line.digest,
    }
