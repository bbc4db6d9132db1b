"""Is the stream moving? Asked of the broker, not of Faust: a consumer can look alive and read nothing.

Healthy means that the group's committed positions move while there is something to read. The log's own name is looked
at too: positions kept by a living consumer mean nothing in a log that came back empty.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.eventlog.log_identity import read_log_identity

STALL_SECONDS = 30.0
LOOK_SECONDS = 20.0

Lane = tuple[str, int]
"""A topic and one of its partitions."""


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """The log's name; each lane's committed position, and how many records wait behind it."""

    log_id: str
    positions: dict[Lane, int]
    behind: dict[Lane, int]


async def look(bootstrap_servers: str, group: str, topics: Sequence[str]) -> Look:
    """Ask the broker how the group stands. Raises KafkaError, OSError or TimeoutError if it does not answer."""
    async with asyncio.timeout(LOOK_SECONDS):
        log_id = await read_log_identity(bootstrap_servers)
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
        try:
            await admin.start()
            await consumer.start()
            lanes = [
                TopicPartition(described["topic"], partition["partition"])
                for described in await admin.describe_topics(list(topics))
                for partition in described["partitions"]
            ]
            committed = await admin.list_consumer_group_offsets(group, partitions=lanes)
            first = await consumer.beginning_offsets(lanes)
            last = await consumer.end_offsets(lanes)
        finally:
            await consumer.stop()
            await admin.close()
    positions: dict[Lane, int] = {}
    behind: dict[Lane, int] = {}
    for lane in lanes:
        # A group that has committed nothing yet (offset -1) begins at the beginning.
        position = max(first[lane], committed[lane].offset if lane in committed else -1)
        positions[lane.topic, lane.partition] = position
        behind[lane.topic, lane.partition] = max(0, last[lane] - position)
    return Look(log_id, positions, behind)


class Liveness:
    """Judges one look after another. Pure: the time in seconds is an argument."""

    def __init__(self, now: float, *, stall_seconds: float = STALL_SECONDS) -> None:
        self._stall_seconds = stall_seconds
        self._moved_at = now
        self._last: Look | None = None

    def fault(self, now: float, seen: Look, assigned: set[Lane], *, busy: bool) -> str | None:
        """What is wrong, in words; None while all is well.

        Only the lanes assigned to this member count. A member without any counts as stopped while anything waits:
        there are never more replicas than partitions.
        """
        last, self._last = self._last, seen
        if last is not None and last.log_id != seen.log_id:
            return "another log answers"
        mine = assigned or set(seen.behind)
        waiting = sum(behind for lane, behind in seen.behind.items() if lane in mine)
        moved = last is None or any(
            seen.positions[lane] != last.positions.get(lane) for lane in mine & set(seen.positions)
        )
        if moved or busy or waiting == 0:
            self._moved_at = now
        if now - self._moved_at > self._stall_seconds:
            return f"{waiting} records wait and none was read for {now - self._moved_at:.0f} s"
        return None
