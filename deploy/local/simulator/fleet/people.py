"""Invented people to hold the devices, after those whom the directory names."""

from __future__ import annotations

import bisect
import itertools
import random
import unicodedata

from deploy.local.scenarios.directory import Directory
from deploy.local.scenarios.scenario import Scenario
from deploy.local.simulator.fleet.device import Holder
from deploy.local.simulator.fleet.names import FIRST_NAMES, LAST_NAMES, TITLES

_STRIDE = 7_919  # prime, so that neighbours in number do not share a surname


def people_of(scenario: Scenario, directory: Directory, rng: random.Random) -> list[Holder]:
    """The acting people first, then as many invented ones as the scenario asks for, spread over units."""
    people = [
        Holder(number, person.name, person.email, person.unit, person.title, acting=True)
        for number, person in enumerate(directory.people)
    ]
    taken = {person.email for person in people}
    units = list(scenario.units.weights)
    reach = list(itertools.accumulate(scenario.units.weights.values()))
    names = len(FIRST_NAMES) * len(LAST_NAMES)
    domain = scenario.scenario.email_domain
    drawn = 0
    while len(people) < scenario.people.count:
        again, place = divmod(drawn, names)
        first, last = divmod(place * _STRIDE % names, len(LAST_NAMES))
        name = f"{FIRST_NAMES[first]} {LAST_NAMES[last]}"
        email = f"{mailbox(name)}{again + 1 if again else ''}@{domain}"
        drawn += 1
        if email in taken:
            continue
        unit = units[bisect.bisect(reach, rng.random() * reach[-1])]
        title = TITLES[int(rng.random() * len(TITLES))]
        people.append(Holder(len(people), name, email, unit, title, acting=False))
    return people


def mailbox(name: str) -> str:
    """The part before the @: plain letters and dots."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join(plain.replace("'", "").split())
