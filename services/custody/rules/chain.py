"""The chain of custody: each link is digested together with the digest of the one before.

Whoever changes, drops or slips in a link must make every later one anew, and the head that others hold (a certificate,
an event, a print) no longer fits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from services.custody.rules.machine import CUSTODY
from services.machines import NEW

START = ""
"""What stands in the place of a digest before the first link."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One move of a record. `number` counts from 1; `details` is what the step brought, all in words; `previous` and
    `digest` are SHA-256 in hex.
    """

    custody_id: UUID
    number: int
    at: datetime
    cause: str
    source: str
    target: str
    what: str
    who: str
    place: str
    batch: str | None
    details: Mapping[str, str]
    previous: str
    digest: str = ""


def digest_of(link: Link) -> str:
    """The SHA-256, in hex, of the link's content and the digest before it: canonical JSON, keys sorted, time in UTC."""
    content = {name: getattr(link, name) for name in link.__struct_fields__ if name != "digest"}
    content["at"] = link.at.astimezone(UTC)
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def sealed(link: Link) -> Link:
    """The link with its own digest."""
    return msgspec.structs.replace(link, digest=digest_of(link))


def verify(links: Sequence[Link]) -> list[str]:
    """What is wrong with one record's links, in order of their numbers; empty while the chain holds."""
    return list(_faults(links))


def _faults(links: Sequence[Link]) -> Iterator[str]:
    previous, state = START, NEW
    for place, link in enumerate(links, 1):
        if link.number != place:
            yield f"link {place} is missing: {link.number} stands in its place"
            return
        if link.previous != previous:
            yield f"link {place} does not follow from the one before"
        if link.digest != digest_of(link):
            yield f"link {place} was changed"
        if link.source != state or not _is_a_step(link):
            yield f"link {place} skips a step: {link.cause} from {link.source} to {link.target}"
        previous, state = link.digest, link.target


def _is_a_step(link: Link) -> bool:
    return any(step.event == link.cause and step.target == link.target for step in CUSTODY.steps_from(link.source))
