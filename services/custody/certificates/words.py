"""The words of a certificate: days, proofs, outcomes; and text from outside made safe to be read."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from services.clock import LONDON
from services.custody.queries import CustodyView

Fact = dict[str, Any]


def moment(when: datetime) -> str:
    """3 Nov 2026, 14:05, in London."""
    local = when.astimezone(LONDON)
    return f"{local.day} {local:%b %Y, %H:%M}"


def day(when: datetime) -> str:
    """3 Nov 2026, in London."""
    local = when.astimezone(LONDON)
    return f"{local.day} {local:%b %Y}"


def how(view: CustodyView) -> str:
    """What proves it empty, in full."""
    said = (
        f"{view.certificate_number or 'without a number'}, issued by {view.certificate_issuer or 'an unnamed issuer'}"
    )
    match view.proof:
        case "mdm":
            return "Wiped; device management reported it done"
        case "certificate":
            return f"Certificate of sanitisation {said}"
        case "inspection":
            return "Inspected: it holds no storage"
        case "destruction":
            return f"Physically destroyed; certificate {said}"
        case None:
            return "Nothing proves it empty"


def shortly(view: CustodyView) -> str:
    """What proves it empty, for a column."""
    match view.proof:
        case "mdm":
            return "wiped (device management)"
        case "certificate":
            return f"certificate {view.certificate_number or ''}".strip()
        case "inspection":
            return "holds no storage"
        case "destruction":
            return f"destroyed, certificate {view.certificate_number or ''}".strip()
        case None:
            return "nothing proves it"


def model(view: CustodyView) -> str:
    """Manufacturer and model, as far as they are known."""
    return " ".join(part for part in (view.manufacturer, view.model) if part)


def devices(count: int) -> str:
    """1 device, 2 devices."""
    return f"{count:,} device" if count == 1 else f"{count:,} devices"


def fact(name: str, value: str | None, *, mono: bool = False) -> Fact:
    """A line of a certificate. An empty value shows as a dash."""
    return {"name": name, "value": shown(value or ""), "mono": mono}


def head_of(view: CustodyView) -> str:
    """The digest of the last link; empty for a chain without links."""
    return view.chain[-1].digest if view.chain else ""


def shown(text: str) -> str:
    """Text from outside with what does not show, or would turn what does about, made visible."""
    return "".join("\ufffd" if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Cn") else each for each in text)
