"""What every translation of a row begins with: by which names the device is known, and when the row was true."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import msgspec

from services.intake.mapping.reading import text_fields
from services.intake.mapping.structs import DeviceMapping, MomentText, RecordId
from services.intake.mapping.values import (
    Cells,
    Reader,
    cell_reader,
    moment_of,
    nothing,
    place_of,
    text_reader,
    value_reader,
    zone_named,
)
from services.intake.reading.identifiers import ASSET_TAG, SERIAL, asset_tag, serial, subject
from services.intake.translation import Untranslatable

_encoder = msgspec.json.Encoder()
_WITHOUT_BATTERY = b',"battery_health_percent":null}'


class Stamp(NamedTuple):
    """Whose rows these are, and what holds for all of them.

    `as_of` is when a row was true that does not say so itself. `ordinal` counts the source's imports: as microseconds
    it is added to the time, so that of two files that speak of one moment the later one is believed.
    """

    source: str
    as_of: datetime | None = None
    ordinal: int = 0

    @property
    def event_source(self) -> str:
        """The CloudEvents source of the events."""
        return f"quartermaster/intake/import/{self.source}"


class Named(NamedTuple):
    """A row's device and moment: what an event needs beside its content."""

    identifiers: dict[str, str]
    subject: str
    record: str
    at: datetime


def naming(mapping: DeviceMapping) -> Callable[[Cells, Stamp], Named]:
    """A reader of names and moment. It raises Untranslatable where there is neither."""
    fields = text_fields(mapping)
    read_serial, read_tag = cell_reader(fields.get("serial")), cell_reader(fields.get("asset_tag"))
    record_field = fields.get("record_id")
    read_record: Reader[str] = text_reader(record_field) if record_field is not None else nothing
    scheme = record_field.scheme if isinstance(record_field, RecordId) else None
    read_moment: Reader[datetime] = nothing
    place = ""
    if isinstance(updated := fields.get("updated_at"), MomentText):
        place = place_of(updated)
        zone = zone_named(updated.zone or mapping.time_zone)
        read_moment = value_reader(updated, moment_of(updated, zone, place))

    def read(cells: Cells, stamp: Stamp) -> Named:
        known: dict[str, str] = {}
        if number := serial(read_serial(cells)):
            known[SERIAL] = number
        if tag := asset_tag(read_tag(cells)):
            known[ASSET_TAG] = tag
        record = read_record(cells)
        if record and scheme:
            known[scheme] = record
        if not known:
            raise Untranslatable("the row names no device: there is no usable serial, asset tag or record id")
        at = read_moment(cells) or stamp.as_of
        if at is None:
            raise Untranslatable("the row does not say when it was true, and nothing was said for it", place)
        key = subject(known) if SERIAL in known or ASSET_TAG in known else f"{scheme}:{record}"
        return Named(known, key, record or key, at)

    return read


@lru_cache(1024)
def _written(at: datetime) -> bytes:
    return at.isoformat().encode()


def event_id(named: Named, data: msgspec.Struct) -> str:
    """The same for the same record with the same content and moment: a repeat changes nothing, a correction counts."""
    said = _encoder.encode(data)
    if said.endswith(_WITHOUT_BATTERY):  # the field came later: a row without it keeps the id that it had before
        said = said.removesuffix(_WITHOUT_BATTERY) + b"}"
    content = hashlib.blake2b(said, digest_size=12, key=_written(named.at)).hexdigest()
    return f"{named.record}/{content}"


def moment(named: Named, stamp: Stamp) -> datetime:
    """When the row's facts hold from."""
    return named.at + timedelta(microseconds=stamp.ordinal) if stamp.ordinal else named.at
