"""The words of custody in chat: states, acts, proofs, routes."""

from __future__ import annotations

from collections.abc import Mapping

from bot.render.wording import moment
from services.custody.queries import Cause, CustodyState, CustodyView

_ACTS: Mapping[str, tuple[str, str]] = {
    Cause.REQUEST_WIPE: ("Request a wipe", "A wipe is requested"),
    Cause.CERTIFY: ("Certify as wiped", "Certified as wiped"),
    Cause.INSPECT: ("Holds no storage", "Inspected"),
    Cause.SEND_TO_DESTRUCTION: ("Send to destruction", "Sent to destruction"),
    Cause.DESTROY: ("Record destruction", "Destroyed"),
    Cause.REVIEW: ("Review its value", "Reviewed"),
    Cause.RESELL: ("Record resale", "Resold"),
    Cause.REDISTRIBUTE: ("Give to a charity", "Given to a charity"),
    Cause.RECYCLE: ("Recycle (WEEE)", "Recycled"),
}
ROUTES: Mapping[str, str] = {
    "resale": "resale",
    "redistribution": "redistribution to a charity",
    "recycling": "recycling under WEEE",
}
CONDITIONS: Mapping[str, str] = {"good": "good", "fair": "fair", "poor": "poor"}


def act_name(cause: Cause) -> str:
    """What a button says."""
    return _ACTS.get(cause, (_plain(cause), ""))[0]


def done_name(cause: Cause) -> str:
    """What was done."""
    return _ACTS.get(cause, ("", _plain(cause)))[1]


def state_words(state: CustodyState) -> str:
    """wipe_failed → wipe failed."""
    return state.value.replace("_", " ")


def _plain(cause: Cause) -> str:
    return cause.value.replace("_", " ").capitalize()


def model_of(view: CustodyView) -> str:
    """Manufacturer and model, or at least the kind."""
    name = " ".join(part for part in (view.manufacturer, view.model) if part)
    return name or (view.kind.value if view.kind else "device")


def proof_words(view: CustodyView) -> str | None:
    """What proves it empty; None while nothing does."""
    at = f", {moment(view.proof_at)}" if view.proof_at else ""
    said = " ".join(part for part in (view.certificate_issuer, view.certificate_number) if part)
    match view.proof:
        case "mdm":
            return f"device management wiped it{at}"
        case "certificate":
            return f"certificate of sanitisation ({said or 'unnamed'}){at}"
        case "inspection":
            return f"inspected: it holds no storage{at}"
        case "destruction":
            return f"physically destroyed ({said or 'unnamed'}){at}"
        case None:
            return None
