"""The plan: the most need met within every limit, floors first, and how far it may be from the best.

What is guaranteed of every plan, whatever found it, because it is counted again in whole numbers before it is believed:
no limit is broken; nothing that is ordered arrives while some of its kind lie on the shelf; among entries of one line,
kind, earliest quarter (and unit, where floors are set) the higher need is served first and no later than the lower; and
no plan is worth more than the bound. Of a plan that is `optimal` also: no plan comes nearer to the floors, none that
comes as near is worth more, and unless the solver's effort ends before, of those worth as much none costs less, and of
those none delivers sooner. Between lines, kinds and quarters it is the whole that counts, not any one entry's need.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from math import floor

import numpy as np

from services.refresh.rules.waves.branching import CLOSE, nearly, ways
from services.refresh.rules.waves.dual import bound_without_solver
from services.refresh.rules.waves.floors import below_floors, floors
from services.refresh.rules.waves.greedy import fill
from services.refresh.rules.waves.highs import Best, Highs, Unsolved
from services.refresh.rules.waves.model import UNBOUNDED, Ints, Model
from services.refresh.rules.waves.problem import Choice, Plan, Problem, Source
from services.refresh.rules.waves.reasons import left_out
from services.refresh.rules.waves.room import breaches
from services.refresh.rules.waves.routes import WHOLE, weight
from services.refresh.rules.waves.strands import Strand, respread, spread, strands_of

SMALL = 3000
"""Columns of a model that is tried exactly, tie-breaks and all."""
EFFORT = 500_000
"""For each aim of an exact plan: nodes times columns, some seconds at most."""
SAFELY = 1e-9
"""By which share a bound out of floating figures is raised before it is believed."""


def plan(problem: Problem, *, seconds: float = 20.0) -> Plan:
    """The best plan that was found, by HiGHS or without it. Pure: the same groups in any order give the same plan.

    `seconds` bounds the solver; only a plan that it cuts short may differ from run to run. A thread of its own suits
    it: HiGHS lets other threads run meanwhile.
    """
    strands = strands_of(problem)
    if not strands:
        return _plan(problem, [], bound=0, method="optimal")
    try:
        choices, bound, proved = _solve(problem, strands, seconds)
    except Unsolved:
        return greedily(problem)
    return _plan(problem, choices, bound=bound, method="optimal" if proved else "rounded")


def greedily(problem: Problem) -> Plan:
    """The plan that needs no solver, with a bound that needs none."""
    choices = respread(problem, strands_of(problem), fill(problem))
    return _plan(problem, choices, bound=bound_without_solver(problem), method="greedy")


def worth(problem: Problem, choices: Sequence[Choice]) -> int:
    """The need met after delay, in thousandths."""
    return sum(
        choice.count
        * problem.groups[choice.group].need
        * weight(problem, problem.groups[choice.group].earliest, choice)
        for choice in choices
    )


def _solve(problem: Problem, strands: Sequence[Strand], seconds: float) -> tuple[list[Choice], int, bool]:
    """A plan that keeps every limit, what none exceeds in thousandths, and whether it is the best. Raises Unsolved."""
    due = sum(floors(problem).values())
    owed, floors_sure = _owed(problem, strands, seconds)
    model = Model(problem, strands, owed)
    bound, tried = UNBOUNDED, []
    if model.columns <= SMALL:
        with suppress(Unsolved):
            choices, bound, proved = _exactly(model, Highs(model, seconds))
            if not breaches(problem, choices):
                if proved:
                    return choices, bound, floors_sure
                tried.append(choices)
    solver = Highs(model, seconds)
    solver.aim(model.cost)
    near = nearly(model, solver)
    bound = min(bound, near.bound)
    tried += _tried(problem, model, near.rounded_down(model))
    best = min(tried, key=lambda choices: _rank(problem, choices))
    if below_floors(problem, best) > due - owed or worth(problem, best) < bound * (1 - CLOSE):
        with suppress(Unsolved):
            tried += _tried(problem, model, near.settled(model, solver))
            best = min(tried, key=lambda choices: _rank(problem, choices))
    return best, bound, False


def _tried(problem: Problem, model: Model, counts: Sequence[Ints]) -> list[list[Choice]]:
    """What comes of such counts within the limits: they themselves, filled up, and what greed alone finds."""
    begun = _spread(model, counts)
    found = [begun, *(respread(problem, model.strands, fill(problem, start)) for start in (begun, ()))]
    return [choices for choices in found if not breaches(problem, choices)]


def _owed(problem: Problem, strands: Sequence[Strand], seconds: float) -> tuple[int, bool]:
    """How many entries can be served towards all floors together, and whether that is surely the most."""
    if not floors(problem):
        return 0, True
    model = Model(problem, strands, worth=False)
    solver = Highs(model, seconds)
    aim = np.zeros(model.columns, np.int64)
    aim[model.towards] = 1
    solver.aim(aim)
    best = solver.best()
    return round(float(aim @ best.columns)), best.proved


def _exactly(model: Model, solver: Highs) -> tuple[list[Choice], int, bool]:
    """The most worth, then the least money, then the soonest, each as far as those before allow.

    With what nothing exceeds, in thousandths of need, and whether the plan is proved the best. Raises Unsolved.
    """
    nodes = EFFORT // model.columns
    choices, best = _aimed(model, solver, model.cost, nodes)
    value = worth(model.problem, choices)
    if not best.proved or abs(value - best.bound) >= 1:
        return choices, max(value, floor(best.bound * (1 + SAFELY)) + 1), False
    aim, reached = model.cost, value
    for next_aim, measure in ((-model.money, _saved), (-model.waiting, _soon)):
        solver.keep(aim, reached)
        found, best = _aimed(model, solver, next_aim, nodes)
        aim, reached = next_aim, measure(model.problem, found)
        if not best.proved or worth(model.problem, found) < value:
            break
        choices = found
    return choices, value, True


def _aimed(model: Model, solver: Highs, aim: Ints, nodes: int) -> tuple[list[Choice], Best]:
    solver.aim(aim)
    best = solver.best(nodes)
    return _spread(model, ways(model, best.columns)), best


def _saved(problem: Problem, choices: Sequence[Choice]) -> int:
    """What the orders cost, in pence, the less the more."""
    return -sum(
        choice.count * problem.price_pence[problem.groups[choice.group].kind]
        for choice in choices
        if choice.source is Source.ORDER
    )


def _soon(_: Problem, choices: Sequence[Choice]) -> int:
    """In how many quarters all deliveries are, together, the fewer the more."""
    return -sum(choice.count * choice.delivered_in for choice in choices)


def _spread(model: Model, counts: Sequence[Ints]) -> list[Choice]:
    return [
        choice
        for strand, part in zip(model.strands, counts, strict=True)
        for choice in spread(model.problem, strand, part.tolist())
    ]


def _rank(problem: Problem, choices: Sequence[Choice]) -> tuple[int, int, int]:
    return below_floors(problem, choices), -worth(problem, choices), -_saved(problem, choices)


def _plan(problem: Problem, choices: Sequence[Choice], *, bound: int, method: str) -> Plan:
    value = worth(problem, choices)
    return Plan(
        choices=choices,
        left_out=left_out(problem, choices),
        value=value // WHOLE,
        bound=max(value, bound) // WHOLE,
        method=method,
        floors_met=below_floors(problem, choices) == 0,
    )
