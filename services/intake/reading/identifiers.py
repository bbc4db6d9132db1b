"""By which names a device is known, written the same way whoever writes them.

The serial is what all vendors share, so an event's key is the serial wherever a usable one exists: only then do all
words about one device travel in one order.
"""

from __future__ import annotations

import re

from services.intake.reading.fields import text
from services.intake.translation import Untranslatable

SERIAL, ASSET_TAG = "serial", "asset_tag"
INTUNE, JAMF = "intune", "jamf"
WORKSPACE_ONE, FLEET = "workspace_one", "fleet"
SNIPEIT = "snipeit"
SERVICENOW, SERVICENOW_CI = "servicenow", "servicenow_ci"
"""An asset record and the configuration item it stands for: incidents name the latter."""

_KEY_ORDER = (SERIAL, ASSET_TAG, SERVICENOW, SERVICENOW_CI, SNIPEIT, INTUNE, JAMF, WORKSPACE_ONE, FLEET)

JUNK = frozenset(
    {
        "ASSET1234567890",
        "BASEBOARDSERIALNUMBER",
        "BLANK",
        "BOARDSERIALNUMBER",
        "BSN12345678901234567",
        "CHASSISSERIALNUMBER",
        "DEFAULT",
        "DEFAULTSTRING",
        "EMPTY",
        "ERROR",
        "EVAL",
        "FALSE",
        "FILLBYOEM",
        "INVALID",
        "MB1234567890",
        "NA",
        "NIL",
        "NOASSETINFORMATION",
        "NOASSETTAG",
        "NONE",
        "NOSERIAL",
        "NOSERIALNUMBER",
        "NOTAPPLICABLE",
        "NOTAVAILABLE",
        "NOTKNOWN",
        "NOTSET",
        "NOTSETTABLE",
        "NOTSPECIFIED",
        "NOTSUPPORTED",
        "NULL",
        "NUMBER",
        "OEM",
        "PLACEHOLDER",
        "REF",
        "SERIAL",
        "SERIALNO",
        "SERIALNUMBER",
        "SERNUM",
        "SN",
        "SSN12345678901234567",
        "SYSTEMBYTE",
        "SYSTEMSERIALNUMBER",
        "TBC",
        "TBD",
        "TEST",
        "TOBEFILLEDBYOEM",
        "TOBEFILLEDBYOEMS",
        "TRUE",
        "UNDEFINED",
        "UNKNOWN",
        "UNSPECIFIED",
        "VALUE",
        "VIRTUALMACHINE",
        "ABC123",
        "ABCDEF",
        "03000200040005000006000700080009",
        "01234567890123456789AB",
    }
)
"""What firmware, forms and spreadsheets hold where nobody wrote a number: upper case, letters and digits only."""

_COUNTED = "0123456789" * 4
"""Keys struck in a row; from six of them on they are no number that a maker gave."""

_SPREADSHEET_DAMAGE = re.compile(r"\d(\.\d+)?E\+\d+")


def serial(value: object) -> str | None:
    """A serial in upper case without surrounding space, or None for what only fills the field."""
    words = text(value)
    number = words and text(words.upper())  # which may be longer
    if not number:
        return None
    bare = _bare(number)
    if len(bare) < 2 or len(set(bare)) == 1 or _fills_the_field(bare):
        return None
    return None if _SPREADSHEET_DAMAGE.fullmatch(number.replace(" ", "")) else number


def asset_tag(value: object) -> str | None:
    """An asset tag in upper case, or None for what only fills the field. Tags may be short."""
    words = text(value)
    if words is None:
        return None
    bare = _bare(words.upper())
    return None if set(bare) <= {"0"} or _fills_the_field(bare) else words.upper()


def _bare(number: str) -> str:
    return "".join(filter(str.isalnum, number))


def _fills_the_field(bare: str) -> bool:
    return bare in JUNK or (len(bare) >= 6 and (_COUNTED.startswith(bare) or _COUNTED[1:].startswith(bare)))


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
