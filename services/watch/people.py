"""Judging what waits on people: decisions by who is to take them, and deliveries that stand still.

Read from requests each time, in two counts over an index, rather than kept here: who is asked, and since when, moves
with clocks, deputies and answers that requests alone knows, and a copy could only be late.
"""

from __future__ import annotations

from datetime import datetime

from schemas.events.alert import Alert
from services.access.directory import Directory
from services.database.pool import Connection
from services.requests import queries as requests_queries
from services.requests.queries import Status
from services.watch import store
from services.watch.conditions import delivery_waiting, request_waiting
from services.watch.conditions.delivery_waiting import StandingStill
from services.watch.conditions.finding import Verdict
from services.watch.conditions.request_waiting import Approver, Decisions
from services.watch.rules.life import threshold_held
from services.watch.thresholds import Thresholds


async def judge_people(
    connection: Connection, now: datetime, directory: Directory, thresholds: Thresholds, lives: dict[str, Alert]
) -> list[Verdict]:
    """Who is waited for at `now`, and which deliveries; adds the lives of their alerts to `lives`."""
    return [
        *await _judge_decisions(connection, now, directory, thresholds, lives),
        await _judge_deliveries(connection, now, thresholds, lives),
    ]


async def _judge_decisions(
    connection: Connection, now: datetime, directory: Directory, thresholds: Thresholds, lives: dict[str, Alert]
) -> list[Verdict]:
    limits = thresholds.request_waiting
    found = await requests_queries.decisions_waiting(connection, request_waiting.before(limits, now))
    waiting = {
        request_waiting.key_of(each.email): Decisions(
            email=each.email, number=each.number, oldest_at=each.oldest_at, longest=each.longest
        )
        for each in found
    }
    # Who is waited for no longer is cleared.
    keys = sorted({*waiting, *await store.open_keys(connection, request_waiting.CONDITION)})
    lives |= await store.last_lives(connection, keys)
    return [
        request_waiting.judge(
            key,
            waiting.get(key),
            _approver(request_waiting.email_of(key), directory),
            limits,
            threshold_held(lives.get(key)),
            now,
        )
        for key in keys
    ]


async def _judge_deliveries(
    connection: Connection, now: datetime, thresholds: Thresholds, lives: dict[str, Alert]
) -> Verdict:
    limits = thresholds.delivery_waiting
    before = {Status(state): moment for state, moment in delivery_waiting.before(limits, now).items()}
    standing = [
        StandingStill(status=each.status, number=each.number, oldest_at=each.oldest_at, longest=each.longest)
        for each in await requests_queries.deliveries_waiting(connection, before)
    ]
    lives |= await store.last_lives(connection, [delivery_waiting.CONDITION])
    return delivery_waiting.judge(standing, limits, threshold_held(lives.get(delivery_waiting.CONDITION)), now)


def _approver(email: str, directory: Directory) -> Approver:
    person = directory.person(email)
    if person is None:
        return Approver(name=email or "nobody")
    above = directory.approver_of(person)
    return Approver(name=person.name, email=person.email.lower(), above=above.email.lower() if above else None)
