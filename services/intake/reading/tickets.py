"""Tickets as every desk's translation reads them: which of them are ours."""

from __future__ import annotations

import re

from services.intake.reading.fields import text

_CORRELATION = re.compile(r"(?:[a-z0-9][a-z0-9-]{0,39}-)?R-\d{1,12}", re.ASCII)


def correlation(*candidates: object) -> str | None:
    """The first candidate that may be what we wrote into a ticket of ours: `quartermaster-R-123`, or `R-123`.

    It is passed on whole: what stands before the reference tells apart deployments that share a desk.
    """
    for candidate in candidates:
        if (words := text(candidate)) is not None and _CORRELATION.fullmatch(words):
            return words
    return None
