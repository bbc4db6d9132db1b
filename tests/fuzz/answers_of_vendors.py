"""Damaged answers of polled vendors: a walk takes them or says that it cannot, and its poller lives on."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from services.intake.calls import Answer, Call
from services.intake.feeds import Feed, UnusableAnswer
from services.intake.translation import Untranslatable, translate_records
from tests.fuzz.expectation import Fault, checked
from tests.unit.intake.context import CONTEXT, NOW


def read_damaged(feed: Feed, body: bytes) -> bool:
    """Read a damaged answer as the poller does; False if it was no answer to the feed. Raises Fault."""
    try:
        walk = feed.walk(None, NOW)
        asked = walk.call
        pages = list(walk.read(Answer(200, body)))
    except UnusableAnswer:
        return False
    except Exception as error:
        raise Fault(f"{feed.name}: reading an answer raised {error!r}, of which its poller dies") from error
    assert asked is not None
    for page in pages:
        if page.position is not None:
            _sound_position(feed, dict(page.position))
        for record in page.records:
            checked(feed.kind, record.body)
        translate_records(feed.kind, page.records, CONTEXT)
    if walk.call is not None:
        _sound_call(feed, asked, walk.call)
    return True


def _sound_position(feed: Feed, position: dict[str, str]) -> None:
    try:
        stored = msgspec.json.encode(position)
        feed.walk(msgspec.json.decode(stored), NOW)
    except (Exception, Untranslatable) as error:
        raise Fault(f"{feed.name}: a position {position!r} from which no walk begins: {error!r}") from error
    if b"\\u0000" in stored:
        raise Fault(f"{feed.name}: a position with a NUL, which PostgreSQL refuses")


def _sound_call(feed: Feed, asked: Call, following: Call) -> None:
    try:
        before, after = urlsplit(asked.url), urlsplit(following.url)
    except ValueError as error:
        raise Fault(f"{feed.name}: asks for {following.url!r} next") from error
    if following.with_credentials and (before.scheme, before.netloc) != (after.scheme, after.netloc):
        raise Fault(f"{feed.name}: would carry its token to {following.url!r}")
