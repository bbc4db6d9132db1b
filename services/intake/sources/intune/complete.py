"""Graph's whole list of managed devices, read seldom: for what a list of recent check-ins can never show.

That is devices that enrolled and never synchronised, results of actions on devices that stay silent, and absence. What
is read again is known by its ids. Absence counts only once a list was read to its end: a walk that breaks off leaves
the position, and with it all that is remembered, where it was.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from services.intake.polling.calls import Answer, Call
from services.intake.polling.feeds import Page, UnusableAnswer, Walk
from services.intake.sources.intune.absence import ABSENCE
from services.intake.sources.intune.listing import ManagedDevices
from services.intake.sources.intune.translation import MANAGED_DEVICE, MANAGED_DEVICE_JSON
from services.intake.sources.intune.under_way import Sighting, Watch
from services.intake.translation import Record, Untranslatable, decode_json

FIRST_AFTER_SECONDS = 900.0
"""The very first time, the frequent feed is reading the whole list as well: it goes first."""

_watch = msgspec.json.Decoder(Watch)


class _Problem(msgspec.Struct):
    code: str


class _Refusal(msgspec.Struct):
    error: _Problem


_refusal = msgspec.json.Decoder(_Refusal)


class CompleteFeed:
    """The whole list. Its position is what is remembered of devices with a wipe or a retire under way."""

    name = "intune/complete"
    kind = MANAGED_DEVICE

    def __init__(self, graph_url: str) -> None:
        self._devices = ManagedDevices(graph_url)

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk:
        """Begin the list."""
        walk = _CompleteWalk(self._devices, _watch.decode(position["watch"]) if position else Watch(), now)
        if position is None and walk.call is not None:
            walk.call = dataclasses.replace(walk.call, after_seconds=FIRST_AFTER_SECONDS)
        return walk


class _CompleteWalk:
    """One reading: the list to its end, then each device that is missing, by its id."""

    def __init__(self, devices: ManagedDevices, before: Watch, now: datetime) -> None:
        self._devices = devices
        self._now = now
        self._sighting = Sighting(before, now)
        self._watch: Watch | None = None
        self._missing: list[str] = []
        self.call: Call | None = devices.first()

    def read(self, answer: Answer) -> Iterator[Page]:
        """Take in a page of the list, or the answer about one device."""
        assert self.call is not None, "the walk is over"
        yield self._listed(answer, self.call) if self._watch is None else self._looked_for(answer, self._watch)

    def _listed(self, answer: Answer, asked: Call) -> Page:
        records, self.call = self._devices.read(answer, asked)
        for record in records:
            self._sighting.note(record)
        position = None
        if self.call is None:
            self._watch = self._sighting.conclude()
            self._missing = self._watch.missing()
            self._ask_for_next()
            position = self._position(self._watch)
        return Page([Record(record) for record in records], position)

    def _looked_for(self, answer: Answer, watch: Watch) -> Page:
        device_id = self._missing.pop()
        each = watch.watched[device_id]
        if answer.status == 404:
            _check_that_it_is_the_device_that_is_missing(answer)
            del watch.watched[device_id]
            page = Page([Record(each.absence(), "absence")], self._position(watch), kind=ABSENCE)
        else:
            _check_that_it_is(device_id, answer)
            # Still there, and what is under way on it the next list will tell.
            watch.watched[device_id] = msgspec.structs.replace(each, missing=0, last_listed_at=self._now)
            page = Page([Record(answer.body)], self._position(watch))
        self._ask_for_next()
        return page

    def _ask_for_next(self) -> None:
        self.call = self._devices.one(self._missing[-1]) if self._missing else None

    def _position(self, watch: Watch) -> dict[str, str]:
        return {"read_at": self._now.isoformat(), "watch": msgspec.json.encode(watch).decode()}


def _check_that_it_is_the_device_that_is_missing(answer: Answer) -> None:
    """A 404 proves something only if Graph itself says that there is no such device: a wrong path is a 404, too."""
    try:
        code = decode_json(_refusal, answer.body).error.code
    except Untranslatable as error:
        raise UnusableAnswer(f"a 404 that is not Graph's: {error}") from None
    if not code.lower().endswith("notfound"):
        raise UnusableAnswer(f"a 404 for another reason: {code[:100]!r}")


def _check_that_it_is(device_id: str, answer: Answer) -> None:
    try:
        found = decode_json(MANAGED_DEVICE_JSON, answer.body).id
    except Untranslatable as error:
        raise UnusableAnswer(f"not the device that was asked for: {error}") from None
    if found != device_id:
        raise UnusableAnswer("not the device that was asked for")
