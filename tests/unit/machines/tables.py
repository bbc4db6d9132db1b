"""What tests of machines share: every machine there is, and the facts that its service's guards look at."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, get_type_hints

import msgspec
from hypothesis import strategies as st

from deploy.machines_page import machines
from services.machines import Actor, Machine, Step

MACHINES = {machine.name: (machine, module) for machine, module in machines().items()}
EVERY_MACHINE = [machine for machine, _ in MACHINES.values()]
ACTORS = tuple(Actor)


def places() -> Iterator[tuple[Machine, str, str, list[Step]]]:
    """Every state and event of every machine, with the steps that may be taken there, in order."""
    for machine in EVERY_MACHINE:
        found: dict[tuple[str, str], list[Step]] = {}
        for step in machine.steps:
            found.setdefault((step.source, step.event), []).append(step)
        for (state, event), steps in found.items():
            yield machine, state, event, steps


@cache
def guards_of(machine: Machine) -> tuple[Callable[[str, Any], bool], st.SearchStrategy[Any]] | None:
    """The service's own answers to a machine's guards, and any facts they may be asked about; None where none are."""
    _, module = MACHINES[machine.name]
    try:
        guards = importlib.import_module(module.__name__.replace("machine", "guards"))
    except ModuleNotFoundError:
        return None
    hints = get_type_hints(guards.Facts)
    names = [field.name for field in msgspec.structs.fields(guards.Facts)]
    facts = st.builds(guards.Facts, **{name: st.from_type(hints[name]) for name in names})
    return guards.holds, facts
