"""Judging how many devices of each command have not been heard of for weeks."""

from __future__ import annotations

from datetime import datetime

from schemas.events.alert import Alert
from services.access.directory import Directory
from services.database.pool import Connection
from services.register import queries as register_queries
from services.watch import store
from services.watch.conditions import idle_devices
from services.watch.conditions.finding import Verdict
from services.watch.conditions.past_policy_life import Command
from services.watch.rules.life import threshold_held
from services.watch.thresholds import Thresholds


async def judge_idle(
    connection: Connection, now: datetime, directory: Directory, thresholds: Thresholds, lives: dict[str, Alert]
) -> list[Verdict]:
    """How all commands stand at `now`; adds the lives of their alerts to `lives`."""
    limits = thresholds.idle_devices
    idle: dict[str, list[int]] = {}
    for each in await register_queries.idle_by_unit(connection, now, limits.days):
        unit = directory.command_of(each.unit)
        if unit is None:
            continue  # nobody answers for it
        counts = idle.setdefault(unit.code, [0] * len(limits.steps))
        for step in range(each.step):
            counts[step] += each.devices
    keys = {idle_devices.key_of(code) for code in idle}
    gone = set(await store.open_keys(connection, idle_devices.CONDITION)) - keys
    lives |= await store.last_lives(connection, keys | gone)
    verdicts = [Verdict(key=key, condition=idle_devices.CONDITION, finding=None) for key in sorted(gone)]
    for code, counts in sorted(idle.items()):
        manager = directory.manager_of(code)
        command = Command(code=code, name=directory.units[code].name)
        held = threshold_held(lives.get(idle_devices.key_of(code)))
        verdicts.append(idle_devices.judge(command, counts, manager.email.lower() if manager else None, limits, held))
    return verdicts
