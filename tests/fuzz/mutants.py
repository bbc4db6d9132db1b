"""A mutant is a seed, damaged once to three times; its number and the run's seed alone decide how.

So each can be made again by itself, whatever became of the others: `python -m tests.fuzz --seed S --only NUMBER`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from tests.fuzz.damage import OF_BYTES, Damage
from tests.fuzz.damage_of_csv import OF_CSV
from tests.fuzz.damage_of_json import OF_JSON
from tests.fuzz.damage_of_xml import OF_XML

LARGE = 200_000


class Seed(NamedTuple):
    """A real payload: where it came from, and its bytes."""

    origin: str
    body: bytes


class Mutant(NamedTuple):
    """A damaged payload. `how` names the ways, in order; none for one that was left as it is."""

    number: int
    origin: str
    how: tuple[str, ...]
    body: bytes


def mutant(run: int, number: int, seeds: Sequence[Seed]) -> Mutant:
    """The mutant of this number in this run."""
    chance = Random(f"{run}/{number}")
    seed = seeds[chance.randrange(len(seeds))]
    body, how = seed.body, []
    # One in fifty is left whole: a door that takes nothing any more would otherwise look sound.
    for _ in range(0 if chance.random() < 0.02 else chance.choice((1, 1, 1, 2, 3))):
        if len(body) > LARGE:
            break  # large enough to be refused as such; larger would only take time
        damage = chance.choice(_ways(body, chance))
        body = damage(body, chance)
        how.append(damage.__name__)
    return Mutant(number, seed.origin, tuple(how), body)


def _ways(body: bytes, chance: Random) -> Sequence[Damage]:
    """Mostly those of the body's own format, so that damage lies deep and not only on the surface."""
    if not body or chance.random() < 0.25:
        return [nothing_to_break] if not body else OF_BYTES
    start = body.lstrip()[:1]
    if start in (b"{", b"["):
        return OF_JSON if _is_json(body) else OF_BYTES
    if start == b"<":
        return OF_XML
    return OF_CSV if b"," in body[:200] and b"\x00" not in body else OF_BYTES


def nothing_to_break(body: bytes, _: Random) -> bytes:
    return body


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
