"""A year's money by one side of it: kind, unit, demand or month. For those who may see prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from slack_sdk.models.blocks import Block

from bot.grammar import Budget, BudgetSide
from bot.render.budget import DEMANDS, buttons
from bot.render.message import Message, header, message, note, section, table
from bot.render.wording import money, month, number, pounds, unit_name
from services.budget.queries import MonthOutturn, OutturnView, PartOutturn


def parts_of(view: OutturnView, side: BudgetSide) -> Sequence[PartOutturn]:
    """The parts of a side, the costliest first; empty for months, which are no parts of that shape."""
    found = {BudgetSide.KIND: view.kinds, BudgetSide.UNIT: view.units, BudgetSide.DEMAND: view.demands}.get(side, ())
    return sorted(found, key=lambda part: (-part.outturn_pence, part.name))


def part_name(side: BudgetSide, name: str, names: Mapping[str, str]) -> str:
    """A part as people know it."""
    if side is BudgetSide.UNIT:
        return unit_name(names, name).capitalize() if not name else unit_name(names, name)
    if side is BudgetSide.DEMAND:
        return DEMANDS.get(name, name)
    return (name or "no kind told").capitalize()


def render_side(asked: Budget, view: OutturnView, names: Mapping[str, str]) -> Message:
    """The answer to `budget by …`."""
    side = asked.by
    assert side is not None
    title = f"Budget {view.financial_year} by {side}"
    blocks: list[Block] = [header(title)]
    heads, rows = _months(view.months) if side is BudgetSide.MONTH else _parts(side, parts_of(view, side), names)
    if not view.lines or not rows:
        blocks.append(section("Nothing is on record for that year."))
        return message(f"{title}: nothing on record", blocks)
    blocks += table(heads, rows, numbers_from=1)
    blocks.append(buttons(asked, sees_prices=True))
    blocks.append(note("Sums include VAT, all lines together. Chart and files come in a direct message."))
    ends = heads.index("Together so far" if side is BudgetSide.MONTH else "Outturn")
    told = "; ".join(f"{row[0]}: {row[ends]}" for row in rows[:20])
    return message(f"{title}. {told}", blocks)


def _parts(
    side: BudgetSide, parts: Sequence[PartOutturn], names: Mapping[str, str]
) -> tuple[list[str], list[list[str]]]:
    rows = [
        [
            part_name(side, part.name, names),
            number(part.quantity),
            money(part.committed_pence),
            money(part.invoiced_pence),
            pounds(part.expected_pence),
            pounds(part.outturn_pence),
            f"{pounds(part.low_pence)} to {pounds(part.high_pence)}",
        ]
        for part in parts
    ]
    return [side.value.capitalize(), "Ordered", "Committed", "Invoiced", "Expected", "Outturn", "Range"], rows


def _months(months: Sequence[MonthOutturn]) -> tuple[list[str], list[list[str]]]:
    grid: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for each in months:
        sums = (each.quantity, each.committed_pence + each.invoiced_pence, each.invoiced_pence, each.expected_pence)
        grid[each.month] = [before + now for before, now in zip(grid[each.month], sums, strict=True)]
    rows, so_far = [], 0
    for when, (quantity, ordered, invoiced, expected) in sorted(grid.items()):
        so_far += ordered + expected
        rows.append([month(when), number(quantity), money(ordered), money(invoiced), pounds(expected), pounds(so_far)])
    return ["Month", "Devices", "Ordered", "Invoiced", "Expected", "Together so far"], rows
