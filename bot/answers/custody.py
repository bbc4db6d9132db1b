"""`custody` and `disposals`: devices that came back, one or many, what became of them, and the files with it."""

from __future__ import annotations

import asyncio
from uuid import UUID

from bot.answers.entitlement import FOR_MANAGERS_UP, MANAGER_UP, check_roles, entitled, looking
from bot.answers.files import File
from bot.desk import Desk
from bot.grammar import Custody, CustodyAct, CustodyBatch, CustodyList, CustodyRecord, Disposals
from bot.notices import names_of
from bot.render import custody, custody_batch, disposals
from bot.render.help import render_open_custody
from bot.render.message import Message
from bot.render.spreadsheet import COMMERCIAL, Sheet, as_csv, workbook
from schemas.vocabulary import Role
from services.access import audit
from services.access.viewer import SEES_ALL_UNITS, Viewer
from services.budget.queries import financial_year
from services.custody import queries
from services.custody.queries import QuarterView
from services.database.pool import Connection
from services.errors import NotAllowed, NotFound

ACTS = frozenset({Role.PLANNER, Role.FINANCE})
WHO_ACTS = "planners, and finance for resale"
WHO_LOOKS = "planners, finance, directors and auditors"
WAITING = 5
MOST_LISTED = 100_000


async def answer(desk: Desk, viewer: Viewer, _asked: Custody) -> Message:
    """How many stand where, and those that wait longest."""
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "custody", "counts")
        counts = await queries.counts(connection, seen)
        oldest = min(counts, key=lambda each: each.oldest_at, default=None)
        waiting = await queries.in_state(connection, seen, oldest.state, limit=WAITING) if oldest else []
    acts = bool(queries.acts_of(viewer))
    return custody.render_overview(counts, waiting, desk.unit_names, desk.clock.now(), acts=acts)


async def answer_list(desk: Desk, viewer: Viewer, asked: CustodyList) -> Message:
    """Those of one state."""
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "custody", asked.state)
        views = await queries.in_state(connection, seen, asked.state, limit=custody.SHOWN)
        counts = await queries.counts(connection, seen)
    total = sum(each.devices for each in counts if each.state is asked.state)
    may = queries.acts_from(viewer, asked.state)
    return custody.render_list(asked, views, max(total, len(views)), desk.unit_names, may)


async def answer_record(desk: Desk, viewer: Viewer, asked: CustodyRecord) -> Message:
    """One device with its chain."""
    async with desk.pool.acquire() as connection, looking(desk, connection, viewer, "custody", asked.term):
        check_roles(desk, viewer, "custody", MANAGER_UP, FOR_MANAGERS_UP)
        view = await queries.custody(connection, viewer, asked.term)
        if view is None:
            raise NotFound(
                f"No device “{asked.term}” is or was in custody, among those you may see. "
                "Check the serial number or asset tag on its label."
            )
    return custody.render_record(view, desk.unit_names, certifies=viewer.has(*SEES_ALL_UNITS), people=names_of(desk))


async def answer_batch(desk: Desk, viewer: Viewer, asked: CustodyBatch) -> Message:
    """One act on many."""
    async with desk.pool.acquire() as connection, looking(desk, connection, viewer, "custody", asked.reference):
        check_roles(desk, viewer, "custody", SEES_ALL_UNITS, WHO_LOOKS)
        batch = await queries.batch(connection, viewer, asked.reference)
        if batch is None:
            raise NotFound(f"There is no batch {asked.reference}.")
    return custody_batch.render_batch(batch, names_of(desk))


async def answer_disposals(desk: Desk, viewer: Viewer, asked: Disposals) -> Message:
    """A financial year by quarter."""
    year = asked.financial_year or financial_year(desk.today)
    quarters = await _quarters(desk, viewer, year)
    return disposals.render(asked, year, quarters, priced=viewer.sees_prices)


async def offer(desk: Desk, viewer: Viewer, asked: CustodyAct) -> Message:
    """The button that opens the form, for who may act. Raises NotAllowed for others. Audited."""
    async with desk.pool.acquire() as connection:
        await may_act(desk, connection, viewer, asked)
    return render_open_custody(asked)


