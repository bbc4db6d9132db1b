"""What an approver is told beside the request itself: what the person holds, the device's past, what one may cost."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date

from bot.render.message import escape
from bot.render.wording import age, count_of, day, kind_name, money, state_name
from services.register.queries import DeviceView
from services.requests.queries import Band

MOST_HELD = 6


@dataclasses.dataclass(frozen=True, slots=True)
class Background:
    """`failures` are days on which the device failed, None where nobody counted. `band` is policy's, never a price."""

    holds: Sequence[DeviceView]
    device: DeviceView | None = None
    failures: Sequence[date] | None = None
    due_on: date | None = None
    band: Band | None = None

    def lines(self) -> list[str]:
        """In Slack's markup, a line each."""
        told = [f"*Holds now:* {_held(self.holds)}"]
        if self.device is not None:
            told += [f"*The device:* {_device(self.device)}", f"*Its past:* {self._past()}"]
        if self.band is not None:
            told.append(f"*Planning band:* {_band(self.band)}")
        return told

    def _past(self) -> str:
        failed = "failures are not known"
        if self.failures is not None:
            failed = (
                f"{count_of(len(self.failures), 'failure')} on record" if self.failures else "no failures on record"
            )
            failed += f", the last on {day(max(self.failures))}" if self.failures else ""
        return f"{failed}; " + (f"due for replacement on {day(self.due_on)}" if self.due_on else "not due yet")


def _held(devices: Sequence[DeviceView]) -> str:
    if not devices:
        return "nothing that is on record"
    named = [f"{kind_name(each.kind)} {escape(each.serial)}".strip() for each in devices[:MOST_HELD]]
    more = len(devices) - MOST_HELD
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def _device(device: DeviceView) -> str:
    name = " ".join(part for part in (device.manufacturer, device.model) if part) or kind_name(device.kind)
    ends = device.warranty_ends_on
    warranty = f"warranty until {day(ends)}" if ends else "warranty not known"
    old = "age unknown" if device.age_months is None else f"{age(device.age_months)} old"
    return f"{escape(name)}, {old}, {state_name(device.state)}, {warranty}"


def _band(band: Band) -> str:
    low, high = money(100 * band.from_pounds), money(100 * band.to_pounds)
    assumed = ", assumed" if band.assumed else ""
    return f"{low}–{high} (what policy plans with{assumed}; no price)"
