"""Damaged answers of polled vendors: a walk takes them or says that it cannot, and its poller lives on."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from services.intake.polling.calls import Answer, Call
from services.intake.polling.feeds import Feed, UnusableAnswer
from services.intake.translation import Untranslatable, translate_records
from tests.fuzz.expectation import Fault, checked
from tests.unit.intake.context import CONTEXT, NOW

STEPS = 3


def read_damaged(feed: Feed, body: bytes) -> bool:
    """Read a damaged answer as the poller does, and again for what is asked next; False if it is no answer to the feed.

    Raises Fault.
    """
    try:
        walk, pages = feed.walk(None, NOW), []
        asked = first = walk.call
        for step in range(STEPS):
            if asked is None:
                break
            # At last with another status, if the walk can do with one: a vendor that forgot where we were.
            status = max(asked.accepted) if step == STEPS - 1 else 200
            pages += walk.read(Answer(status, body))
            asked = walk.call
            if asked is not None and first is not None:
                _sound_call(feed, first, asked)
    except UnusableAnswer:
        return False
    except Fault:
        raise
    except Exception as error:
        raise Fault(f"{feed.name}: reading an answer raised {error!r}, which no poll should end by") from error
    for page in pages:
        if page.position is not None:
            _sound_position(feed, dict(page.position))
        for record in page.records:
            checked(page.kind or feed.kind, record.body)
        translate_records(page.kind or feed.kind, page.records, CONTEXT)
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
