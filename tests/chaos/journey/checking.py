"""What a journey's tests say from outside, and what they look for at its end: everything went on, nothing twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from deploy.local.workspace.server import Workspace
from schemas.envelope import Event
from schemas.vocabulary import DeviceState, Kind
from services.database.pool import Pool
from services.eventlog import outbox
from tests.chaos.journey.work import LISTENERS
from tests.fixtures.observations import asset
from tests.fixtures.people import email_of


async def publish(pool: Pool, *events: tuple[object, object]) -> None:
    """What comes from outside stands in the outbox of the register, as good a place as any."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL search_path = register")
        await outbox.append(connection, events)  # type: ignore[arg-type]  # topics and events, as it wants them


def told(workspace: Workspace) -> Counter[str]:
    """How often each thing was said in Slack, by the key that every message carries."""
    store = workspace.context.store
    said: Counter[str] = Counter()
    for conversation in store.people.conversations():
        for message in store.messages.page(conversation["id"], viewer="", latest="~", limit=1000):
            if message.metadata:
                said[message.metadata["event_payload"]["key"]] += 1
    return said


async def nothing_is_dead(pool: Pool) -> None:
    """Whatever was heard could be applied."""
    for schema in LISTENERS:
        reasons = await pool.fetch(f"SELECT reason FROM {schema}.dead_letters")
        assert [row["reason"] for row in reasons] == [], schema


async def everything_was_said_once(pool: Pool, workspace: Workspace, *, to: Sequence[str]) -> None:
    """Every message that was written stands in Slack as it was last written, once."""
    outgoing = await pool.fetch("SELECT key, destination, state, sent_revision = revision AS shown FROM bot.outgoing")
    assert {(row["state"], row["shown"]) for row in outgoing} == {("sent", True)}
    assert told(workspace) == dict.fromkeys((row["key"] for row in outgoing), 1)
    people = {row["destination"].partition("@")[0].removeprefix("person:") for row in outgoing}
    assert people >= set(to)


def laptop(
    serial: str,
    number: int,
    at: datetime,
    state: DeviceState,
    holder: str | None,
    bought: date,
    unit: str = "central-west-response",
    **facts: object,
) -> Event:
    """What the service desk's list says of a laptop; `unit` is whose it is while somebody holds it."""
    return asset(
        serial,
        number,
        at,
        kind=Kind.LAPTOP,
        state=state,
        unit=unit if holder else "end-user-services",
        holder_email=email_of(holder) if holder else None,
        purchased_on=bought,
        **facts,
    )


async def stands(pool: Pool, request_id: str | None = None) -> str:
    """Where a request is; the only one, if none is named."""
    where = "SELECT status FROM requests.requests WHERE $1::text IS NULL OR request_id::text = $1"
    return str(await pool.fetchval(where, request_id))


async def every_step_was_told_once(pool: Pool) -> dict[str, list[str | None]]:
    """One event and one line a step of every request; the statuses that each was told to have, in their order.

    What policy grants at once is told twice and has two lines in its first step: as raised, and as approved.
    """
    rows = await pool.fetch("SELECT event FROM requests.outbox ORDER BY transaction, position")
    told: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        event = msgspec.json.decode(row["event"])
        told[event["data"]["request_id"]].append(event)
    for row in await pool.fetch("SELECT request_id, revision FROM requests.requests"):
        events = told[str(row["request_id"])]
        steps = [(event["data"]["revision"], event["type"]) for event in events]
        assert len(set(steps)) == len(steps), steps
        assert list(dict.fromkeys(revision for revision, _ in steps)) == list(range(1, row["revision"] + 1)), steps
        lines = await pool.fetch(
            "SELECT what, at FROM requests.timeline WHERE request_id = $1 AND who NOT LIKE '%desk'", row["request_id"]
        )
        assert len({tuple(line) for line in lines}) == len(lines) == len(events), lines
    return {request_id: [event["data"].get("status") for event in events] for request_id, events in told.items()}
