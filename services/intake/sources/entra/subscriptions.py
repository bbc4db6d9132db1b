"""What we ask Graph to notify us of, and what is to be done to keep it so. Pure."""

from __future__ import annotations

import enum
import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

LIFETIME = timedelta(days=3)
"""Graph allows 29 days for people and groups. A short life lets one that we forgot of end by itself."""
RENEWED_BEFORE = timedelta(days=1, hours=12)
CHANGES = "updated,deleted"
"""What exists for people and groups; a new one is "updated"."""
LONGEST_CLIENT_STATE = 128


class Wanted(NamedTuple):
    """A subscription we want: by the feed it wakes, and what Graph calls the resource."""

    feed: str
    resource: str


class Held(NamedTuple):
    """A subscription we have. `terms` are those it was made under."""

    subscription: str
    terms: str
    expires_at: datetime


class Step(enum.StrEnum):
    """What to do about a subscription."""

    KEEP = "keep"
    CREATE = "create"
    REPLACE = "replace"
    RENEW = "renew"
    REAUTHORISE = "reauthorise"


def terms_of(address: str, client_state: str) -> str:
    """A digest that changes when the address does, or the secret."""
    return hashlib.blake2b(f"{address}\n{client_state}".encode(), digest_size=16).hexdigest()


def next_step(held: Held | None, terms: str, now: datetime, *, called: bool) -> Step:
    """What to do at `now`, real time; `called` if Graph said that something is the matter."""
    if held is None or held.expires_at <= now:
        return Step.CREATE
    if held.terms != terms:
        return Step.REPLACE
    if held.expires_at - now < RENEWED_BEFORE:
        return Step.RENEW
    return Step.REAUTHORISE if called else Step.KEEP


def creation(wanted: Wanted, address: str, client_state: str, now: datetime) -> bytes:
    """The body that asks for a subscription."""
    return msgspec.json.encode(
        {
            "changeType": CHANGES,
            "notificationUrl": address,
            "lifecycleNotificationUrl": address,
            "resource": wanted.resource,
            "expirationDateTime": _written(now + LIFETIME),
            "clientState": client_state,
        }
    )


def renewal(now: datetime) -> bytes:
    """The body that asks for more life."""
    return msgspec.json.encode({"expirationDateTime": _written(now + LIFETIME)})


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.0000000Z"
