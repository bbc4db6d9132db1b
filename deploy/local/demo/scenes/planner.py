"""The planner's view of the whole fleet, with chart and CSV on a button."""

from __future__ import annotations

import csv
import io
import re

from deploy.local.demo.figures import column, counted, total
from deploy.local.demo.stage import Stage

TITLE = "The planner sees the fleet"
ABOUT = "Helen Marsh sees every unit, but no price; files come in her own conversation with Quartermaster."
PNG = b"\x89PNG\r\n\x1a\n"


async def play(stage: Stage) -> None:
    """Counts by unit, both files, the queue, a device."""
    tell, helen = stage.tell, stage.helen
    by_kind = await helen.asks("/kit counts")
    by_unit = await helen.asks("/kit counts by unit")
    tell.equal("by unit sums to the same total as by kind", sum(column(by_unit.rows, 1)), total(by_kind.text))
    names = {unit.code: unit.name for unit in stage.directory.units.values()}
    fresh = {names.get(code, "not known").lower(): number for code, number in (await stage.truth.held("unit")).items()}
    tell.equal("and each unit's number is right, units", counted(by_unit.rows) == fresh and len(fresh), len(fresh))

    chart = await helen.fetches(by_unit.message, "counts_chart", "Chart")
    tell.check("the chart is a PNG", chart.startswith(PNG), f"{len(chart):,} bytes")
    sheet = await helen.fetches(by_unit.message, "counts_csv", "CSV")
    heads, *rows = list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"))))
    tell.equal("the CSV's columns", heads, ["Unit", "Devices"])
    tell.equal("the CSV's rows sum to the total", sum(column(rows, 1)), total(by_unit.text))

    queue = await helen.asks("/kit queue")
    first = await stage.truth.rows("SELECT serial FROM refresh.queue ORDER BY turn, due_on, entry_id LIMIT 20")
    shown = [place[1] for line in queue.lines if (place := re.match(r"\d+\. (\S+) ", line.text))]
    expected = [serial for (serial,) in first][: len(shown)]
    tell.equal("it begins with the first of the whole queue", shown, expected)

    device = next(device for device in stage.world.devices if device.serial == shown[0])
    found = await helen.asks(f"/kit find {device.serial.lower()}")
    facts = (device.serial, stage.world.asset_tag(device), names[device.unit], device.model.plan.name)
    tell.check("found in any case, as the vendors have it", all(fact in found.text for fact in facts), ", ".join(facts))
    tell.check("without its price", "£" not in found.text)
