"""How a report becomes a loss: the same report is the same loss, whether its command or its event comes first."""

from __future__ import annotations

from uuid import UUID, uuid5

_LOSSES = UUID("6f1b1f6e-0c55-4a54-8a0e-2f7a5b6b3a11")


def loss_id_of(email: str, key: str) -> UUID:
    """The id of the loss that this person reports under this key."""
    return uuid5(_LOSSES, f"{email}\n{key}")


def request_key(request_id: UUID) -> str:
    """The key of the report that goes with a request for a replacement. Who asked reports it under this key, or their
    request's event does.
    """
    return f"request/{request_id}"
