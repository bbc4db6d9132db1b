"""The CloudEvents 1.0 envelope that every event wears.

An event type is one struct whose tag is the CloudEvents `type`, so one decoder reads a mixed topic in a
single pass and a reader sees envelope and content as one typed thing.

A new version of a type may only add optional fields (`schemas/compatibility.py`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A point in time that says its offset from UTC. One that does not say is refused: nobody could place it."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=False):
    """What happened, once: `source` and `id` together name it for ever, whoever delivers it and however often.

    `time` is when it happened in the world (UTC), not when we heard of it; `subject` is the key it is ordered by.
    """

    id: str
    """Names the event for ever, together with `source`."""
    source: str
    """Who says it, and of outside systems which: `quartermaster/intake/jamf`."""
    time: Moment
    """When it happened in the world, not when we heard of it."""
    subject: str
    """What it is about: the key its topic is ordered by."""
    specversion: Literal["1.0"] = "1.0"
    datacontenttype: Literal["application/json"] = "application/json"


def event_type(kind: type[Event]) -> str:
    """The CloudEvents `type` of an event class."""
    tag = kind.__struct_config__.tag
    assert isinstance(tag, str), f"{kind.__name__} declares no CloudEvents type"
    return tag
