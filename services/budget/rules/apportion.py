"""Sums dealt out in proportion, so that the parts add up to the whole to the penny."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def apportion(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """`total` in proportion to `weights`, none below nought, by largest remainders; among equals the first gains.

    Without any weight everything stays nought.
    """
    whole = sum(weights, Fraction())
    if not whole:
        return [0] * len(weights)
    exact = [total * Fraction(weight) / whole for weight in weights]
    dealt = [share.__floor__() for share in exact]
    gains = sorted(range(len(exact)), key=lambda place: (dealt[place] - exact[place], place))
    for place in gains[: total - sum(dealt)]:
        dealt[place] += 1
    return dealt


def cut_to(limit: int, wanted: Sequence[int]) -> list[int]:
    """What is wanted, or where that is more than `limit`, the limit dealt out in proportion. No part grows."""
    return list(wanted) if sum(wanted) <= limit else apportion(max(0, limit), wanted)
