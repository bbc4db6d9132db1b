"""Lists of devices that people paste or upload: read into the names on them, in their order, each once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from services.errors import BadInput

MOST_DEVICES = 5000
MOST_NAME = 100
_HEADS = ("c-number", "c number", "custody record", "reference", "serial", "serial number", "serialnumber")
_OTHER_HEADS = ("asset tag", "asset_tag", "tag", "asset", "device")
_BETWEEN = re.compile(r"[\s,;]+")


def read_pasted(text: str) -> list[str]:
    """Names with white space, commas or semicolons between."""
    return _once(_BETWEEN.split(text))


def read_file(content: bytes, where: str) -> list[str]:
    """The column headed C-number, serial or asset tag; without such a head the first. Raises BadInput at `where`."""
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("that file is no text; save the sheet as CSV and attach that", where=where) from None
    first = text.partition("\n")[0]
    between = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=between) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadInput(f"that file cannot be read as CSV ({error})", where=where) from None
    if not rows:
        return []
    heads = [cell.strip().lower() for cell in rows[0]]
    named = [place for head in (*_HEADS, *_OTHER_HEADS) for place, each in enumerate(heads) if each == head]
    if named:
        rows = rows[1:]
    column = named[0] if named else 0
    return _once(row[column] for row in rows if len(row) > column)


def checked(names: list[str], where: str) -> list[str]:
    """The names, if there are some and not too many. Raises BadInput at `where`."""
    if not names:
        raise BadInput("no device is named there; give serials, asset tags or C-numbers", where=where)
    if len(names) > MOST_DEVICES:
        raise BadInput(f"at most {MOST_DEVICES:,} devices at once, please; these are {len(names):,}", where=where)
    return names


def _once(names: Iterable[str]) -> list[str]:
    found = (name.strip().strip("'\"")[:MOST_NAME] for name in names)
    return list(dict.fromkeys(name for name in found if name))
