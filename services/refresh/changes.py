"""What a fold decides to write. Pure."""

from __future__ import annotations

import dataclasses

import msgspec

from schemas.vocabulary import Kind
from services.refresh.records import Entry, Standing


@dataclasses.dataclass(slots=True)
class Left:
    """An entry that goes: `cause` is cancelled, ordered or fulfilled."""

    entry: Entry
    cause: str
    explanation: str


@dataclasses.dataclass(slots=True)
class Changes:
    """What to write. `ageing` maps (unit, kind) to what is added to (deployed, past policy life)."""

    standings: list[Standing] = dataclasses.field(default_factory=list)
    entries: list[Entry] = dataclasses.field(default_factory=list)
    announced: list[Entry] = dataclasses.field(default_factory=list)
    left: list[Left] = dataclasses.field(default_factory=list)
    ageing: dict[tuple[str, Kind], tuple[int, int]] = dataclasses.field(default_factory=dict)

    def count(self, before: Standing | None, after: Standing) -> None:
        """Move a device from where it was counted to where it counts now."""
        for standing, sign in ((before, -1), (after, 1)):
            if standing is not None and (where := standing.counted) is not None:
                deployed, past = self.ageing.get(where, (0, 0))
                self.ageing[where] = (deployed + sign, past + sign * standing.past_life)

    def settle(self, held: Entry | None, entry: Entry | None) -> None:
        """Write an entry that differs from the one held; tell it if the difference shows."""
        if entry is not None and entry != held:
            self.entries.append(entry)
            if held is None or _visible(entry) != _visible(held):
                self.announced.append(entry)


def _visible(entry: Entry) -> Entry:
    """The entry without what its event does not carry."""
    return msgspec.structs.replace(
        entry, request_id=None, model=None, reason="", waiting_for=None, order_id=None, demand_id=None
    )
