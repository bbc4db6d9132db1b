"""What became of devices in a financial year: by quarter, by charity, and what resale brought for who may see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from bot import ids
from bot.grammar import Disposals
from bot.render.custody_words import model_of, proof_words, state_words
from bot.render.message import Message, actions, button, escape, header, listed, message, section, table
from bot.render.spreadsheet import Cell, Head, Sheet
from bot.render.wording import kind_name, money, number, unit_name
from services.clock import london_date
from services.custody.queries import CustodyView, QuarterView


def render(asked: Disposals, year: str, quarters: Sequence[QuarterView], *, priced: bool) -> Message:
    """A row a quarter and one for the year."""
    totals = [sum(counts) for counts in zip(*(_counts(each) for each in quarters), strict=True)]
    brought = sum(each.proceeds_pence or 0 for each in quarters)
    rows = [
        [f"Q{each.quarter}", *map(number, _counts(each)), *([money(each.proceeds_pence or 0)] if priced else [])]
        for each in quarters
    ]
    rows.append(["Year", *map(number, totals or [0] * 4), *([money(brought)] if priced else [])])
    heads = ("Quarter", "Resold", "Given away", "Recycled", "Destroyed", *(("Proceeds",) if priced else ()))
    given: Counter[str] = Counter()
    for each in quarters:
        given.update(dict(each.by_charity))
    blocks = [header(f"Disposals {year}"), *table(heads, rows, numbers_from=1)]
    if given:
        lines = [f"{escape(key)}: {number(count)}" for key, count in given.most_common()]
        blocks += [section("*Given to charities*"), listed(lines)]
    line = Disposals(year).line()
    blocks.append(actions(button("CSV", ids.DISPOSALS_CSV, line), button("XLSX", ids.DISPOSALS_XLSX, line)))
    return message(f"Disposals {year}: {number(sum(totals))} devices", blocks)


def sheet(year: str, quarters: Sequence[QuarterView], *, priced: bool) -> Sheet:
    """One row a quarter, with a column a charity."""
    keys = sorted({key for each in quarters for key, _ in each.by_charity})
    heads = [Head("Financial year"), Head("Quarter", "number")]
    heads += [Head(title, "number") for title in ("Resold", "Given away", "Recycled", "Destroyed")]
    heads += [Head(f"To {key}", "number") for key in keys]
    heads += [Head("Proceeds", "money")] if priced else []
    rows: list[list[Cell]] = []
    for each in quarters:
        given = dict(each.by_charity)
        brought: list[Cell] = [each.proceeds_pence] if priced else []
        rows.append([year, each.quarter, *_counts(each), *(given.get(key, 0) for key in keys), *brought])
    return Sheet(f"Disposals {year}", heads, rows)


def custody_sheet(name: str, views: Sequence[CustodyView], names: Mapping[str, str]) -> Sheet:
    """Devices in custody, one row each; the first column can be given back as a list to act on."""
    titles = (
        "C-number",
        "Serial",
        "Asset tag",
        "Kind",
        "Model",
        "Unit",
        "State",
        "Place",
        "Proof",
        "Charity",
        "WEEE note",
    )
    heads = [*(Head(title) for title in titles), Head("Came back", "date"), Head("Bought", "date")]
    rows: list[list[Cell]] = [
        [
            view.reference,
            view.serial,
            view.asset_tag,
            kind_name(view.kind),
            model_of(view),
            unit_name(names, view.unit),
            state_words(view.state),
            view.place,
            proof_words(view),
            view.charity_name or view.charity,
            view.weee_note,
            london_date(view.came_at),
            view.purchased_on,
        ]
        for view in views
    ]
    return Sheet(name, heads, rows)


def _counts(quarter: QuarterView) -> tuple[int, int, int, int]:
    return quarter.resold, quarter.redistributed, quarter.recycled, quarter.destroyed
