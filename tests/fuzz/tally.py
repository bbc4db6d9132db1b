"""What became of everything that was sent, from four sides that must agree: the answers, the counters, the database,
and what the translators say of the same bodies.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from prometheus_client import REGISTRY

from services.database.pool import Connection, Pool
from services.intake.door.answers import MOST_LETTERS_NAMED
from tests.fuzz.deliveries import DeliveryOf
from tests.fuzz.expectation import Fault


class _Name(msgspec.Struct):
    source: str
    id: str


_name = msgspec.json.Decoder(_Name)

OUTCOMES = ("accepted", "repeated", "ignored", "dead_lettered")


class Tally:
    """Counts answers as they come; `reconcile` holds them against the rest once all are there."""

    def __init__(self, sources: set[str]) -> None:
        self._sources = sources
        self._before = self._counters()
        self.sent = 0
        self.statuses: Counter[int] = Counter()
        self.records: Counter[tuple[str, str]] = Counter()
        self.refused: Counter[tuple[str, str]] = Counter()
        self.unread = 0
        self._events: set[tuple[str, str]] = set()
        self._seen: Counter[str] = Counter()

    def answered(self, sent: DeliveryOf, status: int, answer: dict[str, Any]) -> None:
        """Take down one answer. Raises Fault if it is not what it must be."""
        must, source = sent.expected, sent.webhook.kind.source
        self.sent += 1
        self.statuses[status] += 1
        if status != must.status:
            raise Fault(f"answered {status} {answer} where it must be {must.status}")
        if status >= 400:
            self.refused[source, str(status)] += 1
            if not answer.get("error"):
                raise Fault(f"answered {status} without a word of why: {answer}")
        if not must.counts:
            self.unread += 1
            if answer.keys() != {"error"}:
                raise Fault(f"answered {status} with counts: {answer}")
            return
        got = {"translated": answer["accepted"] + answer["repeated"], "ignored": answer["ignored"]}
        got["dead_lettered"] = answer["refused"]
        if got != must.counts:
            raise Fault(f"counted {got} where it must be {dict(must.counts)}")
        named = {letter["dead_letter"] for letter in answer["dead_letters"]}
        if answer["refused"] <= MOST_LETTERS_NAMED and named != must.letters:
            raise Fault(f"named the letters {named} where it must be {set(must.letters)}")
        for outcome, number in zip(OUTCOMES, ("accepted", "repeated", "ignored", "refused"), strict=True):
            self.records[source, outcome] += answer[number]
        self._events |= must.events
        self._seen.update(must.letters)

    async def reconcile(self, database: Pool | Connection) -> None:
        """Raises Fault where the answers, the counters, the database and the translators disagree."""
        grown = Counter(self._counters())
        grown.subtract(self._before)
        counted = {(source, outcome): grown[source, outcome] for source in self._sources for outcome in OUTCOMES}
        _same("records by outcome, in counters and in answers", counted, {key: self.records[key] for key in counted})
        for source in self._sources:
            total = sum(self.records[source, outcome] for outcome in OUTCOMES)
            _same(f"records of {source} received, and their outcomes", grown[source, "received"], total)
        refused = {key: number for key, number in grown.items() if key[1].isdigit() and number}
        _same("refusals in counters and in answers", refused, dict(self.refused))
        rows = await database.fetch("SELECT event FROM outbox")
        written = Counter((name.source, name.id) for name in (_name.decode(row["event"]) for row in rows))
        _same("events in the outbox, each once, and those translated", written, Counter(self._events))
        _same("events in the inbox and in the outbox", await database.fetchval("SELECT count(*) FROM inbox"), len(rows))
        letters = await database.fetch("SELECT fingerprint::text AS name, seen FROM dead_letters")
        _same("dead letters kept, and how often", {each["name"]: each["seen"] for each in letters}, dict(self._seen))

    def _counters(self) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for metric in REGISTRY.collect():
            for sample in metric.samples:
                labels, value = sample.labels, int(sample.value)
                if sample.name == "quartermaster_intake_received_total":
                    found[labels["source"], "received"] = value
                elif sample.name == "quartermaster_intake_records_total":
                    found[labels["source"], labels["outcome"]] = value
                elif sample.name == "quartermaster_intake_refused_total":
                    found[labels["source"], labels["status"]] = value
        return found

    def lines(self) -> list[str]:
        """The sum, for people."""
        by_outcome = Counter[str]()
        for (_, outcome), number in self.records.items():
            by_outcome[outcome] += number
        statuses = ", ".join(f"{status}: {number}" for status, number in sorted(self.statuses.items()))
        told = " + ".join(f"{by_outcome[outcome]} {outcome.replace('_', '-')}" for outcome in OUTCOMES)
        return [
            f"{self.sent} deliveries sent and answered ({statuses})",
            f"{self.unread} refused unread; the other {self.sent - self.unread} held records:",
            f"{told} = {sum(by_outcome.values())}, the same in answers, counters and database",
        ]


def _same(what: str, left: Any, right: Any) -> None:
    if left != right:
        if isinstance(left, dict) and isinstance(right, dict):
            keys = [key for key in left.keys() | right.keys() if left.get(key) != right.get(key)][:5]
            left, right = {key: left.get(key) for key in keys}, {key: right.get(key) for key in keys}
        raise Fault(f"{what}: {left} against {right}")
