"""A wave's release, inside the command's transaction: what may still go, its orders, its places."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from schemas.events.wave import OrderShare, WaveOrder, WaveRelease, WaveReleased
from schemas.vocabulary import Demand, FundingLine, Kind
from services.budget import queries as budget
from services.database.pool import Connection
from services.database.statements import load_statements
from services.errors import BadInput, NotFound, RuleBroken
from services.refresh import wave_entries
from services.refresh.announce import SOURCE
from services.refresh.proposing import Basis, pairs
from services.refresh.rules.quarters import quarter_of
from services.refresh.tally import Asked, Summary, Totals, tally
from services.refresh.wave_queries import WaveStatus
from services.requests import queries as requests

SQL = load_statements(__file__, "releasing.sql")
LONGEST_WORD = 200


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A wave locked for a decision."""

    wave_id: UUID
    wave: str
    status: WaveStatus
    attempt: int
    financial_year: str
    quarter: date
    summary: Summary
    basis: Basis


async def wait_for_placing(connection: Connection) -> None:
    """Until the transaction ends nobody else promises a device a successor: neither a wave nor the budget."""
    await connection.execute(SQL["placing"])


async def lock_wave(connection: Connection, wave_id: UUID) -> Held:
    """Hold a wave until the transaction ends. Raises NotFound."""
    row = await connection.fetchrow(SQL["lock_wave"], wave_id)
    if row is None:
        raise NotFound("There is no such wave; /kit wave shows the newest.")
    return msgspec.convert(dict(row), Held)


def check_may_go(held: Held, today: date) -> None:
    """Raise RuleBroken for a wave whose time is over."""
    if held.status is WaveStatus.SENT_BACK:
        raise RuleBroken(f"{held.wave} was sent back; ask a planner to propose anew.")
    if held.status is WaveStatus.SUPERSEDED:
        raise RuleBroken(f"A newer proposal took the place of {held.wave}; /kit wave shows it.")
    if held.quarter != quarter_of(today):
        raise RuleBroken(f"The quarter of {held.wave} is over; ask a planner to propose anew.")


async def drop_out(connection: Connection, held: Held) -> Counter[Asked]:
    """Take out what left the queue, is placed, was asked for by a request, or whose device left the shelf; and what is
    paid for from another line by now, or would be bought as another kind."""
    requested = await requests.devices_with_open_request(connection)
    set_aside = await requests.devices_set_aside(connection)
    rows = await connection.fetch(
        SQL["drop_out"], held.wave_id, held.quarter, requested, *pairs(held.basis.bought), set_aside
    )
    return Counter({Asked(row["line"], row["kind"], row["unit"], 0): row["entries"] for row in rows})


async def counted_again(connection: Connection, held: Held, dropped: Counter[Asked]) -> tuple[Summary, Totals]:
    """What the wave does without those that dropped out."""
    asked = [
        Asked(each.line, each.kind, each.unit, each.entries - dropped[Asked(each.line, each.kind, each.unit, 0)])
        for each in held.summary.asked
    ]
    served = await wave_entries.served(connection, held.wave_id)
    return tally(held.quarter, asked, served, held.summary.left_out, held.basis.gross_pence)


async def orders_of(
    connection: Connection,
    wave_id: UUID,
    quarter: date,
    basis: Basis,
    routes: Mapping[str, str],
    approvals: Mapping[str, str],
) -> list[WaveOrder]:
    """The wave's orders, one a line and kind. Raises BadInput for a route or approval of an order that is not there."""
    shares: dict[tuple[str, FundingLine, Kind], list[OrderShare]] = defaultdict(list)
    for row in await connection.fetch(SQL["shares"], wave_id, quarter):
        share = OrderShare(unit=row["unit"], demand=Demand(row["demand"]), quantity=row["quantity"])
        shares[row["order_id"], FundingLine(row["line"]), Kind(row["kind"])].append(share)
    known = {order_id for order_id, _, _ in shares}
    for name, words in (("procurement route", routes), ("approval reference", approvals)):
        if unknown := sorted(set(words) - known):
            raise BadInput(f"the wave has no order {unknown[0]}; it has {', '.join(sorted(known))}", where=name)
        if any(len(word) > LONGEST_WORD for word in words.values()):
            raise BadInput(f"is longer than {LONGEST_WORD} characters; please shorten it", where=name)
    return [
        WaveOrder(
            order_id=order_id,
            line=line,
            kind=kind,
            net_pence=basis.net_pence[kind],
            vat_pence=basis.vat_pence[kind],
            shares=tuple(parts),
            procurement_route=routes.get(order_id, "").strip() or None,
            approval_reference=approvals.get(order_id, "").strip() or None,
        )
        for (order_id, line, kind), parts in shares.items()
    ]


async def check_gates(
    connection: Connection, held: Held, orders: Sequence[WaveOrder], today: date, released_by: str
) -> None:
    """Raise RuleBroken naming all that stands against the orders. The budget decides once more when it commits."""
    seen = await budget.gates(connection, orders, held.financial_year, today, released_by) if orders else []
    missing = dict.fromkeys(gate.explanation for order in seen for gate in order.gates if not gate.passed)
    if missing:
        raise RuleBroken(f"{held.wave} cannot be released yet. {' '.join(missing)}")


async def place(connection: Connection, held: Held, attempt: int, *, committed: bool) -> list[tuple[UUID, UUID | None]]:
    """Give the wave's entries their places; (entry id, device id) of each."""
    rows = await connection.fetch(
        SQL["place"], held.wave_id, held.quarter, held.wave, attempt, "ordered" if committed else "planned"
    )
    return [(row["entry_id"], row["device_id"]) for row in rows]


async def write_release(
    connection: Connection,
    held: Held,
    status: WaveStatus,
    orders: Sequence[WaveOrder],
    counted: tuple[Summary, Totals],
    explanation: str,
    by: str,
    now: datetime,
) -> None:
    """Write what was released."""
    summary, totals = counted
    await connection.execute(
        SQL["release"],
        held.wave_id,
        status.value,
        held.attempt + 1,
        totals.from_stock,
        totals.ordered,
        totals.gross_pence,
        msgspec.to_builtins(summary),
        msgspec.to_builtins(orders),
        explanation,
        by,
        now,
    )


def announce_release(held: Held, orders: Sequence[WaveOrder], by: str, now: datetime) -> WaveReleased:
    """The event that asks the budget to commit all of it or nothing."""
    return WaveReleased(
        id=f"{held.wave_id}/released/{held.attempt + 1}",
        source=SOURCE,
        time=now,
        subject=str(held.wave_id),
        data=WaveRelease(
            wave_id=held.wave_id,
            wave=held.wave,
            attempt=held.attempt + 1,
            financial_year=held.financial_year,
            quarter=held.quarter,
            orders=tuple(orders),
            released_by=by,
            released_at=now,
        ),
    )
