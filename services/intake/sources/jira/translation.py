"""Jira Service Management, by webhook: how an issue stands, and the failure where its fields name a device that failed.

A delivery's own identifier repeats with its retries only, and one change may be told twice, at once and a quarter of an
hour later: so an event's id is made of the issue, its time of change and its changelog. That time orders them too: what
was sent before a deletion and comes after it changes nothing. Times are written with `+0000`, the envelope's in
milliseconds. A state is told by the status' category, which is the same at every site; names tell the rest apart.

Which custom field holds a serial or an asset tag differs between sites, and so do the types of issue that speak of
failing hardware: both are settings. A ticket of our own counts as a failure once somebody at the desk gave it such a
type and device; opened by us it has neither.

Allowed to enter an event: the issue's id, key and state, the reporter's e-mail address, the times of opening and
change, the device's serial and asset tag, our own reference. Nothing that people wrote is decoded.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal

import msgspec

from schemas.envelope import Event
from schemas.events.desk import Ticket, TicketReported, TicketState
from schemas.events.device import Failure, FailureReported
from schemas.topics import DESK_TICKET, DEVICE_OBSERVED
from services.intake.reading.fields import email, epoch_moment, moment, text
from services.intake.reading.identifiers import asset_tag, identifiers, serial, subject
from services.intake.reading.tickets import correlation
from services.intake.translation import Context, RecordKind, Untranslatable, decode_json

SOURCE = "quartermaster/intake/jira"
DESK = "jira"

_TOLD = frozenset({"jira:issue_created", "jira:issue_updated"})
_DELETED = "jira:issue_deleted"
_GIVEN_UP = ("cancel", "declin", "reject", "won't", "duplicate")
_PAUSED = ("waiting", "pending", "on hold")
_FAILURE_STATES: dict[TicketState, Literal["open", "resolved", "cancelled"]] = {
    "open": "open",
    "in_progress": "open",
    "waiting": "open",
    "resolved": "resolved",
    "closed": "resolved",
    "cancelled": "cancelled",
}
_DONE: frozenset[TicketState] = frozenset({"resolved", "closed"})
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Site:
    """What one site calls things: ids of custom fields, and names of issue types, in lower case."""

    serial_field: str | None = None
    asset_tag_field: str | None = None
    correlation_field: str | None = None
    hardware_types: frozenset[str] = frozenset()


class _Named(msgspec.Struct):
    name: Any = None


class _Category(msgspec.Struct):
    key: Any = None


class _Status(msgspec.Struct, rename="camel"):
    name: Any = None
    status_category: _Category | None = None


class _Person(msgspec.Struct, rename="camel"):
    email_address: Any = None


class _Issue(msgspec.Struct):
    id: Any = None
    key: Any = None
    fields: dict[str, msgspec.Raw] = {}


class _Changelog(msgspec.Struct):
    id: Any = None


class _Delivery(msgspec.Struct):
    webhook_event: Any = msgspec.field(name="webhookEvent", default=None)
    timestamp: Any = None
    issue: _Issue | None = None
    changelog: _Changelog | None = None


_delivery = msgspec.json.Decoder(_Delivery)
_status = msgspec.json.Decoder(_Status | None)
_named = msgspec.json.Decoder(_Named | None)
_person = msgspec.json.Decoder(_Person | None)
_any = msgspec.json.Decoder(Any)


def translate(body: bytes, _: Context, *, site: Site) -> Sequence[Event]:
    """An issue's event → its ticket, and the failure it tells of; nothing for all that only accompanies an issue."""
    delivery = decode_json(_delivery, body)
    name = text(delivery.webhook_event)
    if name is None:
        raise Untranslatable("the delivery names no event", "$.webhookEvent")
    if name not in _TOLD and name != _DELETED:
        return []
    issue = delivery.issue
    record, key = (text(issue.id), text(issue.key)) if issue else (None, None)
    if issue is None or record is None or not _NUMBER.fullmatch(record) or key is None:
        raise Untranslatable("the issue has no id or no key", "$.issue")
    changed = moment(_value(issue, "updated"), "$.issue.fields.updated")
    if name == _DELETED:
        at = epoch_moment(delivery.timestamp, "$.timestamp") or changed
        state: TicketState = "cancelled"
        event_id = f"issue/{record}/deleted"
    else:
        at = changed
        state = _state(issue)
        change = text(delivery.changelog.id) if delivery.changelog else None
        event_id = f"issue/{record}/{changed.isoformat() if changed else ''}/{change or '-'}"
    if at is None:
        raise Untranslatable("the time of the change is required", "$.issue.fields.updated")
    ticket = _ticket(issue, record, key, state, event_id, at, site)
    # Who deletes an issue that was done tidies up: what failed then has failed all the same.
    kept = state if name != _DELETED or (before := _state(issue)) not in _DONE else before
    return [ticket, *_failures(issue, key, kept, event_id, at, site)]


