"""Which of the two sums a device's replacement counts towards."""

from __future__ import annotations

from schemas.vocabulary import Demand, RequestReason


def demand_of(reason: RequestReason | None) -> Demand:
    """Business as usual for a request, unless its reason is the policy's own; refresh without a request."""
    if reason is None or reason is RequestReason.END_OF_LIFE:
        return Demand.REFRESH
    return Demand.BAU
