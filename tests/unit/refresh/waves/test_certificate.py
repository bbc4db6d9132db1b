"""The bound holds for any prices: HiGHS's own, made-up ones, none."""

from __future__ import annotations

import numpy as np

from services.refresh.rules.waves.certificate import certified
from services.refresh.rules.waves.highs import Highs
from services.refresh.rules.waves.model import Model
from services.refresh.rules.waves.strands import strands_of
from tests.unit.refresh.waves.exact import best
from tests.unit.refresh.waves.instances import small


def test_no_plan_exceeds_what_any_prices_certify() -> None:
    chance = np.random.default_rng(4)
    for given in map(small, range(60)):
        strands = strands_of(given)
        if not strands:
            continue
        model, (_, loss, *_) = Model(given, strands), best(given)
        low, solver = np.zeros(model.columns, np.int64), Highs(model, 5)
        solver.aim(model.cost)
        relaxed = solver.relaxed()
        assert relaxed is not None
        rows = len(model.lower)
        for prices in (relaxed.prices, np.zeros(rows), chance.normal(0, 1e3, rows), chance.normal(0, 1e6, rows)):
            assert certified(model, prices, low, model.most) >= -loss
        split = float(model.cost @ relaxed.columns)
        assert certified(model, relaxed.prices, low, model.most) <= split + 1, "HiGHS's own prices lose nothing"
