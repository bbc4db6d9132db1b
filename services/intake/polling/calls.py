"""A question to a vendor, and the answer: what a feed says it wants, before anybody asks."""

from __future__ import annotations

import dataclasses
from typing import Literal, NamedTuple

LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
OK = frozenset({200})
Method = Literal["GET", "POST", "PATCH", "DELETE"]


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One request. `body` is sent as JSON; `after_seconds` is waited first, for what takes the vendor a while.

    `with_credentials` is false where an answer led us to an address that is not the vendor's API: no token goes there.
    `accepted` are the statuses that are an answer; whatever else comes is waited out or ends the walk.
    """

    url: str
    method: Method = "GET"
    body: bytes | None = None
    after_seconds: float = 0.0
    with_credentials: bool = True
    accepted: frozenset[int] = OK
    largest_bytes: int = LARGEST_ANSWER_BYTES


class Answer(NamedTuple):
    """An accepted status and the body, whole."""

    status: int
    body: bytes
