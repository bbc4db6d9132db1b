"""Rule 2, devices: orders of a kind never exceed its cap for the year, for whatever we ourselves commit.

The published paper calls its volumes the maximum demand of the year. An order counts in the year it was first committed
in: where its money rolls over to the next year, its devices stay where they were counted.
"""

from __future__ import annotations

from services.budget.rules.financial_year import bounds

_PLURALS = {"laptop": "laptops", "desktop": "desktops", "monitor": "monitors", "smartphone": "smartphones"}


def within_cap(cap: int | None, before: int, after: int) -> bool:
    """True if our own posting keeps the cap, or orders nothing more. None: no cap was set for that year and kind."""
    return cap is None or after <= max(cap, before)


def no_volume(year: str, kind: str) -> str:
    """Why nothing was committed and what would help. Volumes are public, so staff may read it."""
    _, last = bounds(year)
    return (
        f"All {_PLURALS.get(kind, kind)} that may be ordered in {year} have been. It can go ahead when an order is "
        f"cancelled, when a director raises the number, or in the new year from 1 April {last.year}."
    )


def beyond_cap(year: str, kind: str) -> str:
    """Why a wave was not committed that orders too many of a kind, and what would help."""
    return (
        f"More {_PLURALS.get(kind, kind)} would be ordered than may still be in {year}. Propose it again to plan with "
        "what is left, or a director can raise the number."
    )
