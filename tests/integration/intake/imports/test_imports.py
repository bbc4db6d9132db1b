"""Importing: checked first, exact, repeatable, and replayable by a mended mapping."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from services.clock import FixedClock
from services.database.pool import Pool
from services.errors import BadInput, RuleBroken
from services.eventlog import dead_letters
from services.intake.files.rows import UnreadableFile
from services.intake.imports import store
from services.intake.imports.run import NoAsOf, RowsRefused
from services.intake.mapping.shipped import shipped_text
from services.intake.replay import Replay, Replayed
from tests.integration.intake.imports.files import MAPPING, UNITS, asset, bring_in, opened, told, write_assets
from tests.payloads import FOLDER
from tests.unit.intake.context import NOW


async def test_what_is_new_changed_and_unchanged(pool: Pool, tmp_path: Path) -> None:
    """A second import changes nothing; a corrected row counts; the register says which devices are known."""
    path = write_assets(tmp_path / "a.csv", map(asset, range(4_500)))
    checked, tally = await bring_in(pool, path)
    assert (checked.rows, checked.new, checked.refused) == (4_500, 4_500, 0)
    assert tally == store.Tally(done=4_500, accepted=4_500)
    assert len(await told(pool)) == 4_500

    again, nothing = await bring_in(pool, path)
    assert (again.unchanged, again.to_admit, nothing) == (4_500, 0, None)

    await pool.execute(
        "INSERT INTO register.identifiers SELECT 'serial:SN' || lpad(n::text, 6, '0'), gen_random_uuid() "
        "FROM generate_series(0, 4499) AS n"
    )
    rows = [asset(number, **({"Cost": "99.99"} if number == 7 else {})) for number in range(4_501)]
    corrected, second = await bring_in(pool, write_assets(tmp_path / "b.csv", rows))
    assert (corrected.new, corrected.changed, corrected.unchanged) == (1, 1, 4_499)
    assert second == store.Tally(done=4_501, accepted=2, repeated=4_499)
    before, after = (event for event in await told(pool) if event["subject"] == "SN000007")
    assert (before["data"]["cost_pence"], after["data"]["cost_pence"]) == (124_000, 9_999)
    assert before["time"] < after["time"], "of two files that speak of one moment the later one is believed"


async def test_one_refused_row_stops_the_file_unless_that_is_agreed_to(pool: Pool, tmp_path: Path) -> None:
    bad = {2: {"Cost": "dear"}, 5: {"Serial": "N/A", "Asset tag": ""}, 7: {"Bought": "31/02/2024"}}
    path = write_assets(tmp_path / "a.csv", [asset(number, **bad.get(number, {})) for number in range(10)])
    with path.open("a", encoding="utf-8") as stream:
        stream.write("too,few\r\n")
    with pytest.raises(RowsRefused, match="4 rows are refused, so nothing was imported"):
        await bring_in(pool, path)
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0
    assert await pool.fetchval("SELECT count(*) FROM dead_letters") == 0

    checked, tally = await bring_in(pool, path, accept_refused=True)
    assert [each.letter.reason for each in checked.first_refused] == [
        "line 4 Cost: 'dear' is no sum in pounds",
        "line 7: the row names no device: there is no usable serial, asset tag or record id",
        "line 9 Bought: '31/02/2024' is no date written YYYY-MM-DD or %d/%m/%Y",
        "line 12: the row has 2 fields, the header 8",
    ]
    assert tally == store.Tally(done=11, accepted=7, refused=4)
    letters = await pool.fetch("SELECT source, body, context FROM dead_letters ORDER BY context->>'record'")
    assert {letter["source"] for letter in letters} == {"import/assets"}
    assert all(b"Ann" not in letter["body"] for letter in letters), "a column under `drop` is kept nowhere"


async def try_again(pool: Pool) -> Replayed:
    """Replay all dead letters, a year later."""
    replay = Replay(FixedClock(NOW.replace(year=2027)), UNITS)
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch("SELECT fingerprint FROM dead_letters")
        found = [await dead_letters.find(connection, row["fingerprint"]) for row in rows]
        return await replay.replay(connection, "intake", [letter for letter in found if letter is not None])


async def test_a_mended_mapping_and_replay_end_as_a_right_one_at_first(pool: Pool, tmp_path: Path) -> None:
    rows = [asset(number, Status="Spare" if number % 3 else "In use") for number in range(9)]
    path = write_assets(tmp_path / "a.csv", rows)
    await bring_in(pool, path)
    right = await told(pool)
    await pool.execute("TRUNCATE outbox, inbox, imports, mappings")

    wrong = MAPPING.replace("      Spare: in_stock\n", "")
    _, tally = await bring_in(pool, path, mapping=wrong, accept_refused=True)
    assert tally == store.Tally(done=9, accepted=3, refused=6)
    first = await try_again(pool)
    assert set(first.still_dead.values()) == {
        f"line {line} Status: 'Spare' is not in the mapping's table" for line in (3, 4, 6, 7, 9, 10)
    }
    async with pool.acquire() as connection:
        await store.keep_mapping(connection, "assets", MAPPING)
    second = await try_again(pool)
    assert (second.settled, second.accepted, second.still_dead) == (6, 6, {})
    assert await told(pool) == right


async def test_of_the_same_source_one_import_runs_at_a_time(pool: Pool, tmp_path: Path) -> None:
    path = write_assets(tmp_path / "a.csv", [asset(1)])
    async with pool.acquire() as connection:
        await connection.execute("SELECT pg_advisory_lock(hashtext('quartermaster feed'), hashtext('import assets'))")
        with pytest.raises(RuleBroken, match="another import of assets is running"):
            await bring_in(pool, path)


async def test_when_the_rows_were_true_must_be_said(pool: Pool, tmp_path: Path) -> None:
    path = write_assets(tmp_path / "a.csv", [asset(1)])
    with pytest.raises(NoAsOf, match="--as-of 2026-11-01"):
        await bring_in(pool, path, as_of=None)
    for words, reason in (("2027-01-01", "still to come"), ("last week", "no moment")):
        with pytest.raises(BadInput, match=reason):
            await bring_in(pool, path, as_of=words)
    await bring_in(pool, path, as_of="2026-07-01T09:30")
    (event,) = await told(pool)
    assert event["time"] == "2026-07-01T08:30:00.000001Z", "in the mapping's zone"


@pytest.mark.parametrize(
    ("source", "path", "as_of"),
    [
        ("snipeit", "snipeit/assets_import_current_headers.csv", "2026-11-01"),
        ("intune-portal", "intune/portal_devices_export_UNVERIFIED_headers.csv", None),
        ("intune-export", "intune/exportJob_Devices_selected.csv", None),
        ("servicenow-hardware", "servicenow/alm_hardware_table_api.json", None),
    ],
)
async def test_samples_of_vendors(pool: Pool, source: str, path: str, as_of: str | None) -> None:
    mapping = shipped_text(source) or ""
    checked, tally = await bring_in(pool, FOLDER / path, mapping=mapping, source=source, as_of=as_of)
    assert tally is not None
    assert checked.new == tally.accepted == checked.rows > 0
    assert (await bring_in(pool, FOLDER / path, mapping=mapping, source=source, as_of=as_of))[1] is None


FINANCE_HEADER = (
    "Document", "Type", "Order", "Funding line", "Financial year", "Kind", "Quantity", "Net", "VAT", "Date"
)  # fmt: skip
FINANCE_ROWS: list[tuple[Any, ...]] = [
    ("APP-24", "Approval", None, "Refresh and BAU", "2024/25", None, None, 25_000_000, 0, "01/04/2024"),
    ("PO-1", "Purchase order", "PO-1", "Refresh and BAU", "2024/25", "Laptops", 10, 10_250.5, 2_050.1, "04/07/2024"),
    ("INV-1", "Invoice", "PO-1", "Refresh and BAU", "2024/25", "Laptops", 10, 10_250.5, 2_050.1, "09-Aug-2024"),
    ("CN-1", "Credit note", "PO-1", "Refresh and BAU", "2024/25", "Laptops", 1, -1_025.05, -205.01, "12/08/2024"),
]


async def test_finance_documents_in_a_workbook(pool: Pool, tmp_path: Path) -> None:
    path = tmp_path / "finance.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Notes").write_row(0, 0, ["nothing here"])
        sheet = book.add_worksheet("Extract")
        for place, row in enumerate([FINANCE_HEADER, *FINANCE_ROWS]):
            sheet.write_row(place, 0, row)
    mapping = shipped_text("finance") or ""
    checked, tally = await bring_in(pool, path, mapping=mapping, source="finance", sheet="extract", as_of=None)
    assert (checked.new, tally) == (4, store.Tally(done=4, accepted=4))
    documents = [event["data"] for event in await told(pool)]
    assert {each["document_id"]: (each["net_pence"], each["vat_pence"]) for each in documents} == {
        "APP-24": (2_500_000_000, 0),
        "PO-1": (1_025_050, 205_010),
        "INV-1": (1_025_050, 205_010),
        "CN-1": (-102_505, -20_501),
    }
    assert {row["topic"] for row in await pool.fetch("SELECT topic FROM outbox")} == {"finance-document"}
    again, nothing = await bring_in(pool, path, mapping=mapping, source="finance", sheet="extract", as_of=None)
    assert (again.unchanged, nothing) == (4, None)


async def test_a_row_that_is_refused_only_now_stops_it_and_what_was_admitted_stays(pool: Pool, tmp_path: Path) -> None:
    """Between the check and the import, or while it was interrupted, a unit may have gone from the directory."""
    path = write_assets(tmp_path / "a.csv", [asset(number) for number in range(2_100)])
    one = opened(path)
    async with pool.acquire() as connection:
        begun = await one.begin(connection, await one.check(connection), accept_refused=False)
        stopping = dataclasses.replace(one, units={})
        with pytest.raises(RuleBroken, match="'Central West' is no unit of the directory"):
            await stopping.admit(connection, begun)
        assert await one.begun(connection) == begun
        assert (await one.admit(connection, begun)).accepted == 2_100
        finished = await one.begun(connection)
    assert finished is not None
    assert finished.finished_at is not None


async def test_a_file_that_changes_while_it_is_read_is_noticed(pool: Pool, tmp_path: Path) -> None:
    path = write_assets(tmp_path / "a.csv", [asset(1)])
    one = opened(path)
    async with pool.acquire() as connection:
        checked = await one.check(connection)
        begun = await one.begin(connection, checked, accept_refused=False)
        write_assets(path, [asset(1), asset(2)])
        with pytest.raises(UnreadableFile, match="was changed while it was read"):
            await one.admit(connection, begun)
