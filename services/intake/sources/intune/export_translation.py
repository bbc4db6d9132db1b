"""A row of Intune's `Devices` report, with its header: columns are known by name, whatever their order.

Allowed to enter an event: what the list of managed devices gives, and no more; only those columns are asked for.
Intune has written enumerations as numbers and as words, and has dropped default columns before, so both are read, and
only the device's id and its last contact have to be there. Moments carry no zone; they are UTC. `0001-…` is never.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from schemas.envelope import Event
from schemas.topics import DEVICE_OBSERVED
from services.intake.reading.fields import moment
from services.intake.sources.intune.observed import check_in, enrolment, is_personal, observed
from services.intake.translation import Context, RecordKind, Untranslatable

COLUMNS = (
    "DeviceId",
    "SerialNumber",
    "Manufacturer",
    "Model",
    "OS",
    "OSVersion",
    "OwnerType",
    "CompliantState",
    "CreatedDate",
    "LastContact",
    "UPN",
    "UserEmail",
)
"""Named in every request: Intune's default columns are not to be relied on."""

_NEEDED = ("deviceid", "lastcontact")


def columns(header: bytes) -> list[str]:
    """The columns' names in lower case. Raises Untranslatable if those that are needed are not there, once each."""
    found = [name.strip().lower() for name in next(iter(_parsed(header)), [])]
    for name in _NEEDED:
        if name not in found:
            raise Untranslatable(f"the header lacks {name}", "line 1")
    if len(set(found)) != len(found):
        raise Untranslatable("the header names a column twice", "line 1")
    return found


def translate(body: bytes, _: Context) -> Sequence[Event]:
    """A header and one row → the device's check-in, or its enrolment while it never synchronised."""
    header, _end, line = body.partition(b"\n")
    names = columns(header)
    parsed = _parsed(line)
    if len(parsed) != 1 or len(parsed[0]) != len(names):
        raise Untranslatable(f"the row has {len(parsed[0]) if parsed else 0} fields, the header {len(names)}")
    row = dict(zip(names, parsed[0], strict=True))
    if is_personal(row.get("ownertype") or row.get("ownership")):
        return []
    told = observed(
        device_id=row["deviceid"],
        serial_number=row.get("serialnumber"),
        where="DeviceId",
        os=row.get("os"),
        os_version=row.get("osversion"),
        manufacturer=row.get("manufacturer"),
        model=row.get("model"),
        emails=(row.get("useremail"), row.get("upn")),
        compliance=row.get("compliantstate") or row.get("compliancestate"),
    )
    if (seen := moment(row["lastcontact"], "LastContact")) is not None:
        return [check_in(told, seen)]
    if (created := moment(row.get("createddate"), "CreatedDate")) is not None:
        return [enrolment(told, created)]
    return []  # enrolled and never seen, and the report was not asked when: the complete list tells


def _parsed(lines: bytes) -> list[list[str]]:
    try:
        words = io.StringIO(lines.decode("utf-8-sig"), newline="")
        return [row for row in csv.reader(words, strict=True) if row]
    except UnicodeDecodeError as error:
        raise Untranslatable("not valid UTF-8", f"byte {error.start}") from None
    except csv.Error as error:
        raise Untranslatable(f"no readable CSV row: {error}") from None


EXPORTED = RecordKind("intune/export", "intune", (DEVICE_OBSERVED,), translate)
