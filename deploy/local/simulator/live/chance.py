"""How many rare things happen in a short time."""

from __future__ import annotations

import math
import random


def occurrences(rng: random.Random, expected: float) -> int:
    """A Poisson draw with that mean, by Knuth's product; meant for means well under fifty."""
    limit, product, count = math.exp(-expected), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
