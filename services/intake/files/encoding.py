"""In which encoding a text file is written: told by its byte order mark, else found out by reading it once."""

from __future__ import annotations

import codecs
from typing import BinaryIO

CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, ""),  # looks like UTF-16's mark, so it is asked first
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


def encoding_of(stream: BinaryIO) -> str:
    """A codec's name. Without a mark it is UTF-8 if every byte fits, else what Windows writes in western Europe.

    Reads the stream to its end. Raises ValueError for UTF-32, which no export has.
    """
    chunk = stream.read(CHUNK)
    for mark, name in _MARKS:
        if chunk.startswith(mark):
            if not name:
                raise ValueError("UTF-32 is not read; save the file as UTF-8")
            return name
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    windows = True
    while chunk:
        if decoder is not None:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                decoder = None
        windows = windows and len(chunk.translate(None, _UNDEFINED_IN_CP1252)) == len(chunk)
        chunk = stream.read(CHUNK)
    if decoder is not None:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            decoder = None
    return "utf-8" if decoder is not None else "cp1252" if windows else "latin-1"
