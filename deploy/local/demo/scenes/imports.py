"""An export of another asset system comes in by file: checked whole, imported once, however often it is given."""

from __future__ import annotations

import tempfile
from pathlib import Path

from deploy.local.demo.shell import quartermaster
from deploy.local.demo.stage import Stage
from services.clock import london_date

TITLE = "From a file"
ABOUT = "Two monitors were kept in Snipe-IT only. Its export comes in by `quartermaster import`."
HEADER = "Serial number,Asset Tag,Category,Manufacturer,Model name,Status,Email,Full Name,Purchase Date,Purchase Cost"
NEW = ("CN0DEMO00001", "CN0DEMO00002")


async def play(stage: Stage) -> None:
    """A dry run, the import, the import again; then chat knows the monitor."""
    with tempfile.TemporaryDirectory() as folder:
        await _play(stage, Path(folder) / "snipeit.csv")


async def _play(stage: Stage, file: Path) -> None:
    tell, helen = stage.tell, stage.helen
    rows = [
        f"{serial},MON-90000{place},Screens,Dell,UltraSharp U2723QE,Ready to Deploy,,,06/14/2023,412.50"
        for place, serial in enumerate(NEW, 1)
    ]
    rows.append("CN0DEMO00003,,Screens,Dell,UltraSharp U2723QE,Deployed,,Someone,31/31/2023,412.50")
    _write(file, rows)
    counted = "SELECT count(*) FROM register.devices WHERE serial = ANY ($1)"

    words = await _import(stage, file, "--dry-run")
    tell.check("the bad row is named by its line", "line 4" in words and "31/31/2023" in words)
    words = await _import(stage, file)
    tell.check("with a refused row nothing is imported", "refused" in words)
    tell.equal("known of them", await stage.truth.one(counted, list(NEW)), 0)

    _write(file, rows[:2])
    await _import(stage, file)
    known = await stage.truth.until("SELECT count(*) = 2 FROM register.devices WHERE serial = ANY ($1)", list(NEW))
    tell.check("the register knows both", known)
    letters = await stage.truth.dead_letters()
    events = "SELECT count(*) FROM intake.outbox WHERE position('CN0DEMO'::bytea IN event) > 0"  # others come meanwhile
    tell.equal("events of them", before := await stage.truth.one(events), len(NEW))
    words = await _import(stage, file)
    tell.equal("the same file again: events", await stage.truth.one(events) - before, 0)
    tell.equal("dead letters", await stage.truth.dead_letters(), letters)
    found = await helen.asks("/kit find mon-900001")
    tell.check("chat finds it by its tag", NEW[0] in found.text and "monitor" in found.text.lower(), NEW[0])


def _write(file: Path, rows: list[str]) -> None:
    file.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")


async def _import(stage: Stage, file: Path, *options: str) -> str:
    """Run the command as an operator would; what it said."""
    as_of = london_date(stage.clock.now()).isoformat()
    arguments = ["import", str(file), "--source", "snipeit", "--as-of", as_of, *options]
    shown = ["import", file.name, *arguments[2:]]
    _, words = await quartermaster(stage, arguments, shown)
    return words
