"""What an act needs beside the devices, and whether it is there."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from services.custody.queries import Document, Route
from services.custody.rules.disposal import DisposalPolicy
from services.custody.rules.machine import Cause
from services.errors import BadInput

LONGEST_TEXT = 500
LONGEST_NUMBER = 100
MOST_PENCE = 1_000_000_000_00


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What an act needs beside the devices. What it does not need may stay as it is here."""

    place: str = ""
    note: str = ""
    document_id: UUID | None = None
    certificate_issuer: str = ""
    certificate_number: str = ""
    condition: Literal["good", "fair", "poor"] | None = None
    route: Route | None = None
    """Another way than the price book's, with `note` saying why."""
    charity: str = ""
    weee_note: str = ""
    proceeds_pence: int | None = None
    """For all devices of the act together; shared out by their residual values."""


def stripped(details: Details) -> Details:
    """The same without blanks around texts. Raises BadInput for a text that is too long or holds what no text holds."""
    texts: dict[str, str] = {}
    for name in ("place", "note", "certificate_issuer", "certificate_number", "charity", "weee_note"):
        text = getattr(details, name).strip()
        longest = LONGEST_TEXT if name == "note" else LONGEST_NUMBER
        if len(text) > longest or not text.replace("\n", " ").isprintable():
            raise BadInput(f"write up to {longest} plain characters", where=name)
        texts[name] = text
    return msgspec.structs.replace(details, **texts)


def check(cause: Cause, details: Details, document: Document | None, policy: DisposalPolicy) -> None:
    """Raises BadInput naming the detail that an act lacks."""
    if cause in (Cause.CERTIFY, Cause.DESTROY):
        if document is None:
            raise BadInput("upload the certificate as a file first", where="document_id")
        if not details.certificate_issuer:
            raise BadInput("say who issued the certificate", where="certificate_issuer")
        if not details.certificate_number:
            raise BadInput("give the certificate's number", where="certificate_number")
    elif cause is Cause.REVIEW:
        if details.condition is None:
            raise BadInput("say what condition it is in: good, fair or poor", where="condition")
        if details.route is not None and not details.note:
            raise BadInput("say why it goes another way than the disposal policy says", where="note")
    elif cause is Cause.REDISTRIBUTE and policy.charity(details.charity) is None:
        keys = ", ".join(charity.key for charity in policy.charities)
        raise BadInput(f"choose one of the approved charity routes: {keys}", where="charity")
    elif cause is Cause.RECYCLE and not details.weee_note:
        raise BadInput("give the number of the WEEE consignment note", where="weee_note")
    elif cause is Cause.RESELL and (details.proceeds_pence is None or not 0 <= details.proceeds_pence <= MOST_PENCE):
        raise BadInput("give what it brought as a sum: 0 if nothing, and not below", where="proceeds_pence")
