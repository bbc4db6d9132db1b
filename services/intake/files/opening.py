"""Which reader a file needs: told by its first bytes, since names lie and exports are renamed."""

from __future__ import annotations

import zipfile
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from services.intake.files.archives import BROKEN, opened_archive
from services.intake.files.csv_rows import csv_table
from services.intake.files.json_rows import json_table
from services.intake.files.rows import Table, UnreadableFile
from services.intake.files.xlsx_rows import xlsx_table

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_PDF = b"%PDF"
_GZIP = b"\x1f\x8b"


def open_table(path: Path, *, sheet: str | None = None) -> Table:
    """The table in a CSV, XLSX or JSON file, or in the one CSV of a ZIP. Raises UnreadableFile saying what to do."""
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError as error:
        raise UnreadableFile(f"cannot be opened: {error.strerror}", where=str(path)) from None
    if not start:
        raise UnreadableFile("the file is empty", where=path.name)
    if start.startswith(_ZIP):
        return _zipped(path, sheet)
    if start.startswith((_OLD_EXCEL, _PDF, _GZIP)):
        raise UnreadableFile("this kind of file is not read: save it as XLSX, CSV or JSON", where=path.name)
    if sheet is not None:
        raise UnreadableFile("only workbooks have sheets, and this file is none", where=path.name)
    return _text_table(partial(_open, path), path.name, start)


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _text_table(opener: partial[BinaryIO], name: str, start: bytes) -> Table:
    first = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if first.startswith((b"{", b"[")):
        return json_table(opener, name)
    return csv_table(opener, name)


def _zipped(path: Path, sheet: str | None) -> Table:
    with opened_archive(path) as archive:
        if "[Content_Types].xml" in archive.namelist():
            return xlsx_table(path, sheet)
        entries = [
            entry
            for entry in archive.infolist()
            if not entry.is_dir() and not entry.filename.startswith(("__MACOSX/", "."))
        ]
        if len(entries) != 1:
            names = ", ".join(repr(entry.filename) for entry in entries[:5]) or "none"
            raise UnreadableFile(f"the archive must hold exactly one file; it holds {names}", where=path.name)
        with archive.open(entries[0]) as stream:
            start = stream.read(4096)
    if start.startswith(_ZIP):
        raise UnreadableFile("an archive in an archive is not read: unpack the outer one", where=path.name)
    name = entries[0].filename
    try:
        # Every reader reads its file whole once, to learn its encoding: damage anywhere in it is found here.
        return _text_table(partial(_open_entry, path, name), f"{path.name}, {name}", start)
    except BROKEN as error:
        raise UnreadableFile(f"the archive is damaged: {error}", where=path.name) from None


def _open_entry(path: Path, name: str) -> BinaryIO:
    with zipfile.ZipFile(path) as archive:
        return cast("BinaryIO", archive.open(name))  # the entry keeps the file open until it is closed itself
