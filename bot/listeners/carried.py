"""What buttons and forms carry back to us. A button of an older version may carry something else than ours do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec

from services.errors import BadInput

OLDER = "This button is from an older version; ask anew, and press there."
OLDER_FORM = "This form is from an older version; close it, open it anew, and fill it in there."


def line_of(action: Mapping[str, Any]) -> str:
    """The words that a button carries. Raises BadInput."""
    value = action.get("value")
    if not isinstance(value, str):
        raise BadInput(OLDER)
    return value


def id_of(action: Mapping[str, Any]) -> UUID:
    """The id that a button carries. Raises BadInput."""
    return read_id(line_of(action))


def id_in(view: Mapping[str, Any]) -> UUID:
    """The id that a form carries. Raises BadInput."""
    return read_id(view.get("private_metadata"))


def read_id(said: object) -> UUID:
    """What is to be an id. Raises BadInput for what is none."""
    try:
        return UUID(said if isinstance(said, str) else "")
    except ValueError:
        raise BadInput(OLDER) from None


@contextmanager
def form_of_ours() -> Iterator[None]:
    """Around the reading of a form: what our own forms cannot hold is told to whoever sent it. Raises BadInput."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, msgspec.MsgspecError):
        raise BadInput(OLDER_FORM) from None
