"""Files that answers come with: a chart, or rows for a spreadsheet."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class File:
    """A file to send: name, title, bytes, and what it shows in words."""

    name: str
    title: str
    content: bytes
    described: str
