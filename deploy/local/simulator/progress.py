"""How far the first fill has come: what was pushed and taken, and what was asked for and served."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(slots=True)
class Bar:
    """One source's part of the fill."""

    total: int
    done: int = 0

    @property
    def complete(self) -> bool:
        return self.done >= self.total


@dataclasses.dataclass(slots=True)
class Progress:
    """Bars by name, in the order in which they were made known."""

    bars: dict[str, Bar] = dataclasses.field(default_factory=dict)

    def expect(self, name: str, total: int) -> None:
        self.bars[name] = Bar(total)

    def served(self, name: str, upto: int) -> None:
        """A client has now seen the first `upto` of them; seeing the first ones again takes nothing back."""
        bar = self.bars.get(name)
        if bar is not None:
            bar.done = max(bar.done, min(upto, bar.total))

    @property
    def complete(self) -> bool:
        return all(bar.complete for bar in self.bars.values())

    def as_dict(self) -> dict[str, dict[str, int]]:
        return {name: dataclasses.asdict(bar) for name, bar in self.bars.items()}
