"""What every scene has at hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Coroutine, Mapping

from deploy.local.demo.actor import Actor
from deploy.local.demo.props import Props
from deploy.local.demo.teller import Teller
from deploy.local.demo.truth import Truth
from deploy.local.demo.wire import Wire
from deploy.local.running import Addresses
from deploy.local.simulator.world import World
from services.access.directory import Directory
from services.clock import Clock

CAST: Mapping[str, tuple[str, str]] = {
    "Amara Osei": ("amara.osei@metropolitan.example", "staff"),
    "Grace Appiah": ("grace.appiah@metropolitan.example", "staff"),
    "Tom Whitfield": ("tom.whitfield@metropolitan.example", "staff"),
    "Chloë Martin": ("chloe.martin@metropolitan.example", "staff"),
    "Priya Nair": ("priya.nair@metropolitan.example", "manager of Central West"),
    "Daniel Reyes": ("daniel.reyes@metropolitan.example", "manager of Central North"),
    "Helen Marsh": ("helen.marsh@metropolitan.example", "planner"),
    "Idris Bello": ("idris.bello@metropolitan.example", "finance"),
    "Catherine Doyle": ("catherine.doyle@metropolitan.example", "director"),
    "Ruth Adeyemi": ("ruth.adeyemi@metropolitan.example", "auditor"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """One a run. `world` is the simulated vendors' own knowledge, rebuilt here from the same seed."""

    tell: Teller
    people: Mapping[str, Actor]
    wire: Wire
    truth: Truth
    world: World
    clock: Clock
    directory: Directory
    addresses: Addresses
    props: Props
    start_fleet: Callable[[], Coroutine[None, None, None]]
    kept: dict[str, str] = dataclasses.field(default_factory=dict)
    """What one scene leaves for a later one, such as a request's reference."""
    files: dict[str, bytes] = dataclasses.field(default_factory=dict)
    """Files that came in chat and are looked at later, by name."""

    @property
    def amara(self) -> Actor:
        return self.people["Amara Osei"]

    @property
    def grace(self) -> Actor:
        return self.people["Grace Appiah"]

    @property
    def tom(self) -> Actor:
        return self.people["Tom Whitfield"]

    @property
    def chloe(self) -> Actor:
        return self.people["Chloë Martin"]

    @property
    def priya(self) -> Actor:
        return self.people["Priya Nair"]

    @property
    def daniel(self) -> Actor:
        return self.people["Daniel Reyes"]

    @property
    def helen(self) -> Actor:
        return self.people["Helen Marsh"]

    @property
    def idris(self) -> Actor:
        return self.people["Idris Bello"]

    @property
    def catherine(self) -> Actor:
        return self.people["Catherine Doyle"]

    @property
    def ruth(self) -> Actor:
        return self.people["Ruth Adeyemi"]
