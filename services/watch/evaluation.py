"""Judging: facts from the tables, verdicts from the conditions, alerts and their events from the rules.

Both ways in, an event and the passing of time, come through here, one at a time (an advisory lock held to the end of
the transaction), so that no two of them can raise the same thing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from schemas.events.alert import Alert
from schemas.topics import ALERT
from services.access.directory import Directory
from services.clock import london_date
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.watch import store
from services.watch.conditions import budget_crossing, failing_model, identity_conflict, past_policy_life
from services.watch.conditions.finding import Verdict
from services.watch.conditions.past_policy_life import Command, UnitAgeing
from services.watch.ends import judge_ends
from services.watch.idle import judge_idle
from services.watch.kinds import judge_kinds
from services.watch.people import judge_people
from services.watch.rules.life import is_open, next_event, threshold_held, wake_event
from services.watch.sources import judge_sources
from services.watch.thresholds import Thresholds


@dataclasses.dataclass(frozen=True, slots=True)
class Touched:
    """What to judge anew: lines (year, line), units (unit, kind), models and sources, None for all; open conflicts;
    the ends of devices; what waits on people; devices that are idle.
    """

    lines: Collection[tuple[str, str]] | None = None
    units: Collection[tuple[str, str]] | None = None
    models: Collection[str] | None = None
    conflicts: bool = True
    sources: Collection[str] | None = None
    ends: bool = True
    people: bool = True
    idle: bool = True


EVERYTHING = Touched()


async def tell(
    connection: Connection, now: datetime, verdicts: Sequence[Verdict], lives: Mapping[str, Alert]
) -> list[Outgoing]:
    """Write the alerts that `verdicts` change, and answer their events; `lives` are the last of their keys."""
    changing = [each for each in verdicts if next_event(lives.get(each.key), each, now)]
    # People acknowledge, snooze and assign while we judge: what they just did is read again, and held.
    held = {**lives, **await store.lock_open_lives(connection, [each.key for each in changing])} if changing else lives
    events = [event for each in changing if (event := next_event(held.get(each.key), each, now))]
    await store.keep_alerts(connection, [event.data for event in events])
    return [(ALERT, event) for event in events]


async def wake(connection: Connection, now: datetime) -> list[Outgoing]:
    """End the snoozes whose time has come, and answer their events."""
    asleep = await store.lock_overslept(connection, now)
    events = [event for alert in asleep if (event := wake_event(alert, now))]
    await store.keep_alerts(connection, [event.data for event in events])
    return [(ALERT, event) for event in events]


class Evaluation:
    """Turns the present facts into alerts."""

    def __init__(self, thresholds: Thresholds, directory: Directory) -> None:
        self._thresholds = thresholds
        self._directory = directory

    async def judge(self, connection: Connection, now: datetime, touched: Touched) -> list[Outgoing]:
        """Judge what was touched at `now`, write the alerts that change, and answer their events.

        The caller holds the evaluation lock in this transaction.
        """
        verdicts: list[Verdict] = []
        lives: dict[str, Alert] = {}
        if touched.lines is None or touched.lines:
            verdicts += await self._judge_lines(connection, now, touched.lines, lives)
        if touched.units is None or touched.units:
            verdicts += await self._judge_units(connection, touched.units, lives)
            kinds = None if touched.units is None else {kind for _, kind in touched.units}
            verdicts += await judge_kinds(connection, kinds, self._thresholds, lives)
        if touched.models is None or touched.models:
            verdicts += await self._judge_models(connection, now, touched.models, lives)
        if touched.conflicts:
            verdicts += await self._judge_conflicts(connection, now, lives)
        if touched.sources is None or touched.sources:
            verdicts += await judge_sources(connection, now, touched.sources, self._thresholds, lives)
        if touched.ends:
            verdicts += await judge_ends(connection, now, self._thresholds, lives)
        if touched.people:
            verdicts += await judge_people(connection, now, self._directory, self._thresholds, lives)
        if touched.idle:
            verdicts += await judge_idle(connection, now, self._directory, self._thresholds, lives)
        return await tell(connection, now, verdicts, lives)

    async def _judge_lines(
        self,
        connection: Connection,
        now: datetime,
        lines: Collection[tuple[str, str]] | None,
        lives: dict[str, Alert],
    ) -> Sequence[Verdict]:
        standings = await store.balances(connection, lines)
        lives |= await store.last_lives(
            connection, [budget_crossing.key_of(each.financial_year, each.line) for each in standings]
        )
        return [
            budget_crossing.judge(
                each,
                self._thresholds.budget_crossing,
                _held(lives, budget_crossing.key_of(each.financial_year, each.line)),
                london_date(now),
            )
            for each in standings
        ]

    async def _judge_units(
        self, connection: Connection, units: Collection[tuple[str, str]] | None, lives: dict[str, Alert]
    ) -> Sequence[Verdict]:
        # A command's share is a sum over its teams, so all of a command is read where one team was touched.
        ageing: dict[Command, list[UnitAgeing]] = {}
        for each in await store.ageing(connection, None):
            ageing.setdefault(self._command_of(each.unit), []).append(each)
        touched = ageing.keys() if units is None else {self._command_of(unit) for unit, _ in units}
        commands = sorted(touched & ageing.keys(), key=lambda command: command.code)
        keys = {past_policy_life.key_of(command.code) for command in commands}
        gone: set[str] = set()
        if units is None:
            # Units come and go with the directory; what was said of one that is no more is cleared.
            gone = set(await store.open_keys(connection, past_policy_life.CONDITION)) - keys
        lives |= await store.last_lives(connection, keys | gone)
        return [
            *(
                past_policy_life.judge(
                    command,
                    ageing[command],
                    self._thresholds.past_policy_life,
                    _held(lives, past_policy_life.key_of(command.code)),
                )
                for command in commands
            ),
            *(Verdict(key=key, condition=past_policy_life.CONDITION, finding=None) for key in sorted(gone)),
        ]

    async def _judge_models(
        self, connection: Connection, now: datetime, models: Collection[str] | None, lives: dict[str, Alert]
    ) -> Sequence[Verdict]:
        thresholds = self._thresholds.failing_model
        days = [window.days for window in thresholds.windows]
        counts = await store.failure_windows(connection, now, days, models)
        if models is None:
            # A model that no longer fails has no counts; its alert is cleared all the same.
            still_open = await store.open_keys(connection, failing_model.CONDITION)
            models = counts.keys() | {failing_model.model_of(key) for key in still_open}
        lives |= await store.last_lives(connection, [failing_model.key_of(model) for model in models])
        known_since = await store.known_since(connection)
        return [
            failing_model.judge(
                model,
                counts.get(model, ()),
                thresholds,
                held=is_open(lives.get(failing_model.key_of(model))),
                known_since=known_since,
                now=now,
            )
            for model in sorted(models)
        ]

    async def _judge_conflicts(
        self, connection: Connection, now: datetime, lives: dict[str, Alert]
    ) -> Sequence[Verdict]:
        standing = await store.open_conflicts(connection)
        lives |= await store.last_lives(connection, [identity_conflict.CONDITION])
        return [identity_conflict.judge(standing, self._thresholds.identity_conflict, now)]

    def _command_of(self, code: str) -> Command:
        unit = self._directory.command_of(code)
        return Command(code=code, name=code) if unit is None else Command(code=unit.code, name=unit.name)


def _held(lives: dict[str, Alert], key: str) -> float | None:
    return threshold_held(lives.get(key))
