"""A claim's facts as bytes: one value, since they are always read and written whole and mean nothing to SQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec

from schemas.vocabulary import DeviceState, Kind

_Text = str | None
_Values = tuple[
    _Text,  # serial
    _Text,  # asset tag
    Kind | None,
    _Text,  # manufacturer
    _Text,  # model
    _Text,  # system
    _Text,  # its version
    DeviceState | None,
    _Text,  # unit
    _Text,  # holder's address
    date | None,  # bought
    date | None,  # warranty ends
    int | None,  # cost in pence
    bool | None,  # compliant
    datetime | None,  # last seen
    datetime | None,  # in use
    datetime | None,  # wiped
]
"""In the order of rules.facts.Field, up to the battery, which has columns of its own (see `store`)."""

_decoder = msgspec.json.Decoder(tuple[_Values, list[int]])
_encoder = msgspec.json.Encoder()


def write_facts(values: list[Any], weights: list[int]) -> bytes:
    """Values and weights as bytes."""
    return _encoder.encode((values, weights))


def read_facts(stored: bytes) -> tuple[list[Any], list[int]]:
    """Values and weights as they were written."""
    values, weights = _decoder.decode(stored)
    return list(values), weights
