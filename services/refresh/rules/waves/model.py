"""The plan as an integer programme, in arrays of whole numbers.

Columns: how many of a strand go each way (`ways`); whether orders of a kind may arrive in a quarter, the shelf being
empty by then (`gates`); what is served towards each unit's floor (`towards`); and, for each strand and delivery
quarter, how many of each need are delivered by then (`steps`). The last makes worth linear: with w(d) the weight of a
delivery in quarter d, an entry earns w(d) - w(d') for every quarter d in which it has its device, d' being the next
one. As the highest need is worth most, steps fill up in the right order by themselves. Only `ways` and `gates` need be
whole; the rest then is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import gcd

import numpy as np
from numpy.typing import NDArray

from schemas.vocabulary import Kind
from services.refresh.rules.waves.floors import counts_for_floor, floors
from services.refresh.rules.waves.problem import Problem
from services.refresh.rules.waves.routes import weight
from services.refresh.rules.waves.strands import Strand

Ints = NDArray[np.int64]
UNBOUNDED = 1 << 60


class Model:
    """Maximise `cost`·x for `lower` ≤ A·x ≤ `upper` and 0 ≤ x ≤ `most`, A given by its entries."""

    def __init__(self, problem: Problem, strands: Sequence[Strand], owed: int = 0, *, worth: bool = True) -> None:
        """Without `worth` only counts matter, and the model is small. `owed` entries at least go towards floors."""
        self.problem, self.strands, self.worth = problem, strands, worth
        self.columns = 0
        self._cost: list[Ints] = []
        self._most: list[Ints] = []
        self._whole: list[NDArray[np.bool_]] = []
        self._entries: list[tuple[Ints, Ints, Ints]] = []
        self._rows: list[tuple[int, int]] = []
        self.ways = [self._add_ways(strand) for strand in strands]
        self.money = np.zeros(self.columns, np.int64)
        self.waiting = np.zeros(self.columns, np.int64)
        self._limit()
        self.gates = self._gate()
        self.towards = self._floor(owed)
        for strand, ways in zip(strands, self.ways, strict=True):
            self._value(strand, ways)
        self.cost, self.most = np.concatenate(self._cost), np.concatenate(self._most)
        self.whole = np.concatenate(self._whole)
        self.row, self.column, self.factor = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        self.lower, self.upper = np.array(self._rows, np.int64).reshape(-1, 2).T

    def _add(self, cost: Ints, most: Ints, *, whole: bool) -> Ints:
        places = np.arange(self.columns, self.columns + len(cost))
        self.columns += len(cost)
        self._cost.append(cost)
        self._most.append(most)
        self._whole.append(np.full(len(cost), whole))
        return places

    def _add_row(self, lower: int, upper: int, *parts: tuple[Ints | list[int], int | Ints]) -> None:
        for columns, factor in parts:
            places = np.asarray(columns, np.int64)
            self._entries.append(
                (
                    np.full(len(places), len(self._rows)),
                    places,
                    np.broadcast_to(np.asarray(factor, np.int64), len(places)),
                )
            )
        self._rows.append((lower, upper))

    def _add_ways(self, strand: Strand) -> Ints:
        problem, kind = self.problem, strand.kind
        most = []
        for way in strand.ways:
            capacity = problem.quarters[way.delivered_in].capacity.get(kind, strand.count)
            source = problem.stock[kind] if way.is_stock else problem.cap.get(kind, strand.count)
            price = 0 if way.is_stock else problem.price_pence[kind]
            payable = problem.money_pence.get(strand.line, 0) // price if price else strand.count
            most.append(max(0, min(strand.count, capacity, source, payable)))
        return self._add(np.zeros(len(most), np.int64), np.array(most, np.int64), whole=True)

    def _limit(self) -> None:
        """Money by line, caps and stock by kind, capacity by kind and quarter."""
        problem = self.problem
        paid: dict[str, list[tuple[int, int]]] = defaultdict(list)
        used: dict[tuple[str, Kind, int], list[int]] = defaultdict(list)
        for strand, ways in zip(self.strands, self.ways, strict=True):
            for way, column in zip(strand.ways, ways.tolist(), strict=True):
                used["stock" if way.is_stock else "cap", strand.kind, 0].append(column)
                used["capacity", strand.kind, way.delivered_in].append(column)
                self.waiting[column] = way.delivered_in
                if not way.is_stock:
                    self.money[column] = problem.price_pence[strand.kind]
                    paid[strand.line].append((column, problem.price_pence[strand.kind]))
        for line, priced in sorted(paid.items()):
            unit = gcd(*(price for _, price in priced)) or 1
            columns, prices = np.array(priced, np.int64).T
            left = {str(key): pence for key, pence in problem.money_pence.items()}.get(line, 0)
            self._add_row(-UNBOUNDED, max(0, left) // unit, (columns, prices // unit))
        for (what, kind, quarter), members in sorted(used.items()):
            limits = {"stock": problem.stock, "cap": problem.cap, "capacity": problem.quarters[quarter].capacity}
            if kind in limits[what]:
                self._add_row(-UNBOUNDED, max(0, limits[what][kind]), (members, 1))

    def _gate(self) -> Ints:
        """Nothing ordered arrives while some of its kind lie on the shelf: all of it is out by that quarter."""
        shelf: dict[Kind, list[tuple[int, int]]] = defaultdict(list)
        arrivals: dict[tuple[Kind, int], list[int]] = defaultdict(list)
        for strand, ways in zip(self.strands, self.ways, strict=True):
            for way, column in zip(strand.ways, ways.tolist(), strict=True):
                if way.is_stock:
                    shelf[strand.kind].append((way.delivered_in, column))
                else:
                    arrivals[strand.kind, way.delivered_in].append(column)
        most, gates = np.concatenate(self._most), [np.zeros(0, np.int64)]
        for (kind, quarter), ordered in sorted(arrivals.items()):
            stock = self.problem.stock.get(kind, 0)
            if stock <= 0:
                continue
            out = [column for delivered, column in shelf[kind] if delivered <= quarter]
            gate = self._add(np.zeros(1, np.int64), np.ones(1, np.int64), whole=True)
            gates.append(gate)
            limit = min(int(most[ordered].sum()), max(0, self.problem.cap.get(kind, UNBOUNDED)))
            limit = min(limit, self.problem.quarters[quarter].capacity.get(kind, UNBOUNDED))
            self._add_row(-UNBOUNDED, 0, (ordered, 1), (gate, -limit))
            self._add_row(-UNBOUNDED, 0, (gate, stock), (out, -1))
        return np.concatenate(gates)

    def _floor(self, least: int) -> Ints:
        """What counts towards each unit's floor, at most the floor itself."""
        owed = floors(self.problem)
        served: dict[str, list[int]] = defaultdict(list)
        for strand, ways in zip(self.strands, self.ways, strict=True):
            if strand.unit in owed:
                first = self.problem.groups[strand.groups[0]]
                served[strand.unit] += [
                    column
                    for way, column in zip(strand.ways, ways.tolist(), strict=True)
                    if counts_for_floor(first, way)
                ]
        units = [unit for unit in owed if served[unit]]
        most = np.array([owed[unit] for unit in units], np.int64)
        towards = self._add(np.zeros(len(units), np.int64), most, whole=False)
        for unit, place in zip(units, towards, strict=True):
            self._add_row(-UNBOUNDED, 0, ([int(place)], 1), (served[unit], -1))
        if least > 0:
            self._add_row(least, UNBOUNDED, (towards, 1))
        return towards

    def _value(self, strand: Strand, ways: Ints) -> None:
        groups = [self.problem.groups[place] for place in strand.groups]
        needs, counts = _levels(
            [group.need if self.worth else 0 for group in groups], [group.count for group in groups]
        )
        days = sorted({way.delivered_in for way in strand.ways})
        weights = [
            weight(self.problem, strand.earliest, next(way for way in strand.ways if way.delivered_in == day))
            for day in days
        ]
        for day, now, later in zip(days, weights, [*weights[1:], 0], strict=True):
            if now > later:
                steps = self._add(needs * (now - later), counts, whole=False)
                there = [
                    column for way, column in zip(strand.ways, ways.tolist(), strict=True) if way.delivered_in <= day
                ]
                self._add_row(0, 0, (steps, 1), (there, -1))


def _levels(needs: list[int], counts: list[int]) -> tuple[Ints, Ints]:
    """Equal needs as one; they come sorted."""
    values, starts = np.unique(-np.array(needs, np.int64), return_index=True)
    return -values, np.add.reduceat(np.array(counts, np.int64), starts)
