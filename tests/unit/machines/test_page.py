"""The page of machines is made from the tables, and says all of them."""

from __future__ import annotations

import re

import pytest

from deploy.machines_page import PAGE, page
from services.machines import Machine
from tests.unit.machines.tables import EVERY_MACHINE

# What Mermaid's grammar of state diagrams takes: an id, an arrow, and a label without colon or semicolon.
LINE = re.compile(r'    (state "[^"]+" as \w+|(\w+|\[\*\]) --> (\w+|\[\*\])(: [^:;#\n]+)?)')


def test_the_committed_page_says_what_the_machines_are() -> None:
    assert PAGE.read_text() == page(), "run `make contracts`"


@pytest.mark.parametrize("machine", EVERY_MACHINE, ids=lambda machine: machine.name)
def test_a_diagram_holds_every_state_and_every_way(machine: Machine) -> None:
    head, *lines = machine.diagram().splitlines()
    assert head == "stateDiagram-v2"
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    for state in machine.states:
        assert any(f"--> {state}" in line for line in lines)
    for step in machine.steps:
        source = "[*]" if step.source == "new" else step.source
        arrows = [line for line in lines if line.startswith(f"    {source} --> {step.target}: ")]
        assert len(arrows) == 1
        assert step.event.replace("_", " ") in arrows[0]
