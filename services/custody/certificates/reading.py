"""Reading a certificate back: the chain heads that are printed on it, whatever our tables say of it now."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import msgspec
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from services.errors import BadInput

MOST_BYTES = 50_000_000
_DEVICE = re.compile(
    r"Custody record\s+(?P<reference>C-\d+)"
    r".*?Links in the chain\s+(?P<links>\d+)\s+Chain head\s+(?P<digest>[0-9a-f]{64})",
    re.DOTALL,
)
_ROW = re.compile(r"(?P<reference>C-\d+)\s+(?P<digest>[0-9a-f]{64})\s+(?P<links>\d+) links")
"""Of a batch's. The record stands at the left of its row, over both lines, and is read right before the second, at
times without a space after the words above it.
"""


class PrintedHead(msgspec.Struct, frozen=True, kw_only=True):
    """How far a certificate says that a record's chain went. `number` counts its links."""

    reference: str
    number: int
    digest: str


def heads_on(content: bytes) -> Sequence[PrintedHead]:
    """Every chain head on a certificate, of a device or of a batch. Raises BadInput where there is none to be read."""
    try:
        if len(content) > MOST_BYTES:
            raise BadInput("it is too large to be one of our certificates")
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            "it cannot be read as a PDF; give the file as it was handed out, or the digest with --head"
        ) from error
    one = _DEVICE.search(text)
    found = [
        PrintedHead(reference=each["reference"], number=int(each["links"]), digest=each["digest"])
        for each in ([one] if one else _ROW.finditer(text))
    ]
    if not found:
        raise BadInput("no chain head can be read on it; type the digest that is printed there after --head")
    return found
