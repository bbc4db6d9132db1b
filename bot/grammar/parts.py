"""The parts that several questions share: a unit, a kind, a year, a serial."""

from __future__ import annotations

import re

from schemas.vocabulary import Kind

TERM = re.compile(r"[\w./:-]{2,64}")
NAME = re.compile(r"[^\W\d_](?:[\w.'’-]|\s){1,79}")
"""A person's name as somebody types it."""
ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w.-]{1,255}")
_MAIL_LINK = re.compile(r"<mailto:[^|>]+\|([^>]+)>")
_YEAR = re.compile(r"(?:20)?(\d\d)[/-](?:20)?(\d\d)")
_IN_UNIT = re.compile(r"\bin\s+(.+)$", re.IGNORECASE)
_SUM = re.compile(r"£?\s*([\d,]{1,15})(?:\.(\d{1,6}))?\s*(k|thousand|m|million)?", re.IGNORECASE)
_FACTORS = {"": 100, "k": 100_000, "t": 100_000, "m": 100_000_000}
_MOST_PENCE = 10**13

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


def person_of(rest: str) -> str | None:
    """A name, or an address as typed or as Slack makes a link of it; None for what is neither."""
    said = _MAIL_LINK.sub(r"\1", rest).strip()
    return said if NAME.fullmatch(said) or ADDRESS.fullmatch(said) else None


def year_of(rest: str) -> str | None:
    """24-25 → 2024/25; None for what is no financial year."""
    found = _YEAR.fullmatch(rest)
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        return None
    return f"20{found[1]}/{found[2]}"


def pence_of(words: str) -> int | None:
    """£2m, 1.5 million, 250k, £213,477.50 in pence; None for what is no sum above nought, or one past all budgets."""
    found = _SUM.fullmatch(words.strip())
    if not found or not found[1].replace(",", ""):
        return None
    factor = _FACTORS[(found[3] or "")[:1].lower()]
    fraction = found[2] or ""
    pence = int(found[1].replace(",", "")) * factor
    part, rest = divmod(int(fraction or 0) * factor, 10 ** len(fraction))
    return pence + part if not rest and 0 < pence + part <= _MOST_PENCE else None
