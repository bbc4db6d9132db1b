"""Microsoft Entra ID's users, read by Graph's delta queries, and the notifications that ask for such a reading.

Allowed to enter an event: the directory's id of the person, their e-mail address, whether the account lives, and the
business unit, known by the name or code of a department or by a group that stands for a unit. Names, titles, telephone
numbers, places and managers are not even asked for.

Graph dates no row, so a row is true as of the moment it was read. A row that does not say whether the account is
enabled was completed by its feed before it came here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from schemas.envelope import Event
from schemas.events.person import Person, PersonRecorded
from schemas.topics import PERSON
from services.intake.reading.fields import email, moment, text
from services.intake.translation import Context, Malformed, Record, RecordKind, Untranslatable, decode_json

SOURCE = "quartermaster/intake/entra"


class Removed(msgspec.Struct):
    """Why a row is no longer there: "changed" can still be restored, "deleted" cannot. To us they are one."""

    reason: str | None = None


class _Row(msgspec.Struct, rename="camel"):
    id: str
    mail: str | None = None
    user_principal_name: str | None = None
    account_enabled: bool | None = None
    department: str | None = None
    removed: Removed | None = msgspec.field(name="@removed", default=None)


class _Told(msgspec.Struct):
    row: _Row
    occasion: str
    read_at: str
    unit: str | None = None


class Told(msgspec.Struct, omit_defaults=True):
    """A row as it came, and what it does not say: when it was read, on which occasion, in which unit's group."""

    row: msgspec.Raw
    occasion: str
    read_at: str
    unit: str | None = None


_told = msgspec.json.Decoder(_Told)


def translate(body: bytes, context: Context) -> Sequence[Event]:
    """A row of the directory → the person as they stand, with what the row does not tell left out."""
    told = decode_json(_told, body)
    person, occasion = text(told.row.id), text(told.occasion)
    if person is None:
        raise Untranslatable("the person has no id", "$.row.id")
    if occasion is None:
        raise Untranslatable("the occasion has no name", "$.occasion")
    read_at = moment(told.read_at, "$.read_at")
    if read_at is None:
        raise Untranslatable("the time is missing", "$.read_at")
    return [
        PersonRecorded(
            id=f"{person}/{occasion}",
            source=SOURCE,
            time=read_at,
            subject=person,
            data=_standing(told, person, context),
        )
    ]


def _standing(told: _Told, person: str, context: Context) -> Person:
    row = told.row
    if row.removed is not None:
        return Person(person_id=person, active=False, removed=True)
    if row.account_enabled is None:
        raise Untranslatable("the row does not say whether the account is enabled", "$.row.accountEnabled")
    return Person(
        person_id=person,
        active=row.account_enabled,
        email=email(row.mail, row.user_principal_name),
        unit=_unit(told, context),
    )


def _unit(told: _Told, context: Context) -> str | None:
    if (named := text(told.unit)) is not None:
        unit = context.units.get(named.lower())
        if unit is None:
            raise Untranslatable(f"ENTRA_UNIT_GROUPS names {named!r}, which is no unit of the directory", "$.unit")
        return unit
    return context.units.get((text(told.row.department) or "").lower())


PERSON_ROW = RecordKind("entra/person", "entra", (PERSON,), translate)


class Notification(msgspec.Struct, rename="camel"):
    """An element of a delivery: of any type, as what is odd in one must not hide who sent the whole."""

    client_state: Any = None
    change_type: Any = None
    lifecycle_event: Any = None
    resource: Any = None


class Notifications(msgspec.Struct):
    """A delivery. One may mix several subscriptions, and change notifications with those of their life."""

    value: list[Notification]


notifications = msgspec.json.Decoder(Notifications)
_notification = msgspec.json.Decoder(Notification)
CHANGES = frozenset({"created", "updated", "deleted"})
REMOVED, MISSED, REAUTHORISE = "subscriptionRemoved", "missed", "reauthorizationRequired"


def split_notifications(body: bytes) -> Sequence[Record]:
    """Each element by itself, without the secret that it carries."""
    try:
        elements = decode_json(notifications, body).value
    except Malformed:
        raise
    except Untranslatable as error:
        raise Malformed(error.reason, error.where) from None
    return [
        Record(
            msgspec.json.encode(
                {
                    "changeType": each.change_type,
                    "lifecycleEvent": each.lifecycle_event,
                    "resource": each.resource,
                }
            ),
            f"value[{place}]",
        )
        for place, each in enumerate(elements)
    ]


def translate_notification(body: bytes, _: Context) -> Sequence[Event]:
    """Nothing: a notification wakes whoever reads the directory, and tells no fact."""
    told = decode_json(_notification, body)
    if isinstance(told.lifecycle_event, str):
        if told.lifecycle_event in (REMOVED, MISSED, REAUTHORISE):
            return []
        raise Untranslatable(f"{told.lifecycle_event[:40]!r} is no event in a subscription's life", "$.lifecycleEvent")
    if isinstance(told.change_type, str) and told.change_type in CHANGES:
        return []
    raise Untranslatable("neither a change nor an event in a subscription's life", "$.changeType")


NOTIFICATION = RecordKind("entra/notification", "entra", (), translate_notification, split_notifications)
