"""The parts that several questions share: a unit, a kind, a year, a serial."""

from __future__ import annotations

import re

from schemas.vocabulary import Kind

TERM = re.compile(r"[\w./:-]{2,64}")
_YEAR = re.compile(r"(?:20)?(\d\d)[/-](?:20)?(\d\d)")
_IN_UNIT = re.compile(r"\bin\s+(.+)$", re.IGNORECASE)

KINDS = {name: kind for kind in Kind for name in (kind.value, f"{kind.value}s")}
KINDS |= {"phone": Kind.SMARTPHONE, "phones": Kind.SMARTPHONE, "screen": Kind.MONITOR, "screens": Kind.MONITOR}


def unit_of(rest: str) -> tuple[str | None, str]:
    """The unit after `in`, in the person's own words, and what is left without it."""
    found = _IN_UNIT.search(rest)
    if not found:
        return None, rest.strip()
    after = found[1]
    # `in UNIT by …` is as natural as `by … in UNIT`.
    unit, separator, by = after.partition(" by ")
    return unit.strip(), f"{rest[: found.start()]}{separator}{by}".strip()


def year_of(rest: str) -> str | None:
    """24-25 → 2024/25; None for what is no financial year."""
    found = _YEAR.fullmatch(rest)
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        return None
    return f"20{found[1]}/{found[2]}"
