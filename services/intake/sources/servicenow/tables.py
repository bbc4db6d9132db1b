"""Reading ServiceNow's tables to the end, page by page, by (sys_updated_on, sys_id).

Offsets would skip rows when a record changes while we read; a time alone would skip the rest of a second. The cursor
is written with `^NQ`, a new query of its own: `^OR` binds to the single condition before it, and would leave rows out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec

from services.intake.polling.calls import Answer, Call
from services.intake.polling.feeds import Page, UnusableAnswer, Walk
from services.intake.reading.fields import moment, text
from services.intake.sources.servicenow import requests, translation
from services.intake.sources.servicenow.cells import Field, stored
from services.intake.translation import Record, RecordKind, Untranslatable, decode_json

PAGE_SIZE = 1000
OVERLAP = timedelta(seconds=30)
"""A record stamped in the second just read may be committed after our page: each walk begins a little earlier."""

_ORDER = "ORDERBYsys_updated_on^ORDERBYsys_id"


class _Rows(msgspec.Struct):
    result: list[msgspec.Raw]


class _Place(msgspec.Struct):
    sys_id: Field = None
    sys_updated_on: Field = None


_rows = msgspec.json.Decoder(_Rows)
_place = msgspec.json.Decoder(_Place)


class TableFeed:
    """One table. Its position is the last row read and moves with every page."""

    def __init__(self, url: str, table: str, kind: RecordKind, fields: Sequence[str]) -> None:
        self.name = f"servicenow/{table}"
        self.kind = kind
        self._url = (
            f"{url.rstrip('/')}/api/now/table/{table}?sysparm_display_value=all&sysparm_exclude_reference_link=true"
            f"&sysparm_limit={PAGE_SIZE}&sysparm_fields={','.join(fields)}&sysparm_query="
        )

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk:
        """Begin at the first row, or a little before where the last walk ended."""
        return _TableWalk(self._url, position, now)


class _TableWalk:
    """One reading of a table."""

    def __init__(self, url: str, position: Mapping[str, str] | None, now: datetime) -> None:
        self._url = url
        self._now = now
        self._reached: tuple[datetime, str] | None = None
        query = _ORDER
        if position is not None:
            stored = datetime.fromisoformat(position["sys_updated_on"])
            # Our own clock may have been set back; a cursor ahead of it would hide what changes until then.
            reached = min(stored, now)
            self._reached = (reached, position["sys_id"] if reached == stored else "")
            query = f"sys_updated_on>={_written(reached - OVERLAP)}^{_ORDER}"
        self.call: Call | None = Call(url + quote(query, safe=""))

    def read(self, answer: Answer) -> Iterator[Page]:
        """Take in a page; the position moves to its last row."""
        try:
            rows = decode_json(_rows, answer.body).result
        except Untranslatable as error:
            raise UnusableAnswer(str(error)) from None
        records = [Record(bytes(row)) for row in rows]
        last = self._last_place(records)
        if last is None:
            self.call = None
            yield Page(records, None)
            return
        at, sys_id = last
        # Rows stamped in the future come last in order; going past them would hide what is stamped now.
        full = len(records) >= PAGE_SIZE and at <= self._now
        query = (
            f"sys_updated_on>{_written(at)}^NQsys_updated_on={_written(at)}^sys_id>{sys_id}^{_ORDER}" if full else None
        )
        following = Call(self._url + quote(query, safe="")) if query else None
        if following is not None and following == self.call:
            raise UnusableAnswer("the same page came again")
        self.call = following
        reached = (min(at, self._now), sys_id)
        if self._reached is not None and reached <= self._reached:
            yield Page(records, None)  # still inside the overlap
            return
        self._reached = reached
        yield Page(records, {"sys_updated_on": reached[0].isoformat(), "sys_id": sys_id})

    def _last_place(self, records: Sequence[Record]) -> tuple[datetime, str] | None:
        """Where the last row that has a place stands; without one there is no going on."""
        for record in reversed(records):
            try:
                place = decode_json(_place, record.body)
                at = moment(stored(place.sys_updated_on), "sys_updated_on")
            except Untranslatable:
                continue
            sys_id = text(stored(place.sys_id))
            if at is not None and sys_id is not None and sys_id.isalnum():
                return at, sys_id
        return None


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def table_feeds(url: str) -> list[TableFeed]:
    """The tables that are polled."""
    return [
        TableFeed(url, "alm_hardware", translation.ASSET, translation.ASSET_FIELDS),
        TableFeed(url, "incident", translation.INCIDENT, translation.INCIDENT_FIELDS),
        TableFeed(url, "sc_request", requests.REQUEST, requests.REQUEST_FIELDS),
        TableFeed(url, "sc_req_item", requests.ITEM, requests.ITEM_FIELDS),
    ]
