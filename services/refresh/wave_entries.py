"""From a plan to a wave's entries as stored: which entry is served when and how. In sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from uuid import UUID

from schemas.vocabulary import FundingLine, Kind
from services.database.pool import Connection
from services.refresh.proposing import SQL, Reading, pairs
from services.refresh.rules import add_months
from services.refresh.rules.waves.problem import Plan, Source
from services.refresh.tally import Served
from services.refresh.wave_queries import LeftOutRow


def left_out(reading: Reading, plan: Plan) -> list[LeftOutRow]:
    """What no quarter reaches, by kind and reason."""
    found: dict[tuple[Kind, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in plan.left_out:
        counted = found[reading.problem.groups[each.group].kind, each.why.value]
        counted[0] += each.count
        counted[1] = max(counted[1], reading.scores[each.group])
    for row in reading.beyond:
        counted = found[row.kind, row.why]
        counted[0] += row.entries
        counted[1] = max(counted[1], row.highest_score)
    return [
        LeftOutRow(kind=kind, why=why, entries=entries, highest_score=score)
        for (kind, why), (entries, score) in sorted(found.items())
    ]


def order_id(wave: str, line: FundingLine, kind: Kind) -> str:
    """The id of a wave's order of a kind. One line buys most of all; another's name stands in its orders."""
    return f"QM-{wave}-{kind}" if line is FundingLine.REFRESH_AND_BAU else f"QM-{wave}-{kind}-{line}"


async def keep_entries(connection: Connection, wave_id: UUID, wave: str, reading: Reading, plan: Plan) -> list[Served]:
    """Write which entry the plan serves when and how, in the queue's order within each group; what was written."""
    starts = reading.basis.starts
    columns = [list(column) for column in zip(*_ranges(wave, reading, plan), strict=True)] or [[]] * 11
    shelf = [
        (kind, place, device_id)
        for kind, devices in reading.shelf.items()
        for place, device_id in enumerate(devices, start=1)
    ]
    await connection.execute(
        SQL["keep_entries"],
        *pairs(reading.basis.bought),
        reading.requested,
        [*starts, add_months(starts[-1], 3)],
        reading.today,
        wave_id,
        *columns,
        *([list(column) for column in zip(*shelf, strict=True)] or [[], [], []]),
        starts[0],
    )
    return await served(connection, wave_id)


def _ranges(wave: str, reading: Reading, plan: Plan) -> Iterator[tuple[object, ...]]:
    """A row for each choice: its group, which of the group's entries from first to last, and how they are served."""
    starts = reading.basis.starts
    ordered = sorted(
        plan.choices, key=lambda each: (each.group, each.delivered_in, each.ordered_in, each.source is Source.ORDER)
    )
    for number, choices in groupby(ordered, key=lambda each: each.group):
        group, first = reading.problem.groups[number], 1
        for choice in choices:
            ordering = choice.source is Source.ORDER and choice.ordered_in == 0
            yield (
                group.line,
                group.kind,
                group.unit,
                group.need,
                group.earliest,
                first,
                first + choice.count - 1,
                starts[choice.ordered_in],
                starts[choice.delivered_in],
                choice.source.value,
                order_id(wave, group.line, group.kind) if ordering else None,
            )
            first += choice.count


async def served(connection: Connection, wave_id: UUID) -> list[Served]:
    """What a wave's plan serves, counted."""
    return [Served(*row) for row in await connection.fetch(SQL["served"], wave_id)]
