"""What policy says at once when somebody asks: the words, and the reasons people give."""

from __future__ import annotations

from enum import StrEnum

from schemas.vocabulary import BauCause, RequestReason


class Verdict(StrEnum):
    """Policy's answer to a request."""

    REPAIR = "repair"
    SWAP_FROM_STOCK = "swap_from_stock"
    REFRESH_NOW = "refresh_now"
    WAIT_FOR_WAVE = "wait_for_wave"
    MANAGER_APPROVAL = "manager_approval"


class Reason(StrEnum):
    """What happened, in the words a person picks. A joiner replaces nothing, and nothing comes for what a
    leaver hands back or a manager asks for.
    """

    BROKEN = "broken"
    SLOW = "slow"
    LOST = "lost"
    STOLEN = "stolen"
    END_OF_LIFE = "end_of_life"
    ACCESSIBILITY = "accessibility"
    JOINER = "joiner"
    LEAVER = "leaver"
    RECLAIM = "reclaim"

    @property
    def only_returns(self) -> bool:
        """Whether a device goes back and none is asked for: its holder leaves, or a manager asks for it."""
        return self in (Reason.LEAVER, Reason.RECLAIM)

    @property
    def told(self) -> tuple[RequestReason, BauCause | None]:
        """How events say it. Their enumeration is closed, so a joiner travels as a cause beside `broken`: whoever
        knows no causes still counts business-as-usual demand. What only goes back is never approved or ordered, so
        nobody counts it.
        """
        if self is Reason.JOINER:
            return RequestReason.BROKEN, BauCause.JOINER
        if self.only_returns:
            return RequestReason.END_OF_LIFE, None
        return RequestReason(self.value), None


GONE = frozenset({Reason.LOST, Reason.STOLEN})
"""Reasons for which there is no old device to hand back."""
