"""What to damage: for each kind of record there is, the payloads under `tests/payloads` that it understands.

A payload is tried whole and, if it is a list in an envelope, record by record. Nobody keeps a table of these: a new
source is found by its payloads, and a kind of record without any fails here by name.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import msgspec

from services.intake.polling.calls import Answer
from services.intake.polling.feeds import Feed, UnusableAnswer
from services.intake.translation import RecordKind, translate_body, translate_records
from tests.fuzz.mutants import Seed
from tests.fuzz.site import KINDS, OPENED
from tests.payloads import FOLDER
from tests.unit.intake.context import CONTEXT, NOW

LARGEST = 40_000
"""A seed is to be damaged in its meaning; bulk is added by damage."""


@functools.cache
def seeds_of_kinds() -> dict[str, list[Seed]]:
    """The seeds of each kind of record, by its name. Raises LookupError for a kind that understands no payload."""
    candidates = list(_candidates())
    found = {name: [seed for seed in candidates if _understands(kind, seed)] for name, kind in KINDS.items()}
    lacking = [name for name, seeds in found.items() if not seeds]
    if lacking:
        raise LookupError(f"no file under tests/payloads is understood as {', '.join(lacking)}: add one")
    return found


@functools.cache
def seeds_of_feeds() -> dict[str, tuple[Feed, list[Seed]]]:
    """Every polled feed with the payloads that are an answer to it, by the feed's name. Raises LookupError likewise."""
    feeds = [polled.feed for opened in OPENED for polled in opened.feeds]
    candidates = list(_candidates())
    found = {feed.name: (feed, [seed for seed in candidates if _answers(feed, seed)]) for feed in feeds}
    lacking = [name for name, (_, seeds) in found.items() if not seeds]
    if lacking:
        raise LookupError(f"no file under tests/payloads is an answer to {', '.join(lacking)}: add one")
    return found


def _candidates() -> Iterator[Seed]:
    for path in sorted(path for path in FOLDER.glob("*/*") if path.is_file()):
        origin = path.relative_to(FOLDER).as_posix()
        body = path.read_bytes()
        yield Seed(origin, body)
        for number, record in enumerate(_listed(body)):
            yield Seed(f"{origin}#{number}", msgspec.json.encode(record))
        if path.suffix == ".csv":
            header, *rows = body.splitlines(keepends=True)
            yield from (Seed(f"{origin}#{number}", header + row) for number, row in enumerate(rows))


def _listed(body: bytes) -> list[Any]:
    """The records of a list payload, whatever its envelope calls them."""
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    lists = content.values() if isinstance(content, dict) else [content]
    return [record for each in lists if isinstance(each, list) for record in each if isinstance(record, dict)]


def _understands(kind: RecordKind, seed: Seed) -> bool:
    if len(seed.body) > LARGEST:
        return False
    result = translate_body(kind, seed.body, CONTEXT)
    # What is of no use is a seed where the sender's own name stands over it, or where the kind has no use but this.
    own = seed.origin.partition("/")[0] == kind.source or not kind.topics
    return not result.rejected and bool(result.events or (own and result.ignored))


def _answers(feed: Feed, seed: Seed) -> bool:
    """It holds what becomes events, or leads to another question."""
    walk = feed.walk(None, NOW)
    first = walk.call
    try:
        pages = list(walk.read(Answer(200, seed.body)))
    except UnusableAnswer:
        return False
    if walk.call is not None and walk.call != first:
        return True
    return any(translate_records(page.kind or feed.kind, page.records, CONTEXT).events for page in pages)
