"""What a list request asks for, and the opaque token that carries it from page to page.

It refuses options that the real list refuses or that no one here needs, so that a client cannot lean
on a behaviour nobody promised.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import hmac
import re
from datetime import datetime
from urllib.parse import quote

from deploy.local.simulator.moments import microseconds

LARGEST_PAGE = 1_000
_KNOWN = {"$top", "$skiptoken", "$filter", "$count", "$select"}
_FILTER = re.compile(r"lastSyncDateTime (ge|gt) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?Z")


class BadRequestError(ValueError):
    """Graph would answer 400; the text says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """Part of a list: from a position, at most `top` records, those synchronised at `since` or later (µs)."""

    top: int
    position: int
    since: int
    filter: str
    select: str
    count: bool


def parse_page(query: dict[str, str], secret: bytes) -> Page:
    """The page that a query string asks for. Raises BadRequestError."""
    unknown = [key for key in query if key not in _KNOWN]
    if unknown:
        raise BadRequestError(f"Query option '{unknown[0]}' is not supported.")
    top = query.get("$top", str(LARGEST_PAGE))
    if not top.isdecimal() or not 1 <= int(top) <= LARGEST_PAGE:
        raise BadRequestError(f"Invalid value '{top}' for $top: it must lie between 1 and {LARGEST_PAGE}.")
    if query.get("$count", "false") not in ("true", "false"):
        raise BadRequestError("Invalid value for $count.")
    asked = query.get("$filter", "")
    return Page(
        top=int(top),
        position=_read_token(query["$skiptoken"], secret) if "$skiptoken" in query else 0,
        since=parse_filter(asked) if asked else 0,
        filter=asked,
        select=query.get("$select", ""),
        count=query.get("$count") == "true",
    )


def parse_filter(text: str) -> int:
    """The moment from which `lastSyncDateTime ge …` (or gt) asks for records, in microseconds."""
    match = _FILTER.fullmatch(text)
    if match is None:
        raise BadRequestError(f"Invalid filter clause: '{text}'.")
    operator, whole, fraction = match.groups()
    try:
        moment = datetime.fromisoformat(f"{whole}+00:00")
    except ValueError as error:
        raise BadRequestError(f"Invalid filter clause: '{text}'.") from error
    # The seventh digit is below what the simulator keeps; rounding down never hides a record.
    since = microseconds(moment) + int((fraction or "0").ljust(7, "0")[:6])
    return since + (operator == "gt")


def next_link(base: str, page: Page, position: int, secret: bytes) -> str:
    """The absolute address of the page that starts at `position`."""
    parts = [f"$top={page.top}"]
    if page.filter:
        parts.append(f"$filter={quote(page.filter)}")
    if page.select:
        parts.append(f"$select={quote(page.select)}")
    parts.append(f"$skiptoken={_write_token(position, secret)}")
    return f"{base}?{'&'.join(parts)}"


def _write_token(position: int, secret: bytes) -> str:
    body = position.to_bytes(6, "big")
    return base64.urlsafe_b64encode(body + _seal(body, secret)).decode().rstrip("=")


def _read_token(token: str, secret: bytes) -> int:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadRequestError("Skip token is invalid.") from error
    if not hmac.compare_digest(_seal(raw[:6], secret), raw[6:]):
        raise BadRequestError("Skip token is invalid.")
    return int.from_bytes(raw[:6], "big")


def _seal(body: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, body, hashlib.sha256).digest()[:12]
