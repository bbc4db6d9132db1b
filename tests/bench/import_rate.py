"""How fast a file of half a million assets is imported, beside a bare COPY of the same rows in the same run.

`python -m tests.bench.import_rate [ROWS]` prints what it measured; the last line is JSON. COPY reads the same file
with the csv module and writes its texts into one table without an index. The import reads it twice: it checks every
row against the inbox and the register, then admits it into inbox and outbox, with its progress, 2,000 rows at a time.
"""

from __future__ import annotations

import asyncio
import csv
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import msgspec

from deploy.local.stack.postgres import EmbeddedPostgres
from services.clock import SystemClock
from services.database import migrations
from services.database.pool import open_pool
from services.intake.imports.run import open_import
from services.lifecycle import settle_garbage_collection

ROWS = 500_000
LARGEST_MB = 300
LEAST_SHARE = 0.1
"""Of the rate of a bare COPY, which checks nothing: rows admitted, once they are checked."""

MAPPING = """
makes: asset
time_zone: Europe/London
fields:
  serial: Serial
  asset_tag: Asset tag
  kind: Category
  manufacturer: Manufacturer
  model: Model
  state: {column: Status, table: {Deployed: deployed, In store: in_stock}}
  unit: Department
  holder_email: Held by
  purchased_on: {column: Purchased, formats: ["%d/%m/%Y"]}
  warranty_months: Warranty
  cost: {column: Cost, in: pounds, vat: included}
"""
HEADER = (
    "Serial", "Asset tag", "Category", "Manufacturer", "Model", "Status", "Department", "Held by", "Purchased",
    "Warranty", "Cost", "Notes",
)  # fmt: skip
MODELS = (("Laptops", "Dell", "Latitude 5440", "1,240.00"), ("Laptops", "HP Inc.", "EliteBook 840 G10", "1,198.50"),
          ("Smartphones", "Apple", "iPhone 15", "629"), ("Monitors", "Dell", "U2424H", "189.50"))  # fmt: skip
UNITS = {"central west": "central-west", "central north": "central-north", "met operations": "met-operations"}


def write_file(path: Path, rows: int) -> None:
    """A file of assets as a service desk exports it."""
    first = date(2019, 4, 1)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for number in range(rows):
            kind, maker, model, cost = MODELS[number % len(MODELS)]
            purchased = first + timedelta(days=number % 1800)
            writer.writerow(
                (
                    f"SN{number:07d}", f"TAG-{number:07d}", kind, maker, model,
                    "Deployed" if number % 7 else "In store", ("Central West", "Central North")[number % 2],
                    f"person{number % 43000}@metropolitan.example", purchased.strftime("%d/%m/%Y"), "36", cost,
                    "counted, in store room",
                )
            )  # fmt: skip


async def import_it(path: Path, database_url: str) -> dict[str, float]:
    """Check and admit the file; seconds of both passes."""
    pool = await open_pool(database_url, "intake", size=1)
    async with pool.acquire() as connection:
        started = time.perf_counter()
        one = open_import(
            path, source="bench", mapping=MAPPING, mapping_name="bench", sheet=None, as_of="2026-11-01",
            units=UNITS, clock=SystemClock(),
        )  # fmt: skip
        checked = await one.check(connection)
        assert checked.new == checked.rows, f"not all rows are new: {checked}"
        between = time.perf_counter()
        begun = await one.begin(connection, checked, accept_refused=False)
        tally = await one.admit(connection, begun)
        ended = time.perf_counter()
        assert tally.accepted == checked.rows, f"not all rows were accepted: {tally}"
    await pool.close()
    return {"check": between - started, "admit": ended - between}


async def copy_it(path: Path, database_url: str) -> float:
    """COPY the rows of the file; seconds."""
    connection = await asyncpg.connect(database_url)
    columns = [f"c{number}" for number in range(len(HEADER))]
    await connection.execute(f"CREATE TABLE public.bare ({', '.join(f'{column} text' for column in columns)})")

    def rows() -> Iterator[list[str]]:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            next(reader)
            yield from reader

    started = time.perf_counter()
    await connection.copy_records_to_table("bare", schema_name="public", records=rows(), columns=columns)
    seconds = time.perf_counter() - started
    await connection.close()
    return seconds


async def measure(rows: int) -> dict[str, object]:
    """Both, on a database of their own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "assets.csv"
        write_file(path, rows)
        async with EmbeddedPostgres(Path(folder) / "postgres") as server:
            migrations.apply(server.database_url)
            settle_garbage_collection()
            passes = await import_it(path, server.database_url)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            copied = await copy_it(path, server.database_url)
    return {
        "rows": rows,
        "checked_rows_a_second": round(rows / passes["check"]),
        "admitted_rows_a_second": round(rows / passes["admit"]),
        "import_rows_a_second": round(rows / sum(passes.values())),
        "copy_rows_a_second": round(rows / copied),
        "admitted_to_copied": round(copied / passes["admit"], 3),
        "import_to_copied": round(copied / sum(passes.values()), 3),
        "peak_mb": round(peak),
        "target": {"admitted_to_copied": LEAST_SHARE, "peak_mb": LARGEST_MB},
    }


def main() -> None:
    """Measure; fails if memory is over its bound."""
    result = asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
    for name, value in result.items():
        sys.stdout.write(f"{name}: {value}\n")
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
    assert float(str(result["peak_mb"])) < LARGEST_MB, "the import took more memory than it may"


if __name__ == "__main__":
    main()
