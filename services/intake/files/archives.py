"""ZIP archives from outside: what they will unpack to is checked before a byte of it is unpacked.

`zipfile` never reads past the size that an entry declares, so the declared sizes are the bound.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.intake.files.rows import UnreadableFile

BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)
"""What `zipfile` raises for archives that are damaged, or packed in a way that it does not know."""

MOST_ENTRIES = 2_000
LARGEST_CONTENT = 4 << 30
"""Bytes of all entries unpacked. Half a million rows are about 0.3 GiB as XLSX, 0.1 GiB as CSV."""
LARGEST_RATIO = 250
"""Unpacked to packed. Tables pack some 10 to 50 times; deflate's own limit, which bombs reach, is about 1,030."""
SMALL = 16 << 20
"""Below this an entry may pack as well as it likes."""


@contextmanager
def opened_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive whose entries may be read. Raises UnreadableFile for a broken, locked or suspicious one."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(archive, path.name)
            yield archive
    except BROKEN as error:
        raise UnreadableFile(f"the archive is damaged: {error}", where=path.name) from None


def check_sizes(archive: zipfile.ZipFile, name: str) -> None:
    """Raise UnreadableFile for an archive that would unpack to more than any export does, or asks for a password."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise UnreadableFile(f"the archive holds {len(entries)} files, more than any export does", where=name)
    if sum(entry.file_size for entry in entries) > LARGEST_CONTENT:
        raise UnreadableFile(f"the archive unpacks to more than {LARGEST_CONTENT >> 30} GiB", where=name)
    for entry in entries:
        if entry.flag_bits & 1:
            raise UnreadableFile("the archive is locked with a password: unpack it first", where=name)
        if entry.file_size > SMALL and entry.file_size > LARGEST_RATIO * max(entry.compress_size, 1):
            raise UnreadableFile(
                f"{entry.filename!r} unpacks to {entry.file_size >> 20} MiB out of next to nothing: "
                "this is a zip bomb or a mistake",
                where=name,
            )
