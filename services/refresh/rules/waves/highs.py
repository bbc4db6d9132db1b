"""HiGHS on a model: relaxed, and in whole numbers, one aim after the other.

One thread and a fixed seed, so that a model has one answer; nodes are limited by number, and time only as a last
resort, since what a clock cuts short may differ from run to run. While HiGHS runs it lets other threads run.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.refresh.rules.waves.model import UNBOUNDED, Ints, Model

try:
    import highspy
except ImportError:  # without it plans are greedy
    highspy = None  # type: ignore[assignment]  # looked at before each use

NODES = 2000
Floats = NDArray[np.float64]


class Unsolved(Exception):
    """HiGHS gave no answer that can be used."""


class Relaxed(NamedTuple):
    """`prices` are what each row's limit is worth, `losses` what moving a column off its limit costs."""

    columns: Floats
    prices: Floats
    losses: Floats


class Best(NamedTuple):
    """`bound` is HiGHS's own, in floating figures; `proved` if nothing is better than `columns`."""

    columns: Floats
    bound: float
    proved: bool


class Highs:
    """A model inside HiGHS. `seconds` is for all that is asked of it together."""

    def __init__(self, model: Model, seconds: float) -> None:
        if highspy is None:
            raise Unsolved("highspy is not installed")
        self.model = model
        self.columns = np.arange(model.columns, dtype=np.int32)
        self.solver = highspy._core._Highs()  # `Highs` adds callbacks, and with them a banner on standard output
        options: dict[str, bool | float | str] = {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": 0,
            "time_limit": seconds,
            "mip_abs_gap": 0.0,
            "mip_feasibility_tolerance": 1e-9,
        }
        for name, value in options.items():
            self.solver.setOptionValue(name, value)
        self._pass()

    def _pass(self) -> None:
        model, lp = self.model, highspy.HighsLp()
        order = np.lexsort((model.row, model.column))
        lp.num_col_, lp.num_row_ = model.columns, len(model.lower)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_, lp.col_lower_ = np.zeros(model.columns), np.zeros(model.columns)
        lp.col_upper_ = model.most.astype(np.float64)
        lp.row_lower_, lp.row_upper_ = _open(model.lower), _open(model.upper)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = np.searchsorted(model.column[order], np.arange(model.columns + 1)).astype(np.int32)
        lp.a_matrix_.index_ = model.row[order].astype(np.int32)
        lp.a_matrix_.value_ = model.factor[order].astype(np.float64)
        if self.solver.passModel(lp) == highspy.HighsStatus.kError:
            raise Unsolved("HiGHS refuses the model")

    def aim(self, cost: Ints) -> None:
        """What is to be as much as possible: a figure for the first columns, nought for the others."""
        padded = np.zeros(self.model.columns)
        padded[: len(cost)] = cost
        self.solver.changeColsCost(len(padded), self.columns, padded)

    def keep(self, cost: Ints, at_least: int) -> None:
        """From now on cost·x is at least so much."""
        used = np.flatnonzero(cost).astype(np.int32)
        self.solver.addRow(at_least - 0.5, highspy.kHighsInf, len(used), used, cost[used].astype(np.float64))

    def hold(self, columns: Ints, low: Ints, high: Ints) -> None:
        """From now on these columns stay within bounds."""
        self.solver.changeColsBounds(
            len(columns), columns.astype(np.int32), low.astype(np.float64), high.astype(np.float64)
        )

    def whole(self, wanted: bool) -> None:
        """Whether the model's whole columns must be whole, or may be anything between."""
        kinds = np.where(self.model.whole & wanted, int(highspy.HighsVarType.kInteger), 0).astype(np.uint8)
        self.solver.changeColsIntegrality(len(kinds), self.columns, kinds)

    def relaxed(self) -> Relaxed | None:
        """The best if devices could be split; None where nothing at all is within the limits."""
        self.whole(False)
        self.solver.run()
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise Unsolved("HiGHS has no relaxed optimum")
        found = self.solver.getSolution()
        return Relaxed(np.array(found.col_value), np.array(found.row_dual), np.array(found.col_dual))

    def best(self, nodes: int = NODES, gap: float = 0.0) -> Best:
        """The best in whole numbers, as far as nodes and time reach, or one within a gap of it."""
        self.solver.setOptionValue("mip_max_nodes", nodes)
        self.solver.setOptionValue("mip_rel_gap", gap)
        self.whole(True)
        self.solver.run()
        info = self.solver.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            raise Unsolved("HiGHS found no plan in time")
        proved = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return Best(np.array(self.solver.getSolution().col_value), float(info.mip_dual_bound), proved)


def _open(limits: Ints) -> Floats:
    """Limits with what is unbounded as infinite."""
    found = limits.astype(np.float64)
    found[limits >= UNBOUNDED], found[limits <= -UNBOUNDED] = np.inf, -np.inf
    return found
