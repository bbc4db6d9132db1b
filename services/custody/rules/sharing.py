"""Sharing out what a whole batch brought, to the penny."""

from __future__ import annotations

from collections.abc import Sequence


def shares(total_pence: int, weights: Sequence[int]) -> list[int]:
    """`total_pence` in parts as the weights are; evenly where none weighs. The parts always add up to the total.

    What whole pennies leave over goes to the greatest remainders, of equal ones to the first.
    """
    if not weights:
        return []
    by = list(weights) if sum(weights) > 0 else [1] * len(weights)
    whole = sum(by)
    parts = [total_pence * weight // whole for weight in by]
    order = sorted(range(len(by)), key=lambda place: (-(total_pence * by[place] % whole), place))
    for place in order[: total_pence - sum(parts)]:
        parts[place] += 1
    return parts
