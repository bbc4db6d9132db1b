"""How far deliveries have come, kept in a small file, so that a restart sends on and not again.

Only positions are kept: what lies before them follows from the seed. A position moves when everything before
it was delivered, hence a crash repeats a little and loses nothing.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import msgspec


class StateError(ValueError):
    """The state file belongs to another scenario or seed, or is no state file; remove it to start afresh."""


class Position(msgspec.Struct):
    """`jamf` counts first-fill webhooks delivered, `step` the steps that are wholly delivered."""

    scenario: str
    seed: int
    jamf: int = 0
    finance: bool = False
    step: int = 0
    reached: datetime | None = None


class StateFile:
    """Reads and writes a position; without a path it remembers nothing."""

    def __init__(self, path: Path | None, scenario: str, seed: int) -> None:
        self._path = path
        self._fresh = Position(scenario, seed)

    def load(self) -> Position:
        """The position to go on from. Raises StateError."""
        if self._path is None or not self._path.exists():
            return self._fresh
        try:
            position = msgspec.json.decode(self._path.read_bytes(), type=Position)
        except msgspec.MsgspecError as error:
            raise StateError(f"{self._path} is no state file: {error}") from error
        if (position.scenario, position.seed) != (self._fresh.scenario, self._fresh.seed):
            raise StateError(f"{self._path} belongs to {position.scenario}, seed {position.seed}; remove it")
        return position

    def save(self, position: Position) -> None:
        """Write the position; a crash leaves the old file or the new one, never half of one."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(msgspec.json.encode(position))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