async def may_act(desk: Desk, connection: Connection, viewer: Viewer, asked: CustodyAct) -> None:
    """Raises NotAllowed for those who act on nothing in custody, or not so. Audited."""
    if asked.cause is not None and viewer.has(*ACTS):
        try:
            queries.check_role(viewer, asked.cause)
        except NotAllowed:
            await audit.record(connection, desk.clock.now(), viewer, "custody", asked.line(), granted=False)
            raise
    await entitled(desk, connection, viewer, "custody", asked.line(), roles=ACTS, whose=WHO_ACTS)


async def devices_in(desk: Desk, connection: Connection, viewer: Viewer, asked: CustodyAct) -> int | None:
    """How many devices all of a state are; None where not all of a state are meant."""
    if asked.state is None:
        return None
    counts = await queries.counts(connection, viewer)
    return sum(each.devices for each in counts if each.state is asked.state)


async def list_file(desk: Desk, viewer: Viewer, asked: CustodyList) -> File:
    """Every device of a state."""
    async with desk.pool.acquire() as connection:
        seen = await entitled(desk, connection, viewer, "custody", asked.state)
        views = await queries.in_state(connection, seen, asked.state, limit=MOST_LISTED)
    title = f"In custody: {asked.state.replace('_', ' ')}"
    content = await asyncio.to_thread(lambda: as_csv(disposals.custody_sheet(title, views, desk.unit_names)))
    return File(f"custody-{asked.state}.csv", title, content, f"CSV: {title}")


async def disposals_csv(desk: Desk, viewer: Viewer, asked: Disposals) -> File:
    """Every quarter."""
    title, sheet = await _disposals_sheet(desk, viewer, asked)
    return File("disposals.csv", title, as_csv(sheet), f"CSV: {title}")


async def disposals_xlsx(desk: Desk, viewer: Viewer, asked: Disposals) -> File:
    """The same as a workbook; with proceeds it is marked as commercial."""
    title, sheet = await _disposals_sheet(desk, viewer, asked)
    marking = COMMERCIAL if viewer.sees_prices else None
    content = await asyncio.to_thread(workbook, [sheet], marking=marking)
    return File("disposals.xlsx", title, content, f"Workbook: {title}")


async def certificate_file(desk: Desk, viewer: Viewer, reference: str) -> File:
    """The certificate of a device or a batch."""
    issued = await desk.certificates.issue(viewer, reference)
    title = f"Certificate {issued.number}, {issued.subject}"
    return File(issued.file_name, title, issued.content, f"PDF: {title}; SHA-256 {issued.digest}")


async def proof_file(desk: Desk, viewer: Viewer, document_id: str) -> File:
    """What was uploaded as proof, as it was. Who took it is audited."""
    async with desk.pool.acquire() as connection, looking(desk, connection, viewer, "proof", document_id):
        check_roles(desk, viewer, "proof", SEES_ALL_UNITS, WHO_LOOKS)
        named = _id(document_id)
        found = None if named is None else await queries.document_content(connection, viewer, named)
        if found is None:
            raise NotFound("There is no such proof, or it is not one you may see.")
    document, content = found
    return File(document.name, document.name, content, f"Uploaded as proof; SHA-256 {document.digest}")


def _id(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


async def _disposals_sheet(desk: Desk, viewer: Viewer, asked: Disposals) -> tuple[str, Sheet]:
    year = asked.financial_year or financial_year(desk.today)
    quarters = await _quarters(desk, viewer, year)
    title = f"Disposals {year}" + (f", {COMMERCIAL}" if viewer.sees_prices else "")
    return title, disposals.sheet(year, quarters, priced=viewer.sees_prices)


async def _quarters(desk: Desk, viewer: Viewer, year: str) -> list[QuarterView]:
    async with desk.pool.acquire() as connection:
        await entitled(desk, connection, viewer, "disposals", year, roles=SEES_ALL_UNITS, whose=WHO_LOOKS)
        return await queries.quarters(connection, viewer, year)
