"""Judging money: the budget's forecast, what falls due, gates and contracts, as the owners' queries tell them now.

Watch keeps no copy of these figures: they are reckoned by the budget when asked (ADR 0019), and a copy could only be
stale or a second truth. So nothing is heard here, and no order of events can matter (ADR 0024).

What goes to the budget channel is read as a planner reads it, without prices, wherever the query can: what was never
read cannot leak. Only what must be weighed with a price is read with the role, and its condition keeps it to itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from schemas.events.alert import Alert
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.budget import queries as budget
from services.clock import london_date
from services.database.pool import Connection
from services.refresh import wave_queries
from services.refresh.wave_queries import UNDECIDED
from services.watch import store
from services.watch.conditions import (
    contract_end,
    due_beyond_money,
    likely_underspend,
    outturn_crossing,
    procurement_gate,
    volume_crossing,
)
from services.watch.conditions.contract_end import ContractStanding
from services.watch.conditions.due_beyond_money import LineDue
from services.watch.conditions.finding import Verdict
from services.watch.conditions.outturn_crossing import LineForecast
from services.watch.conditions.procurement_gate import OrderLacks, WaveLacks
from services.watch.conditions.volume_crossing import Basis, KindVolume
from services.watch.money_thresholds import MoneyThresholds
from services.watch.rules.life import threshold_held

SEES_TOTALS = Viewer("quartermaster", "Quartermaster", frozenset({Role.STAFF, Role.PLANNER}), None, None)
SEES_PRICES = Viewer("quartermaster", "Quartermaster", frozenset({Role.STAFF, Role.AUDITOR}), None, None)

CONDITIONS = (
    outturn_crossing.CONDITION,
    likely_underspend.CONDITION,
    volume_crossing.ORDERED,
    volume_crossing.FORECAST,
    due_beyond_money.CONDITION,
    procurement_gate.CONDITION,
    contract_end.CEILING,
    contract_end.TERM,
)
_WATCHED_GATES = frozenset({budget.PROCUREMENT_ROUTE, budget.APPROVAL_REFERENCE, budget.SPLITTING})
_BASES: tuple[Basis, ...] = (volume_crossing.ORDERED, volume_crossing.FORECAST)


class MoneyJudge:
    """Judges all conditions about money in one transaction that sees one moment."""

    def __init__(self, thresholds: MoneyThresholds) -> None:
        self._thresholds = thresholds

    async def judge(self, connection: Connection, now: datetime, lives: dict[str, Alert]) -> list[Verdict]:
        """How money stands at `now`; adds the lives of its alerts to `lives`.

        An open alert that nothing speaks of any more, such as a past year's or a superseded wave's, is cleared.
        """
        today = london_date(now)
        before = {condition: await store.open_keys(connection, condition) for condition in CONDITIONS}
        lives |= await store.last_lives(connection, [key for keys in before.values() for key in keys])
        verdicts = [
            *await self._judge_year(connection, today, lives),
            *await self._judge_due(connection, today, lives),
            *await self._judge_gates(connection, today),
            *await self._judge_contracts(connection, today, lives),
        ]
        spoken_of = {verdict.key for verdict in verdicts}
        # A key's episodes go on counting, so also those that are closed now must be known.
        lives |= await store.last_lives(connection, spoken_of)
        return verdicts + [
            Verdict(key=key, condition=condition, finding=None)
            for condition, keys in before.items()
            for key in keys
            if key not in spoken_of
        ]

    async def _judge_year(self, connection: Connection, today: date, lives: dict[str, Alert]) -> Sequence[Verdict]:
        year = budget.financial_year(today)
        view = await budget.outturn(connection, SEES_TOTALS, year, today)
        verdicts = []
        for line in view.lines:
            forecast = LineForecast(
                financial_year=year,
                line=line.line.value,
                approved_pence=line.approved_pence,
                low_pence=line.low_pence,
                outturn_pence=line.outturn_pence,
                high_pence=line.high_pence,
                beyond_money_pence=line.beyond_money_pence,
                assumed_prices=view.assumed_prices,
            )
            held = _held(lives, outturn_crossing.key_of(year, forecast.line))
            verdicts.append(outturn_crossing.judge(forecast, self._thresholds.outturn_crossing, held, today))
            held = _held(lives, likely_underspend.key_of(year, forecast.line))
            verdicts.append(likely_underspend.judge(forecast, self._thresholds.likely_underspend, held, today))
        for each in view.volumes:
            volume = KindVolume(
                financial_year=year,
                kind=each.kind.value,
                cap=each.cap,
                override=each.override,
                ordered=each.ordered,
                expected=each.expected,
                beyond=each.beyond,
                assumed_cap=each.assumed,
            )
            for basis in _BASES:
                held = _held(lives, volume_crossing.key_of(basis, year, volume.kind))
                verdicts.append(volume_crossing.judge(basis, volume, self._thresholds.volume_crossing, held, today))
        return verdicts

    async def _judge_due(self, connection: Connection, today: date, lives: dict[str, Alert]) -> Sequence[Verdict]:
        thresholds = self._thresholds.due_beyond_money
        return [
            due_beyond_money.judge(
                LineDue(
                    financial_year=each.financial_year,
                    line=each.line.value,
                    until=each.until,
                    devices=each.devices,
                    gross_pence=each.gross_pence or 0,
                    left_pence=each.left_pence,
                    one_kind=each.one_kind,
                    assumed_prices=each.assumed_prices,
                ),
                thresholds,
                _held(lives, due_beyond_money.key_of(each.financial_year, each.line.value)),
            )
            for each in await budget.due_costs(connection, SEES_PRICES, today, thresholds.days)
        ]

    async def _judge_gates(self, connection: Connection, today: date) -> Sequence[Verdict]:
        thresholds = self._thresholds.procurement_gate
        orders = [
            OrderLacks(order_id=each.order_id, lacks_route=each.lacks_route, lacks_approval=each.lacks_approval)
            for each in await budget.ungated_orders(connection, SEES_PRICES)
        ]
        waves = [
            await self._lacking(connection, each.wave, today)
            for each in await wave_queries.waves(connection, SEES_TOTALS)
            if each.status in UNDECIDED and each.financial_year >= budget.financial_year(today)
        ]
        return [
            procurement_gate.judge_orders(orders, thresholds),
            *(procurement_gate.judge_wave(each, thresholds) for each in waves if each is not None),
        ]

    async def _lacking(self, connection: Connection, wave: str, today: date) -> WaveLacks | None:
        view = await wave_queries.wave(connection, SEES_PRICES, wave, today)
        if view is None:
            return None
        failed = [
            gate for order in view.orders for gate in order.gates if gate.name in _WATCHED_GATES and not gate.passed
        ]
        return WaveLacks(
            wave=view.wave,
            financial_year=view.financial_year,
            lacks_approval=any(gate.name == budget.APPROVAL_REFERENCE for gate in failed),
            sentences=[gate.explanation for gate in failed],
        )

    async def _judge_contracts(self, connection: Connection, today: date, lives: dict[str, Alert]) -> Sequence[Verdict]:
        contracts = [
            ContractStanding(
                contract_id=each.contract_id,
                kinds=[kind.value for kind in each.kinds],
                ceiling_pence=each.ceiling_pence,
                called_pence=each.called_pence,
                starts_on=each.starts_on,
                ends_on=each.ends_on,
                assumed_ceiling="ceiling_pence" in each.assumed,
                assumed_term="ends_on" in each.assumed,
            )
            for each in await budget.contracts(connection, SEES_PRICES)
        ]
        thresholds = self._thresholds.contract_end
        return [
            verdict
            for each in contracts
            for verdict in (
                contract_end.judge_ceiling(
                    each, thresholds, _held(lives, contract_end.ceiling_key(each.contract_id)), today
                ),
                contract_end.judge_term(each, contracts, thresholds, today),
            )
        ]


def _held(lives: dict[str, Alert], key: str) -> float | None:
    """The threshold of an open alert; `lives` holds the open ones."""
    return threshold_held(lives.get(key))
