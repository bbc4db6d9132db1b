"""What is told of a device's end as bytes: one value, read and written whole; nothing where nothing is told."""

from __future__ import annotations

import msgspec

from services.register.rules.words import Ending

_decoder = msgspec.json.Decoder(Ending)
_encoder = msgspec.json.Encoder()


def write_ending(ending: Ending) -> bytes:
    """What is told of an end as bytes."""
    return _encoder.encode(ending)


def read_ending(stored: bytes) -> Ending:
    """What is told of an end as it was written."""
    return _decoder.decode(stored)
