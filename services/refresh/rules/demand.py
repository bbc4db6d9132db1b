"""What a device's replacement counts towards: which of the two demands, and what caused it."""

from __future__ import annotations

from schemas.vocabulary import BauCause, Demand, RequestReason

_CAUSES = {
    RequestReason.BROKEN: BauCause.BREAKAGE,
    RequestReason.LOST: BauCause.LOSS,
    RequestReason.STOLEN: BauCause.THEFT,
    RequestReason.ACCESSIBILITY: BauCause.ACCESSIBILITY,
}
"""Mishaps and needs. Slow and worn out are what a refresh is for, asked for by whoever could not wait."""


def demand_of(reason: RequestReason | None) -> Demand:
    """Refresh without a request and for age or slowness; business as usual for mishaps and needs."""
    return Demand.BAU if reason in _CAUSES else Demand.REFRESH


def cause_of(reason: RequestReason | None) -> BauCause | None:
    """What business-as-usual demand came from; None for refresh demand.

    A joiner's or a growing team's devices are no reason in chat yet, so neither cause comes from here.
    """
    return None if reason is None else _CAUSES.get(reason)
