"""From 1,000,000 devices to a wave: judged by the policy, made into groups, planned; each phase's time and peak memory.

Two processes judge, each its half of the fleet, batch by batch, and hand back only groups; one plans. Memory is the
peak of a process of its own: of one that judges, and of one that plans. The last line is JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TypeVar
from uuid import UUID

from rich.console import Console

from schemas.vocabulary import DeviceState, FundingLine, Kind, RequestReason
from services.refresh import policy as policy_module
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.rules import ApprovedRequest, DeviceStanding, add_months, assess
from services.refresh.rules.waves import Group, Plan, Problem, Quarter, plan
from services.refresh.rules.waves.room import breaches
from tests.bench.refresh_rate import FLEET, UNITS

DEVICES = int(os.environ.get("DEVICES", 1_000_000))
PROCESSES = 2
BATCH = 5_000
TODAY = date(2024, 4, 2)
STARTS = [add_months(date(2024, 4, 1), 3 * place) for place in range(6)]
PRICES = {Kind.LAPTOP: 114_000, Kind.DESKTOP: 78_000, Kind.MONITOR: 19_200, Kind.SMARTPHONE: 42_000}
MONEY = {FundingLine.REFRESH_AND_BAU: 9_000_000_000, FundingLine.TABLET_REPLACEMENT: 3_000_000_000}
REASONS = [RequestReason.BROKEN, RequestReason.LOST, RequestReason.SLOW, RequestReason.ACCESSIBILITY]
console = Console(highlight=False)
Key = tuple[FundingLine, Kind, str, int, int]
Result = TypeVar("Result")


def policy() -> PolicyInForce:
    """The shipped one, a third of the units frontline."""
    file = Path(policy_module.__file__).parent / "policies/metropolitan.yaml"
    return PolicyInForce(Policy.load(file), dict.fromkeys(UNITS[::3], "frontline"))


def fleet(first: int, last: int) -> Iterator[DeviceStanding]:
    """Devices of all ages; some failed, one in fifty is asked a successor for."""
    chance, kinds = Random(first), list(FLEET)
    weights = [weight for weight, _ in FLEET.values()]
    for number in range(first, last):
        (kind,) = chance.choices(kinds, weights)
        model, year = chance.choice(FLEET[kind][1])
        asked = ApprovedRequest(UUID(int=number), f"R-{number}", chance.choice(REASONS), TODAY, False)
        yield DeviceStanding(
            device_id=UUID(int=number),
            state=DeviceState.DEPLOYED,
            kind=kind,
            model=model,
            unit=chance.choice(UNITS),
            purchased_on=date(year, 1, 1) + timedelta(days=chance.randrange(900)),
            failures=tuple(
                TODAY - timedelta(days=chance.randrange(700)) for _ in range(chance.choice((0, 0, 0, 1, 2)))
            ),
            request=asked if chance.random() < 0.02 else None,
        )


def judged(bounds: tuple[int, int]) -> tuple[Counter[Key], float, float, int]:
    """Groups of a part of the fleet, seconds to make it up, seconds to judge and group it, and peak memory in MB."""
    counts, making, judging, in_force = Counter[Key](), 0.0, 0.0, policy()
    first, last = bounds
    for start in range(first, last, BATCH):
        began = time.perf_counter()
        devices = list(fleet(start, min(last, start + BATCH)))
        made = time.perf_counter()
        counts.update(key for device in devices if (key := key_of(device, in_force)))
        making, judging = making + made - began, judging + time.perf_counter() - made
    return counts, making, judging, peak()


def key_of(device: DeviceStanding, in_force: PolicyInForce) -> Key | None:
    """What the plan needs to know of a device; None for one that is not in the queue."""
    found = assess(device, in_force, TODAY)
    if not found.in_queue or found.due_on is None or device.kind is None:
        return None
    tablet = device.kind is Kind.TABLET
    line = FundingLine.TABLET_REPLACEMENT if tablet else FundingLine.REFRESH_AND_BAU
    earliest = max(0, sum(start <= found.due_on for start in STARTS) - 1)
    return line, Kind.LAPTOP if tablet else device.kind, device.unit or "", max(1, found.score), earliest


def problem(counts: Counter[Key], floor_permille: int) -> Problem:
    """Money for some third of the queue, and every other limit in play."""
    groups = [
        Group(line=line, kind=kind, unit=unit, need=need, earliest=earliest, count=count)
        for (line, kind, unit, need, earliest), count in sorted(counts.items())
    ]
    wanted = {kind: sum(group.count for group in groups if group.kind is kind) for kind in PRICES}
    capacity = {kind: max(1, count // 6) for kind, count in wanted.items()}
    return Problem(
        groups=groups,
        quarters=[Quarter(starts_on=start, orders=place < 4, capacity=capacity) for place, start in enumerate(STARTS)],
        price_pence=PRICES,
        money_pence={line: pence * DEVICES // 1_000_000 for line, pence in MONEY.items()},
        cap={Kind.LAPTOP: wanted[Kind.LAPTOP] // 2},
        stock={Kind.LAPTOP: wanted[Kind.LAPTOP] // 40, Kind.SMARTPHONE: wanted[Kind.SMARTPHONE] // 80},
        lead_quarters={Kind.LAPTOP: 1, Kind.DESKTOP: 1},
        delay_permille=100,
        floor_permille=floor_permille,
    )


def peak() -> int:
    """The most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def planned(asked: Problem) -> tuple[Plan, float, int]:
    """The plan, its seconds, and the peak memory of the process that made it, in MB."""
    found, seconds = timed(lambda: plan(asked))
    return found, seconds, peak()


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What a piece of work gives, and how long it takes."""
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def main() -> None:
    """All phases, one after the other."""
    context = multiprocessing.get_context("spawn")
    edges = [DEVICES * place // PROCESSES for place in range(PROCESSES + 1)]
    with context.Pool(PROCESSES) as workers:
        parts = workers.map(judged, pairwise(edges), chunksize=1)
    judging, making = max(part[2] for part in parts), max(part[1] for part in parts)
    counts, merging = timed(lambda: sum((part[0] for part in parts), Counter[Key]()))
    console.print(f"made up {DEVICES:,} devices: {making:.1f} s; judged and grouped by {PROCESSES}: {judging:.1f} s")
    result = {
        "devices": DEVICES,
        "entries": counts.total(),
        "groups": len(counts),
        "judging_seconds": round(judging + merging, 2),
        "judging_peak_mb": max(part[3] for part in parts),
    }
    for name, floor_permille in (("plan", 0), ("plan_with_floors", 200)):
        asked, shaping = timed(lambda permille=floor_permille: problem(counts, permille))
        with context.Pool(1) as worker:
            found, seconds, memory = worker.apply(planned, (asked,))
        assert not breaches(asked, found.choices)
        console.print(
            f"{name}: shaped in {shaping:.2f} s, {found.method} in {seconds:.2f} s with {memory} MB: "
            f"{found.value:,} of at most {found.bound:,}, a gap of {found.gap:.7f}; floors met: {found.floors_met}"
        )
        result |= {f"{name}_seconds": round(seconds, 2), f"{name}_peak_mb": memory, f"{name}_gap": found.gap}
    result["total_seconds"] = round(judging + merging + shaping + seconds, 2)
    console.print(json.dumps(result), soft_wrap=True)


if __name__ == "__main__":
    main()
