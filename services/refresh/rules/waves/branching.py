"""Large plans: branch on the few gates with relaxed optima, then settle what is in doubt in whole numbers.

Relaxed, a plan keeps part of the shelf for entries that no order can reach and half opens the gate for orders
meanwhile; that is worth more than any true plan, so gates are branched on first: some ten of them, each a warm start.
With them settled, the relaxed optimum splits but a few devices: rounded down and filled up greedily it is nearly
always as good as the best. If it is not, columns that would lose by moving stay where they are, and a small integer
programme decides the others.
"""

from __future__ import annotations

from heapq import heappop, heappush

import msgspec
import numpy as np

from services.refresh.rules.waves.certificate import certified
from services.refresh.rules.waves.highs import Floats, Highs, Relaxed, Unsolved
from services.refresh.rules.waves.model import Ints, Model
from services.refresh.rules.waves.routes import WHOLE

BRANCHES = 200
NODES = 20
DOUBT = 2 * WHOLE
"""A column that loses more than so many thousandths of need by moving is left where the relaxed optimum has it."""
CLOSE = 1e-5
"""A plan this near to the bound, as a share of it, is not worth more work."""
WHOLE_ENOUGH = 1e-6


class Near(msgspec.Struct, frozen=True):
    """Relaxed columns with every gate open or shut, and what no plan at all exceeds, in thousandths of need."""

    gates: Ints
    relaxed: Relaxed
    bound: int

    def rounded_down(self, model: Model) -> list[Ints]:
        """How many of each strand go each way, whole devices only."""
        return ways(model, np.floor(self.relaxed.columns + WHOLE_ENOUGH))

    def settled(self, model: Model, solver: Highs) -> list[Ints]:
        """The same, with what is in doubt decided by whole numbers as far as a few nodes reach. Raises Unsolved."""
        low, high = np.zeros(model.columns, np.int64), model.most.copy()
        low[model.gates] = high[model.gates] = self.gates
        sure = np.rint(self.relaxed.columns).astype(np.int64)
        fixed = np.abs(self.relaxed.losses) > DOUBT
        solver.hold(np.arange(model.columns), np.where(fixed, sure, low), np.where(fixed, sure, high))
        return ways(model, solver.best(nodes=NODES, gap=CLOSE).columns)


def ways(model: Model, columns: Floats) -> list[Ints]:
    """The part of the columns that says how many of each strand go each way."""
    return [np.rint(columns[places]).astype(np.int64) for places in model.ways]


def nearly(model: Model, solver: Highs) -> Near:
    """Best first, so that the first plan met whose gates are all open or shut is the best of them. Raises Unsolved."""
    low, high = np.zeros(model.columns, np.int64), model.most.copy()
    waiting: list[tuple[int, int, Ints, Ints, Relaxed]] = []

    def look(shut: Ints, opened: Ints) -> None:
        low[model.gates], high[model.gates] = shut, opened
        solver.hold(model.gates, shut, opened)
        relaxed = solver.relaxed()
        if relaxed is not None:
            bound = certified(model, relaxed.prices, low, high)
            heappush(waiting, (-bound, looked, shut, opened, relaxed))

    looked = 0
    look(low[model.gates], high[model.gates])
    while waiting and looked < BRANCHES:
        bound, _, shut, opened, relaxed = heappop(waiting)
        gates = relaxed.columns[model.gates]
        doubtful = np.flatnonzero(np.abs(gates - np.rint(gates)) > WHOLE_ENOUGH)
        if not len(doubtful):
            others = -waiting[0][0] if waiting else 0
            return Near(np.rint(gates).astype(np.int64), relaxed, max(-bound, others))
        for settled in (1, 0):
            looked += 1
            lower, upper = shut.copy(), opened.copy()
            lower[doubtful[0]] = upper[doubtful[0]] = settled
            look(lower, upper)
    raise Unsolved("no plan within the limits was found by branching")