def _ticket(
    issue: _Issue, record: str, key: str, state: TicketState, event_id: str, at: datetime, site: Site
) -> TicketReported:
    reporter = decode_json(_person, _field(issue, "reporter"))
    labels = _value(issue, "labels")
    ours = _value(issue, site.correlation_field)
    return TicketReported(
        id=event_id,
        source=SOURCE,
        time=at,
        subject=f"{DESK}:{record}",
        data=Ticket(
            desk=DESK,
            record=record,
            ticket=key,
            state=state,
            opened_at=moment(_value(issue, "created"), "$.issue.fields.created"),
            requester_email=email(reporter.email_address) if reporter else None,
            correlation=correlation(ours, *(labels if isinstance(labels, list) else ())),
        ),
    )


def _failures(
    issue: _Issue, key: str, state: TicketState, event_id: str, at: datetime, site: Site
) -> list[FailureReported]:
    issue_type = decode_json(_named, _field(issue, "issuetype"))
    if issue_type is None or (text(issue_type.name) or "").lower() not in site.hardware_types:
        return []
    named = {
        "serial": serial(_written(_value(issue, site.serial_field))),
        "asset_tag": asset_tag(_written(_value(issue, site.asset_tag_field))),
    }
    if not any(named.values()):
        return []  # a ticket that names no device is no device's failure; naming one later changes the issue
    known = identifiers(**named)
    opened = moment(_value(issue, "created"), "$.issue.fields.created") or at
    failure = Failure(identifiers=known, ticket=key, ticket_state=_FAILURE_STATES[state], opened_at=opened)
    return [FailureReported(id=f"{event_id}/failure", source=SOURCE, time=at, subject=subject(known), data=failure)]


def _state(issue: _Issue) -> TicketState:
    """Every site names its own statuses, but each belongs to one of three categories; names tell the rest apart."""
    status = decode_json(_status, _field(issue, "status"))
    category = text(status.status_category.key) if status and status.status_category else None
    if status is None or category is None:
        raise Untranslatable("the issue has no status of a known category", "$.issue.fields.status")
    name = (text(status.name) or "").casefold()
    if category == "done":
        resolution = decode_json(_named, _field(issue, "resolution"))
        outcome = f"{name} {(text(resolution.name) or '').casefold() if resolution else ''}"
        if any(word in outcome for word in _GIVEN_UP):
            return "cancelled"
        return "closed" if name == "closed" else "resolved"
    if category == "indeterminate" and name != "waiting for support":
        return "waiting" if name.startswith(_PAUSED) else "in_progress"
    return "open"


def _field(issue: _Issue, name: str) -> bytes:
    return bytes(issue.fields.get(name, b"null"))


def _value(issue: _Issue, name: str | None) -> Any:
    return decode_json(_any, _field(issue, name)) if name else None


def _written(value: Any) -> Any:
    """A custom field's text, be it plain, one of a list to choose from, or an object of the site's inventory."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value.get("value") or value.get("label") if isinstance(value, dict) else value


def webhook(site: Site) -> RecordKind:
    """What a site with these names sends."""
    return RecordKind("jira", "jira", (DESK_TICKET, DEVICE_OBSERVED), partial(translate, site=site))


WEBHOOK = webhook(Site())
