"""What the outturn takes for granted until the ledger knows better: `outturn.yaml`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from services.budget.rules.outturn import Assumptions
from services.budget.rules.seasonality import MONTHS
from services.errors import ConfigurationError

OUTTURN = Path(__file__).with_name("outturn.yaml")
_WHOLE = 10_000


class OutturnFile(Assumptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file's content. `assumed` says that nobody published it."""

    learned_from_pence: int
    """Once so much was committed, the ledger's own shares of cancellations and price differences hold."""
    assumed: bool


def load_outturn(path: Path = OUTTURN) -> OutturnFile:
    """Read the file. Raises ConfigurationError naming what is wrong."""
    try:
        found = msgspec.yaml.decode(path.read_bytes(), type=OutturnFile)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationError(f"outturn {path.name}: {error}") from None
    for name in ("order_weights", "bau_weights"):
        weights = getattr(found, name)
        if len(weights) != MONTHS or min(weights) <= 0:
            raise ConfigurationError(f"outturn {path.name}: {name} must be {MONTHS} numbers above nought")
    if found.dispersion < 1 or found.closing_days < 1:
        raise ConfigurationError(f"outturn {path.name}: dispersion and closing_days must be at least 1")
    for name in ("cancelled_basis_points", "price_difference_basis_points"):
        if not 0 <= getattr(found, name) <= _WHOLE:
            raise ConfigurationError(f"outturn {path.name}: {name} must lie between 0 and {_WHOLE}")
    return found
