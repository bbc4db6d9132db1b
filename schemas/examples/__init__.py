"""One true-to-life instance of every event type, shown in its schema and read back by tests."""

from __future__ import annotations

from schemas.envelope import Event
from schemas.examples.alert import ALERT_EXAMPLES
from schemas.examples.custody import CUSTODY_EXAMPLES
from schemas.examples.device import DEVICE_EXAMPLES
from schemas.examples.money import MONEY_EXAMPLES
from schemas.examples.request import REQUEST_EXAMPLES
from schemas.examples.sources import SOURCE_EXAMPLES
from schemas.examples.wave import WAVE_EXAMPLES

EXAMPLES: tuple[Event, ...] = (
    *DEVICE_EXAMPLES,
    *REQUEST_EXAMPLES,
    *MONEY_EXAMPLES,
    *WAVE_EXAMPLES,
    *ALERT_EXAMPLES,
    *SOURCE_EXAMPLES,
    *CUSTODY_EXAMPLES,
)
