"""Made-up bodies in the vendors' wire formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent


def payload(path: str) -> bytes:
    """The bytes of a payload, such as `jamf/ComputerAdded.json`."""
    return (FOLDER / path).read_bytes()


def records(path: str, key: str) -> list[bytes]:
    """The records of a list payload, each as its own bytes."""
    listed: dict[str, Any] = msgspec.json.decode(payload(path))
    return [msgspec.json.encode(record) for record in listed[key]]


def changed(body: bytes, /, **fields: object) -> bytes:
    """A JSON object with some fields set anew."""
    return msgspec.json.encode({**msgspec.json.decode(body), **fields})
