"""`quartermaster import`: bringing in files that other systems exported."""

from __future__ import annotations

import asyncio
import contextlib
import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.command_line.connections import intake_pool
from deploy.command_line.progress import bar
from services.access.directory import Directory
from services.database.pool import Connection, Pool
from services.errors import BadInput
from services.intake.doors import units_of
from services.intake.files.rows import column_name
from services.intake.imports.checking import Checked
from services.intake.imports.run import Import, mapping_in, mapping_of, open_import
from services.intake.imports.store import Begun, Tally
from services.intake.mapping.translate import row_kind_name
from services.intake.translation import Rejected
from services.lifecycle import settle_garbage_collection
from services.settings import Settings, read

console = Console(highlight=False)

File = Annotated[Path, typer.Argument(help="CSV, XLSX or JSON, or a ZIP with one CSV or JSON file in it")]
Source = Annotated[str, typer.Option(help="what the rows come from: a name of your own, or a shipped mapping's")]
MappingFile = Annotated[
    Path | None, typer.Option(help="which column is what; else the source's last one, else the shipped one of its name")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        help="when the file was exported, for rows that do not say when they were true: 2026-11-01 (its beginning) or "
        "2026-11-01T09:30; newer facts from elsewhere stay"
    ),
]


def import_file(
    file: File,
    source: Source,
    mapping: MappingFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only check: change nothing")] = False,
    sheet: Annotated[str | None, typer.Option(help="a workbook's sheet; else its first")] = None,
    as_of: AsOf = None,
    accept_refused: Annotated[
        bool,
        typer.Option(
            "--accept-refused",
            help="import the good rows and keep the refused ones as dead letters. Without it one refused row stops the "
            "file: refused rows most often mean a wrong mapping, and half a file is harder to put right than none",
        ),
    ] = False,
    refused_to: Annotated[
        Path | None, typer.Option(help="write every refused row, with its reason, to this CSV")
    ] = None,
) -> None:
    """Bring in a file that another system exported. The whole file is checked before anything is changed.

    Interrupted, the same command goes on where it stopped. Run twice, it changes nothing.
    """
    try:
        asyncio.run(_import(file, source, mapping, dry_run, sheet, as_of, accept_refused, refused_to))
    except KeyboardInterrupt:
        console.print("interrupted; what was imported stays, and the same command goes on from there")
        raise typer.Exit(130) from None


async def _import(
    file: Path,
    source: str,
    mapping: Path | None,
    dry_run: bool,
    sheet: str | None,
    as_of: str | None,
    accept_refused: bool,
    refused_to: Path | None,
) -> None:
    settings = read(Settings)
    settle_garbage_collection()
    units = units_of(Directory.load(settings.directory_file))
    async with intake_pool() as pool:
        text, name = mapping_in(mapping) if mapping is not None else await _usual_mapping(pool, source)
        one = await asyncio.to_thread(
            open_import,
            file,
            source=source,
            mapping=text,
            mapping_name=name,
            sheet=sheet,
            as_of=as_of,
            units=units,
            clock=settings.clock(),
        )
        _say_what_is_taken(one)
        async with one.holding(pool) as connection:
            await _check_and_admit(connection, one, dry_run, accept_refused, refused_to)


async def _usual_mapping(pool: Pool, source: str) -> tuple[str, str]:
    async with pool.acquire() as connection:
        return await mapping_of(connection, source)


async def _check_and_admit(
    connection: Connection, one: Import, dry_run: bool, accept_refused: bool, refused_to: Path | None
) -> None:
    begun = await one.begun(connection)
    if dry_run or begun is None or begun.finished_at is not None:
        checked = await _check(connection, one, refused_to)
        if dry_run:
            console.print("nothing was changed (--dry-run)")
            raise typer.Exit(1 if checked.refused else 0)
        if not checked.to_admit and (not checked.refused or begun is not None):
            console.print("nothing to do: every row was imported before")
            return
        begun = await one.begin(connection, checked, accept_refused=accept_refused)
    else:
        console.print(f"going on after {begun.tally.done:,} of {begun.rows:,} rows")
    await _admit(connection, one, begun)


def _say_what_is_taken(one: Import) -> None:
    console.print(f"{one.path.name}: {one.table.described_as}", markup=False)
    for words, columns in (("taken", one.fit.taken), ("not mentioned, so dropped", one.fit.unmentioned)):
        if columns:
            console.print(f"  {words}: {', '.join(columns)}", markup=False)


async def _check(connection: Connection, one: Import, refused_to: Path | None) -> Checked:
    with _refused_rows(one, refused_to) as write, bar(console, "checking", None) as moved:
        checked = await one.check(connection, progress=moved, refused=write)
    table = Table("rows", "new", "changed", "unchanged", "left out", "refused")
    counts = (checked.rows, checked.new, checked.changed, checked.unchanged, checked.left_out, checked.refused)
    table.add_row(*(f"{count:,}" for count in counts))
    console.print(table)
    if checked.refused:
        _show_refused(checked, refused_to)
    return checked


def _show_refused(checked: Checked, refused_to: Path | None) -> None:
    table = Table("refused", "why")
    for each in checked.first_refused:
        where, reason = _where_and_why(each)
        table.add_row(Text(where), Text(reason))
    console.print(table)
    if (more := checked.refused - len(checked.first_refused)) > 0:
        written = f"all are in {refused_to}" if refused_to else "--refused-to FILE.csv writes them all"
        console.print(f"and {more:,} more; {written}", markup=False)


def _where_and_why(each: Rejected) -> tuple[str, str]:
    where = each.letter.context.get("record", "")
    return where, each.letter.reason.removeprefix(where).lstrip(": ")


@contextlib.contextmanager
def _refused_rows(one: Import, to: Path | None) -> Iterator[Callable[[Sequence[Rejected]], None]]:
    """Writes refused rows as they are found: where each stood, why, and the row, in columns to be mended."""
    if to is None:
        yield lambda _: None
        return
    columns = [column_name(column) for column in one.table.columns or () if column.strip()]
    try:
        stream = to.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise BadInput(f"cannot be written: {error.strerror}", where=str(to)) from None
    with stream:
        writer = csv.writer(stream)
        writer.writerow(["refused at", "refused because", *(columns or ["record"])])

        def write(rejected: Sequence[Rejected]) -> None:
            for each in rejected:
                cells = msgspec.json.decode(each.letter.body, type=dict[str, str])
                row = [cells.get(column, "") for column in columns] if columns else [each.letter.body.decode()]
                writer.writerow([*_where_and_why(each), *row])

        yield write


async def _admit(connection: Connection, one: Import, begun: Begun) -> None:
    with bar(console, "importing", begun.rows, begun.tally.done) as moved:
        tally = await one.admit(connection, begun, progress=moved)
    _say_what_was_done(tally, one)


def _say_what_was_done(tally: Tally, one: Import) -> None:
    words = [f"{tally.accepted:,} imported"]
    for count, what in ((tally.repeated, "were in already"), (tally.left_out, "left out")):
        if count:
            words.append(f"{count:,} {what}")
    if tally.refused:
        words.append(
            f"{tally.refused:,} refused: `quartermaster deadletter list --source {row_kind_name(one.identity.source)}`"
        )
    console.print(f"{tally.done:,} rows: {', '.join(words)}", markup=False)
