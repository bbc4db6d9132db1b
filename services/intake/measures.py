"""What is counted at the door: every record that came in ends in exactly one outcome, or was refused unread."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime

from prometheus_client import Counter, Gauge

from services.clock import Clock

RECEIVED = Counter("quartermaster_intake_received_total", "Records taken in for translation", ["source"])
OUTCOMES = Counter(
    "quartermaster_intake_records_total",
    "Records by what became of them: accepted, repeated, ignored or dead_lettered; counted when it is committed",
    ["source", "outcome"],
)
REFUSED = Counter("quartermaster_intake_refused_total", "Requests answered with an error", ["source", "status"])
CLAMPED = Counter("quartermaster_intake_clamped_total", "Records whose clock ran ahead of ours", ["source"])
POLL_FAILURES = Counter("quartermaster_intake_poll_failures_total", "Lists that could not be read to the end", ["feed"])
STREAM_FAILURES = Counter(
    "quartermaster_intake_stream_failures_total", "Times a stream broke off and was opened anew", ["stream"]
)
STREAM_LOST = Counter(
    "quartermaster_intake_stream_lost_total", "Times the broker no longer kept the messages at our place", ["stream"]
)
STREAM_LAG = Gauge("quartermaster_intake_stream_lag", "Messages of a stream that are not read yet", ["stream"])
SILENCE = Gauge(
    "quartermaster_intake_silence_seconds", "Seconds since a source's last word, in business time", ["source"]
)


class LastWords:
    """When each source last spoke, in memory: a delivery costs no statement, and what is new is written now and then.

    Until a source is heard, or what was written before is recalled, its silence counts from when intake started.
    """

    def __init__(self, clock: Clock, sources: set[str]) -> None:
        self._clock = clock
        self._since = clock.now()
        self._heard: dict[str, datetime] = {}
        self._written: dict[str, datetime] = {}
        for source in sources:
            SILENCE.labels(source).set_function(functools.partial(self.silence, source))

    def heard(self, source: str) -> None:
        """A source proved itself, or answered."""
        self._heard[source] = self._clock.now()

    def silence(self, source: str) -> float:
        """Seconds since the last word."""
        return (self._clock.now() - self._heard.get(source, self._since)).total_seconds()

    def news(self) -> dict[str, datetime]:
        """What was heard and is not known to be written."""
        return {source: at for source, at in self._heard.items() if self._written.get(source) != at}

    def recall(self, written: Mapping[str, datetime]) -> None:
        """What is written now, by us or by other processes: the later word counts."""
        for source, at in written.items():
            self._written[source] = at
            self._heard[source] = max(at, self._heard.get(source, at))
