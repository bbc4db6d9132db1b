"""The rows of a report's ZIP, one after the other: the CSV inside is never unfolded whole.

The ZIP comes from a storage address that Graph names, so it is handled with care: one member, of a size that a report
may have, read in lines of a length that a row may have.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from typing import IO

from services.intake.polling.feeds import UnusableAnswer
from services.intake.sources.intune.export_translation import columns
from services.intake.translation import Record, Untranslatable

LARGEST_CSV_BYTES = 1024**3
LONGEST_ROW_BYTES = 64 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
_ENCRYPTED = 1
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_Line = tuple[int, bytes]


def rows(archive: bytes) -> Iterator[Record]:
    """The CSV's rows, each after the header that it needs to be read by. Raises UnusableAnswer, also half-way."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as folded, folded.open(_only_member(folded)) as file:
            yield from _records(file)
    except _BROKEN as error:
        raise UnusableAnswer(f"the export is no whole ZIP: {error!r}") from None


def _only_member(folded: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = folded.infolist()
    if len(members) != 1 or members[0].is_dir():
        raise UnusableAnswer(f"the export holds {len(members)} files, not one")
    (member,) = members
    if member.file_size > LARGEST_CSV_BYTES:
        raise UnusableAnswer(f"the export unfolds to more than {LARGEST_CSV_BYTES} bytes")
    if member.flag_bits & _ENCRYPTED or member.compress_type not in _PLAIN:
        raise UnusableAnswer("the export is encrypted, or folded in a way that Intune does not use")
    return member


def _records(file: IO[bytes]) -> Iterator[Record]:
    lines = _lines(file)
    _, header = next(lines, (1, b""))
    header = header.rstrip(b"\r\n") + b"\r\n"
    try:
        columns(header)
    except Untranslatable as error:
        raise UnusableAnswer(f"the export's header: {error}") from None
    for number, row in _whole_rows(lines):
        if row.strip():
            yield Record(header + row, f"line {number}")


def _lines(file: IO[bytes]) -> Iterator[_Line]:
    number = 0
    while line := file.readline(LONGEST_ROW_BYTES + 1):
        number += 1
        if len(line) > LONGEST_ROW_BYTES:
            raise UnusableAnswer(f"line {number} of the export is longer than any row should be")
        yield number, line


def _whole_rows(lines: Iterator[_Line]) -> Iterator[_Line]:
    """Rows with the number of their first line. A quoted field may hold line ends, so a row may take several lines.

    Where a quote is never closed, the line that opened it stands alone, and those after it are rows of their own.
    """
    waiting: deque[_Line] = deque()

    def following() -> _Line | None:
        return waiting.popleft() if waiting else next(lines, None)

    while (first := following()) is not None:
        number, row = first
        further: list[_Line] = []
        is_open = row.count(b'"') % 2 == 1
        size = len(row)
        while is_open and size <= LONGEST_ROW_BYTES and (line := following()) is not None:
            further.append(line)
            size += len(line[1])
            is_open = line[1].count(b'"') % 2 == 0
        if is_open:
            waiting.extendleft(reversed(further))
            further = []
        yield number, row + b"".join(line for _, line in further)
