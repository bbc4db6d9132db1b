"""Workbooks, archives, and what is neither."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from services.intake.files import archives, xlsx_rows
from services.intake.files.opening import open_table
from services.intake.files.rows import Row, UnreadableFile
from tests.payloads import payload


def workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Assets")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_row(0, 0, ["Serial", "Bought", "Seen", "Months", "Cost", "Spare", "Sum"])
        sheet.write_row(1, 0, ["AB1", None, None, 36, 189.5, True])
        sheet.write_datetime(1, 1, datetime.datetime(2025, 2, 20), day)  # noqa: DTZ001 - a workbook has no zones
        sheet.write_datetime(1, 2, datetime.datetime(2025, 2, 20, 8, 12, 55), moment)  # noqa: DTZ001 - as above
        sheet.write_formula(1, 6, "=0.1+0.2", None, 0.1 + 0.2)
        sheet.write_row(3, 0, ["AB2"])
        sheet.write_row(4, 0, [""] * 7 + ["beyond"])
        book.add_worksheet("Other").write_row(0, 0, ["x"])
    return path


def test_a_workbook(tmp_path: Path) -> None:
    table = open_table(workbook(tmp_path / "a.bin"))
    first, second, third = table.rows()
    assert table.counted_in == "row"
    assert first.cells == {
        "serial": "AB1", "bought": "2025-02-20", "seen": "2025-02-20 08:12:55", "months": "36", "cost": "189.5",
        "spare": "true", "sum": "0.3",
    }  # fmt: skip
    assert second == Row(4, {"serial": "AB2"})
    assert (third.number, third.fault) == (5, "the row has 8 fields, the header 7")


def test_a_sheet_by_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    assert open_table(path, sheet=" other").columns == ("x",)
    with pytest.raises(UnreadableFile, match="there is no sheet 'Third'; there are 'Assets', 'Other'"):
        open_table(path, sheet="Third")


def test_entities_are_refused(tmp_path: Path) -> None:
    path, bad = workbook(tmp_path / "a.xlsx"), tmp_path / "bad.xlsx"
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(bad, "w") as written:
        for name in good.namelist():
            content = good.read(name).decode()
            if name == "xl/sharedStrings.xml":
                content = bomb + content.split("?>", 1)[1].replace("AB1", "&b;")
            written.writestr(name, content)
    with pytest.raises(UnreadableFile, match="no readable XLSX workbook"):
        list(open_table(bad).rows())


def test_a_workbook_that_is_broken(tmp_path: Path) -> None:
    path, bad = workbook(tmp_path / "a.xlsx"), tmp_path / "bad.xlsx"
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(bad, "w") as written:
        for name in good.namelist():
            written.writestr(name, good.read(name)[: 300 if name.endswith("sheet1.xml") else None])
    with pytest.raises(UnreadableFile, match="no readable XLSX workbook"):
        list(open_table(bad).rows())


def test_texts_beyond_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_rows, "LARGEST_TEXTS", 100)
    with pytest.raises(UnreadableFile, match="save the sheet as CSV"):
        open_table(workbook(tmp_path / "a.xlsx"))


def zipped(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_one_csv_in_an_archive(tmp_path: Path) -> None:
    body = payload("intune/exportJob_Devices_selected.csv")
    table = open_table(zipped(tmp_path / "Devices.zip", **{"Devices_1.csv": body, "__MACOSX/x": b""}))
    assert [row.cells["devicename"] for row in table.rows()] == ["NWH-LT-0412", "NWH-IP-0093"]
    assert [row.number for row in table.rows()] == [2, 3], "it is read anew each time"


def test_archives_that_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableFile, match=r"exactly one file; it holds 'a.csv'"):
        open_table(zipped(tmp_path / "two.zip", **{"a.csv": b"x", "b.csv": b"y"}))
    whole = zipped(
        tmp_path / "whole.zip", **{"a.csv": payload("intune/exportJob_Devices_selected.csv") * 50}
    ).read_bytes()
    (tmp_path / "bent.zip").write_bytes(whole[:90] + bytes(20) + whole[110:])
    with pytest.raises(UnreadableFile, match="the archive is damaged"):
        open_table(tmp_path / "bent.zip")
    with pytest.raises(UnreadableFile, match="zip bomb"):
        open_table(zipped(tmp_path / "bomb.zip", **{"a.csv": b"0" * (archives.SMALL + 1)}))
    monkeypatch.setattr(archives, "LARGEST_CONTENT", 10)
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        open_table(zipped(tmp_path / "large.zip", **{"a.csv": b"0" * 11}))
    (tmp_path / "torn.zip").write_bytes((tmp_path / "large.zip").read_bytes()[:40])
    with pytest.raises(UnreadableFile, match="the archive is damaged"):
        open_table(tmp_path / "torn.zip")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"%PDF-1.7", "not read"), (b"\xd0\xcf\x11\xe0old", "save it as XLSX")],
)
def test_other_files(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UnreadableFile, match=reason):
        open_table(tmp_path / "a")


def test_only_workbooks_have_sheets_and_a_missing_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a\n1\n")
    with pytest.raises(UnreadableFile, match="only workbooks have sheets"):
        open_table(tmp_path / "a.csv", sheet="x")
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        open_table(tmp_path / "none.csv")
