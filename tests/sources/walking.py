"""Reading a feed's walk in tests, as the poller does it."""

from __future__ import annotations

from services.intake.polling.calls import Answer
from services.intake.polling.feeds import Page, Walk


def one_page(walk: Walk, body: bytes) -> Page:
    """The one page that an answer with this body holds."""
    (page,) = walk.read(Answer(200, body))
    return page


def asked(walk: Walk) -> str:
    """The address of what the walk asks for next. Fails if it is over."""
    assert walk.call is not None, "the walk is over"
    return walk.call.url
