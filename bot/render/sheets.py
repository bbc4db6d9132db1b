"""The refresh queue and waves as sheets: every row of what chat shows the beginning of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.render.queue import CAUSES, rule_in_words, standing, why_in_words
from bot.render.spreadsheet import Cell, Head, Sheet
from bot.render.wording import LINES, kind_name, unit_name
from schemas.vocabulary import Demand
from services.refresh.queries import QueueLine
from services.refresh.wave_queries import WaveEntry, WaveView


def of_queue(lines: Sequence[QueueLine], names: Mapping[str, str]) -> Sheet:
    """One row a place."""
    heads = [
        Head("Place", "number"),
        Head("Serial"),
        Head("Kind"),
        Head("Model"),
        Head("Unit"),
        Head("Due", "date"),
        Head("Why"),
        Head("Score", "number"),
        Head("Demand"),
        Head("Funding line"),
        Head("Stands"),
        Head("Planned for", "date"),
        Head("Wave"),
        Head("Request"),
        Head("Policy version"),
    ]
    rows: list[list[Cell]] = [
        [
            line.place,
            line.serial,
            kind_name(line.kind).capitalize(),
            line.model,
            unit_name(names, line.unit),
            line.due_on,
            why_in_words(line),
            line.score,
            CAUSES[line.cause] if line.cause else _DEMANDS[line.demand],
            LINES.get(line.line or "", ""),
            standing(line) or "waiting",
            line.planned_for,
            line.wave,
            line.request_reference,
            line.policy_version,
        ]
        for line in lines
    ]
    return Sheet("Refresh queue", heads, rows)


def of_entries(entries: Sequence[WaveEntry], names: Mapping[str, str]) -> Sheet:
    """One row a device of a wave, in queue order."""
    heads = [
        Head("Place", "number"),
        Head("Serial"),
        Head("Kind"),
        Head("Model"),
        Head("Unit"),
        Head("Due", "date"),
        Head("Score", "number"),
        Head("Demand"),
        Head("Rule"),
        Head("Funding line"),
        Head("Served by"),
        Head("Order"),
        Head("From the shelf"),
    ]
    rows: list[list[Cell]] = [
        [
            each.place,
            each.serial,
            kind_name(each.kind).capitalize(),
            each.model,
            unit_name(names, each.unit),
            each.due_on,
            each.score,
            _DEMANDS[each.demand],
            rule_in_words(each.rule),
            LINES.get(each.line, each.line),
            each.served_by,
            each.order_id,
            each.stock_serial,
        ]
        for each in entries
    ]
    return Sheet("Entries", heads, rows)


def of_kinds(view: WaveView, *, priced: bool) -> Sheet:
    """One row a kind and line; the cost only with the role."""
    numbers = [Head(title, "number") for title in ("Asked", "From stock", "Ordered", "Later", "Left out")]
    heads = [Head("Kind"), Head("Funding line"), *numbers, *([Head("Cost incl. VAT", "money")] if priced else [])]
    rows: list[list[Cell]] = [
        [
            kind_name(row.kind).capitalize(),
            LINES.get(row.line, row.line),
            *(row.asked, row.from_stock, row.ordered, row.later, row.left_out),
            *([row.gross_pence] if priced else []),
        ]
        for row in view.rows
    ]
    return Sheet("By kind", heads, rows)


def of_units(view: WaveView, names: Mapping[str, str]) -> Sheet:
    """One row a unit."""
    heads = [Head("Unit"), *(Head(title, "number") for title in ("Asked", "Served", "Later", "Left out"))]
    rows: list[list[Cell]] = [
        [unit_name(names, each.unit), each.asked, each.served, each.later, each.left_out] for each in view.units
    ]
    return Sheet("Units", heads, rows)


_DEMANDS: Mapping[Demand, str] = {Demand.REFRESH: "refresh", Demand.BAU: "business as usual"}
