"""Takes out of every delivery what neither PostgreSQL nor Slack can keep: zero bytes, and halves of signs.

With one of them in it a delivery could not be stored, so it was never acknowledged, and Slack brought it again in vain.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

_ILLEGIBLE = re.compile("[\x00\ud800-\udfff]")


async def make_legible(
    req: AsyncBoltRequest,
    next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - bolt passes arguments by these names
) -> BoltResponse:
    """Bolt middleware; give it to `app.use` before all else of ours."""
    for key, value in req.body.items():
        req.body[key] = legible(value)
    return await next()


def legible(value: Any) -> Any:
    """The same with each illegible sign replaced, however deep it stands."""
    match value:
        case str():
            return _ILLEGIBLE.sub("\ufffd", value)
        case dict():
            return {legible(key): legible(each) for key, each in value.items()}
        case list():
            return [legible(each) for each in value]
        case _:
            return value
