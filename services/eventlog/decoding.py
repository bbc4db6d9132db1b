"""Reading a topic's records: one pass for what we know, silence for types that newer senders added."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schemas.envelope import Event, event_type
from schemas.topics import Topic


class _TypeOnly(msgspec.Struct):
    type: str


class EventReader:
    """Decodes records of the given topics."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._decoders = {topic.name: msgspec.json.Decoder(topic.carries) for topic in topics}
        self._known = {topic.name: {event_type(kind) for kind in topic.event_types} for topic in topics}
        self._type_only = msgspec.json.Decoder(_TypeOnly)

    def read(self, topic: str, value: bytes) -> Event | None:
        """The event, or None for a type this version does not know. Raises msgspec.MsgspecError for anything else."""
        try:
            event: Event = self._decoders[topic].decode(value)
        except msgspec.ValidationError:
            if self._type_only.decode(value).type not in self._known[topic]:
                return None
            raise
        return event
