"""What is counted: a device falls into one cell, and a change moves it from cell to cell.

Age is not in the cell: it passes by itself. The month of purchase is, and the age band is worked out when read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from schemas.vocabulary import DeviceState
from services.register.rules.facts import KIND, MODEL, OS, PURCHASED_ON, UNIT, Device

UNKNOWN = ""
UNKNOWN_MONTH = date(1900, 1, 1)


class Cell(NamedTuple):
    """Where a device is counted. Unknown values are empty, an unknown month is January 1900."""

    kind: str
    unit: str
    model: str
    state: str
    os: str
    purchased_month: date


def cell_of(values: list[Any], state: DeviceState) -> Cell:
    """The cell of a device with these facts."""
    purchased = values[PURCHASED_ON]
    return Cell(
        values[KIND] or UNKNOWN,
        values[UNIT] or UNKNOWN,
        values[MODEL] or UNKNOWN,
        state,
        values[OS] or UNKNOWN,
        purchased.replace(day=1) if purchased else UNKNOWN_MONTH,
    )


def _stored_cell(device: Device) -> Cell:
    return cell_of(*(device.before or (device.values, device.state)))


def movements(devices: Iterable[Device], gone: Iterable[Device] = ()) -> Counter[Cell]:
    """How each cell's count changes; cells that end even are left out. `gone` are records that were merged away."""
    moved: Counter[Cell] = Counter()
    for device in devices:
        if not device.is_new:
            moved[_stored_cell(device)] -= 1
        moved[cell_of(device.values, device.state)] += 1
    for device in gone:
        if not device.is_new:
            moved[_stored_cell(device)] -= 1
    return Counter({cell: by for cell, by in moved.items() if by})
