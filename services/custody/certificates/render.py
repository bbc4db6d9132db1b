"""The certificate as a PDF. The same content makes the same bytes, on any machine with the same typst."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import typst

TEMPLATE = (Path(__file__).parent / "certificate.typ").read_bytes()

Content = Mapping[str, Any]


def render(content: Content, issued_at: datetime) -> bytes:
    """The PDF. Only typst's own fonts are used, so that a machine's fonts change nothing."""
    made = typst.compile(
        TEMPLATE,
        sys_inputs={"certificate": msgspec.json.encode(content).decode()},
        ignore_system_fonts=True,
        format="pdf",
        timestamp=int(issued_at.timestamp()),
    )
    assert isinstance(made, bytes), "a PDF is one file"
    return made


async def render_aside(content: Content, issued_at: datetime) -> bytes:
    """The same, off the event loop: a batch of hundreds takes a second or so."""
    return await asyncio.to_thread(render, content, issued_at)


def digest_of(content: bytes) -> str:
    """SHA-256 in hex, as our tables and `sha256sum` write it."""
    return hashlib.sha256(content).hexdigest()
