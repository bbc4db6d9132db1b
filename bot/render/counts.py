"""Counts as a table, with buttons for a chart and a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot import ids
from bot.grammar import Counts
from bot.render.message import Message, actions, button, header, message, note, section, table
from bot.render.wording import number, share
from services.register.queries import CountRow, Dimension

_HEADS: Mapping[Dimension, str] = {
    Dimension.KIND: "Kind",
    Dimension.UNIT: "Unit",
    Dimension.MODEL: "Model",
    Dimension.AGE: "Age",
    Dimension.STATE: "State",
    Dimension.OS: "System",
}


UNKNOWN = "unknown"


def labels(asked: Counts, row: CountRow, names: Mapping[str, str]) -> list[str]:
    """A row's keys as people read them."""
    return [_label(dimension, key, names) for dimension, key in zip(asked.by, row.keys, strict=True)]


def _label(dimension: Dimension, key: str, names: Mapping[str, str]) -> str:
    if key == UNKNOWN:
        return "Not known"
    if dimension is Dimension.UNIT:
        return names.get(key, key)
    words = key.replace("_", " ")
    return words.capitalize() if dimension in (Dimension.KIND, Dimension.STATE, Dimension.AGE) else words


def title(asked: Counts, unit: str | None) -> str:
    """What is counted."""
    what = f"{asked.kind.value.capitalize()}s" if asked.kind else "Devices"
    by = " and ".join("system" if dimension is Dimension.OS else dimension.value for dimension in asked.by)
    return f"{what} by {by}" + (f", {unit}" if unit else "")


def render(asked: Counts, rows: Sequence[CountRow], names: Mapping[str, str], unit: str | None) -> Message:
    """The answer to `counts`."""
    total = sum(row.devices for row in rows)
    blocks: list[Block] = [header(title(asked, unit))]
    if not rows:
        return message(f"{title(asked, unit)}: none", [*blocks, section("There are none in what you may see.")])
    blocks.append(section(f"*{number(total)}* in all"))
    heads = [*(_HEADS[dimension] for dimension in asked.by), "Devices", "Share"]
    cells = [[*labels(asked, row, names), number(row.devices), share(row.devices, total)] for row in rows]
    blocks += table(heads, cells, numbers_from=len(asked.by))
    line = asked.line()
    blocks.append(actions(button("Chart", ids.COUNTS_CHART, line), button("CSV", ids.COUNTS_CSV, line)))
    blocks.append(note("Devices the organisation still holds. Chart and CSV come in a direct message."))
    told = "; ".join(f"{' / '.join(labels(asked, row, names))}: {number(row.devices)}" for row in rows[:20])
    return message(f"{title(asked, unit)}: {number(total)} in all. {told}", blocks)


def as_csv(asked: Counts, rows: Sequence[CountRow], names: Mapping[str, str]) -> bytes:
    """The whole count, for a spreadsheet: UTF-8 with a mark, and no cell that a spreadsheet would run."""
    written = io.StringIO()
    out = csv.writer(written)
    out.writerow([*(_HEADS[dimension] for dimension in asked.by), "Devices"])
    for row in rows:
        out.writerow([*(_tame(label) for label in labels(asked, row, names)), row.devices])
    return written.getvalue().encode("utf-8-sig")


def _tame(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
