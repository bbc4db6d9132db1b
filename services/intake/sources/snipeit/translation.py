"""Snipe-IT's hardware, from its API, to migrate from it or to live beside it.

Times carry no zone: they are the server's, whose zone is a setting (`SNIPEIT_TIME_ZONE`, UTC unless said); in the hour
that a clock set back repeats, the first of the two is meant. Texts are escaped for HTML. A date that the server could
not read comes as a text ending in `(Invalid date value.)` and is absent. A cost is text with separators, in pounds
including VAT.

The server's clock counts whole seconds and there is no count of modifications, so an event's id holds the asset, the
second and a digest of what it says: two changes within one second are two events.

Labels are a site's own, and only their types are the same everywhere. Archived and deleted mean no more than that
nobody uses it: sanitised and what follows need a proof, and that is not one. What a label or type means is a setting.

Allowed to enter an event: ids, serial, asset tag, model, maker, kind, state, unit, dates, cost, and of whoever has it
the e-mail address. Assets that people own themselves are left out.
"""

from __future__ import annotations

import dataclasses
import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, tzinfo
from functools import partial
from typing import Any

import msgspec

from schemas.envelope import Event
from schemas.events.device import Asset, AssetRecorded
from schemas.topics import DEVICE_OBSERVED
from schemas.vocabulary import DeviceState
from services.intake.reading.fields import email, text
from services.intake.reading.identifiers import asset_tag, identifiers, serial, subject
from services.intake.reading.kinds import kind_named, kind_of, maker_and_model
from services.intake.sources.snipeit.dates import Date, day_of, moment_of, months_after
from services.intake.translation import Context, RecordKind, Untranslatable, decode_json

SOURCE = "quartermaster/intake/snipeit"

STATES: dict[str, DeviceState] = {
    # Types, of which the first is how a deployable asset stands once somebody has it.
    "deployed": DeviceState.DEPLOYED,
    "deployable": DeviceState.IN_STOCK,
    "pending": DeviceState.IN_STOCK,
    "undeployable": DeviceState.IN_REPAIR,
    "archived": DeviceState.RETURNED,
    "deleted": DeviceState.RETURNED,
    # Labels that Snipe-IT brings along.
    "lost/stolen": DeviceState.WRITTEN_OFF,
    "broken - not fixable": DeviceState.RETURNED,
}
"""Labels and types, in lower case; a label goes before its type."""

_COST = re.compile(r"(\d{1,3}(?:[,.' ]\d{3})*|\d+)(?:[.,](\d\d))?", re.ASCII)
_NO_DIGIT = re.compile(r"\D", re.ASCII)
_MONTHS = re.compile(r"(\d{1,3})\b.*", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Site:
    """The zone of a server's clock, and what its labels mean."""

    zone: tzinfo = UTC
    states: Mapping[str, DeviceState] = dataclasses.field(default_factory=lambda: STATES)


class _Named(msgspec.Struct):
    name: Any = None


class _Label(msgspec.Struct):
    name: Any = None
    status_type: Any = None
    status_meta: Any = None


class _Assignee(msgspec.Struct):
    email: Any = None
    type: Any = None


class _Hardware(msgspec.Struct):
    # Whatever type a server writes, fields.py reads it or takes it as absent.
    id: Any = None
    asset_tag: Any = None
    serial: Any = None
    model: _Named | None = None
    manufacturer: _Named | None = None
    category: _Named | None = None
    company: _Named | None = None
    location: _Named | None = None
    status_label: _Label | None = None
    assigned_to: _Assignee | None = None
    byod: Any = None
    purchase_date: Date | str | None = None
    purchase_cost: Any = None
    warranty_months: Any = None
    warranty_expires: Date | str | None = None
    updated_at: Date | str | None = None
    deleted_at: Date | str | None = None


_hardware = msgspec.json.Decoder(_Hardware)
_encoder = msgspec.json.Encoder()


def translate(body: bytes, context: Context, *, site: Site) -> Sequence[Event]:
    """A hardware object → the asset as it stood; nothing for one that somebody owns."""
    told = decode_json(_hardware, body)
    if told.byod is True:
        return []
    number = text(told.id)
    if number is None or not number.isascii() or not number.isdigit():
        raise Untranslatable("the asset has no id", "$.id")
    at = moment_of(told.updated_at, site.zone, "$.updated_at")
    if at is None:
        raise Untranslatable("the time of the change is required", "$.updated_at")
    known = identifiers(serial=serial(_words(told.serial)), asset_tag=asset_tag(_words(told.asset_tag)), snipeit=number)
    maker, model = maker_and_model(_name(told.model), _name(told.manufacturer))
    bought = day_of(told.purchase_date, "$.purchase_date")
    holder = told.assigned_to if told.assigned_to and told.assigned_to.type in (None, "user") else None
    said = hashlib.blake2b(_encoder.encode(told), digest_size=6).hexdigest()
    return [
        AssetRecorded(
            id=f"hardware/{number}/{at.isoformat()}/{said}",
            source=SOURCE,
            time=at,
            subject=subject(known),
            data=Asset(
                identifiers=known,
                kind=kind_named(_name(told.category)) or kind_of(None, model),
                manufacturer=maker,
                model=model,
                state=_state(told, site.states),
                unit=_unit(context, _name(told.company), _name(told.location)),
                holder_email=email(_words(holder.email)) if holder else None,
                purchased_on=bought,
                warranty_ends_on=day_of(told.warranty_expires, "$.warranty_expires") or _warranty(told, bought),
                cost_pence=_pence(text(told.purchase_cost)),
            ),
        )
    ]


def _words(value: object) -> str | None:
    words = text(value)
    return text(html.unescape(words)) if words is not None and "&" in words else words


def _name(named: _Named | None) -> str | None:
    return _words(named.name) if named else None


def _state(told: _Hardware, states: Mapping[str, DeviceState]) -> DeviceState | None:
    """By the label, else by what it means, else by its type; a label nobody placed says nothing."""
    if told.deleted_at not in (None, ""):
        return states.get("deleted")
    label = told.status_label
    if label is None:
        return None
    words = (_words(each) for each in (label.name, label.status_meta, label.status_type))
    return next((state for each in words if each and (state := states.get(each.lower())) is not None), None)


def _unit(context: Context, *names: str | None) -> str | None:
    return next((unit for name in names if name and (unit := context.units.get(name.lower())) is not None), None)


def _warranty(told: _Hardware, bought: date | None) -> date | None:
    """So many months after the purchase; the word for months is in the server's language."""
    months = _MONTHS.fullmatch(text(told.warranty_months) or "")
    if months is None or bought is None or not (count := int(months[1])):
        return None
    return months_after(bought, count)


def _pence(words: str | None) -> int | None:
    """A sum in pounds as exact pence, whichever separators the server is set to."""
    if words is None:
        return None
    if (parts := _COST.fullmatch(words)) is None or len(whole := _NO_DIGIT.sub("", parts[1])) > 8:
        raise Untranslatable(f"{words!r} is no sum in pounds and pence", "$.purchase_cost")
    return int(whole) * 100 + int(parts[2] or 0)


def hardware(site: Site) -> RecordKind:
    """What a server with this clock and these labels tells."""
    return RecordKind("snipeit", "snipeit", (DEVICE_OBSERVED,), partial(translate, site=site))


HARDWARE = hardware(Site())
