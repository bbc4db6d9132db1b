"""What tests of machines share: every machine there is, and the facts that its service's guards look at."""

from __future__ import annotations

import ast
import importlib.util
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
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
def guards_of(machine: Machine) -> tuple[Callable[[str, Any], bool], st.SearchStrategy[Any]]:
    """The service's own answers to a machine's guards, and any facts they may be asked about.

    A machine whose guards have no file of their own is answered by whoever takes its steps: there each guard may hold
    or fail by itself.
    """
    _, module = MACHINES[machine.name]
    place = module.__name__.removesuffix("machine") + "guards"
    if importlib.util.find_spec(place) is None:
        return (lambda guard, facts: facts[guard]), st.fixed_dictionaries(dict.fromkeys(machine.guards, st.booleans()))
    guards = importlib.import_module(place)
    hints = get_type_hints(guards.Facts)
    words = _words_in(guards)
    facts = {field.name: _values(hints[field.name], words) for field in msgspec.structs.fields(guards.Facts)}
    return guards.holds, st.builds(guards.Facts, **facts)


def _values(hint: Any, words: list[str]) -> st.SearchStrategy[Any]:
    """Values of a fact's type; of words those that the guards themselves speak of, for no others matter to them."""
    if hint is str:
        return st.sampled_from(words)
    if hint == str | None:
        return st.none() | st.sampled_from(words)
    return st.from_type(hint)


def _words_in(module: ModuleType) -> list[str]:
    tree = ast.parse(inspect.getsource(module))
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return sorted({each for each in constants if isinstance(each, str) and " " not in each} | {"one", "other"})
