"""By which names a device is known, written the same way whoever writes them.

The serial is what all vendors share, so an event's key is the serial wherever a usable one exists: only then do all
words about one device travel in one order.
"""

from __future__ import annotations

import re

from services.intake.fields import text
from services.intake.translation import Untranslatable

SERIAL, ASSET_TAG = "serial", "asset_tag"
INTUNE, JAMF = "intune", "jamf"
WORKSPACE_ONE = "workspace_one"
SERVICENOW, SERVICENOW_CI = "servicenow", "servicenow_ci"
"""An asset record and the configuration item it stands for: incidents name the latter."""

_KEY_ORDER = (SERIAL, ASSET_TAG, SERVICENOW, SERVICENOW_CI, INTUNE, JAMF, WORKSPACE_ONE)

JUNK_SERIALS = frozenset(
    {
        "NONE",
        "NULL",
        "NIL",
        "N/A",
        "NA",
        "UNKNOWN",
        "DEFAULT",
        "EMPTY",
        "INVALID",
        "TBC",
        "TBD",
        "TEST",
        "SERIAL",
        "SERNUM",
        "NOTAVAILABLE",
        "NOTSPECIFIED",
        "NOTAPPLICABLE",
        "DEFAULTSTRING",
        "SYSTEMSERIALNUMBER",
        "CHASSISSERIALNUMBER",
        "TOBEFILLEDBYO.E.M.",
        "TOBEFILLEDBYOEM",
        "O.E.M.",
        "OEM",
        "123456",
        "1234567",
        "12345678",
        "123456789",
        "1234567890",
        "0123456789",
        "ABC123",
        "SYSTEM.BYTE[]",
    }
)
"""What firmware and forms hold where nobody wrote a serial: upper case, spaces taken out."""

_SPREADSHEET_DAMAGE = re.compile(r"\d(\.\d+)?E\+\d+")


def serial(value: object) -> str | None:
    """A serial in upper case without surrounding space, or None for what only fills the field."""
    words = text(value)
    if words is None:
        return None
    number = words.upper()
    bare = number.replace(" ", "")
    if len(bare) < 2 or bare in JUNK_SERIALS or len(set(bare.strip("-._"))) <= 1:
        return None
    return None if _SPREADSHEET_DAMAGE.fullmatch(bare) else number


def asset_tag(value: object) -> str | None:
    """An asset tag in upper case, or None."""
    words = text(value)
    return words.upper() if words is not None and words not in ("0", "-") else None


def identifiers(**named: str | None) -> dict[str, str]:
    """Those that are there. Raises Untranslatable if none is."""
    found = {scheme: value for scheme, value in named.items() if value}
    if not found:
        raise Untranslatable("the record names no device")
    return found


def subject(known: dict[str, str]) -> str:
    """The key of a device's events: the bare serial, else the steadiest `scheme:value` there is."""
    for scheme in _KEY_ORDER:
        if (value := known.get(scheme)) is not None:
            return value if scheme == SERIAL else f"{scheme}:{value}"
    raise Untranslatable("the record names no device")
