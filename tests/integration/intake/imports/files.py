"""A file of assets, its mapping, and what an import leaves behind."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from services.clock import FixedClock
from services.database.pool import Pool
from services.intake.imports.checking import Checked
from services.intake.imports.run import Import, open_import
from services.intake.imports.store import Tally
from tests.unit.intake.context import NOW

MAPPING = """
makes: asset
time_zone: Europe/London
fields:
  serial: Serial
  asset_tag: Asset tag
  model: Model
  state:
    column: Status
    table:
      In use: deployed
      Spare: in_stock
  unit: Department
  purchased_on: {column: Bought, formats: ["%d/%m/%Y"]}
  cost: {column: Cost, in: pounds, vat: included}
drop: [Held by]
"""
HEADER = ("Serial", "Asset tag", "Model", "Status", "Department", "Bought", "Cost", "Held by")
AS_OF = "2026-11-01"
UNITS = {"central west": "central-west"}


def asset(number: int, **changes: str) -> dict[str, str]:
    """A row."""
    row = (
        f"SN{number:06d}",
        f"TAG-{number}",
        "Latitude 5440",
        "In use",
        "Central West",
        "04/07/2024",
        "1,240.00",
        "Ann",
    )
    return {**dict(zip(HEADER, row, strict=True)), **changes}


def write_assets(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    """A file of rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return path


def opened(
    path: Path,
    *,
    mapping: str = MAPPING,
    as_of: str | None = AS_OF,
    source: str = "assets",
    sheet: str | None = None,
) -> Import:
    """A file that fits its mapping."""
    return open_import(
        path,
        source=source,
        mapping=mapping,
        mapping_name="mapping",
        sheet=sheet,
        as_of=as_of,
        units=UNITS,
        clock=FixedClock(NOW),
    )


async def bring_in(
    pool: Pool,
    path: Path,
    *,
    mapping: str = MAPPING,
    as_of: str | None = AS_OF,
    accept_refused: bool = False,
    source: str = "assets",
    sheet: str | None = None,
) -> tuple[Checked, Tally | None]:
    """Check and admit as the command does; no tally where there was nothing to admit."""
    one = opened(path, mapping=mapping, as_of=as_of, source=source, sheet=sheet)
    async with one.holding(pool) as connection:
        checked = await one.check(connection)
        if not checked.to_admit and not checked.refused:
            return checked, None
        begun = await one.begin(connection, checked, accept_refused=accept_refused)
        return checked, await one.admit(connection, begun)


async def told(pool: Pool) -> list[dict[str, Any]]:
    """The events that were made safe, by serial and time."""
    rows = await pool.fetch("SELECT event FROM outbox")
    return sorted(
        (msgspec.json.decode(row["event"]) for row in rows), key=lambda event: (event["subject"], event["time"])
    )
