"""Groups that no limit can tell apart, as one: what makes a plan for a million entries a small problem.

Money is counted by line, everything else by kind, and floors by unit. So groups of one line, kind and earliest quarter
(and unit, where floors make units differ) are one strand. Worth is need times a weight that only the delivery decides;
so within a strand the higher need is always served first and sooner: exchanging two never gains. A plan is therefore
decided by how many of a strand go each way, and who goes is read off the order of need.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from schemas.vocabulary import FundingLine, Kind
from services.refresh.rules.waves.problem import Choice, Problem
from services.refresh.rules.waves.routes import Route, routes_of, useful


class Strand(msgspec.Struct, frozen=True, kw_only=True):
    """`groups` are places in the problem, the highest need first; `ways` are in order of delivery, the shelf first."""

    line: FundingLine
    kind: Kind
    earliest: int
    unit: str
    groups: Sequence[int]
    count: int
    ways: Sequence[Route]


def strands_of(problem: Problem) -> list[Strand]:
    """All strands that some way can serve, in an order that does not hang on that of the groups."""
    members: dict[tuple[FundingLine, Kind, int, str], list[int]] = defaultdict(list)
    wanted: dict[Kind, int] = defaultdict(int)
    for place, group in enumerate(problem.groups):
        if group.count > 0:
            apart = group.unit if problem.floor_permille > 0 and group.earliest == 0 else ""
            members[group.line, group.kind, group.earliest, apart].append(place)
            wanted[group.kind] += group.count
    routes = {kind: routes_of(problem, kind) for kind in wanted}
    found = []
    for (line, kind, earliest, unit), places in sorted(members.items()):
        ways = useful(problem, routes[kind], kind, earliest, wanted[kind])
        if ways:
            places.sort(key=lambda place: (-problem.groups[place].need, problem.groups[place].unit))
            count = sum(problem.groups[place].count for place in places)
            found.append(
                Strand(line=line, kind=kind, earliest=earliest, unit=unit, groups=places, count=count, ways=ways)
            )
    return found


def spread(problem: Problem, strand: Strand, counts: Sequence[int]) -> Iterator[Choice]:
    """Who goes each way, given how many do: the highest need by the soonest delivery, the shelf before an order."""
    groups = iter(strand.groups)
    group, left = -1, 0
    for way, count in zip(strand.ways, counts, strict=True):
        while count > 0:
            if left == 0:
                group = next(groups)
                left = problem.groups[group].count
            taken = min(left, count)
            yield Choice(
                group=group,
                source=way.source,
                ordered_in=way.ordered_in,
                delivered_in=way.delivered_in,
                count=taken,
            )
            left, count = left - taken, count - taken


def respread(problem: Problem, strands: Sequence[Strand], choices: Iterable[Choice]) -> list[Choice]:
    """As many of each strand by each way as before, but the highest need first and soonest."""
    strand_of = {group: place for place, strand in enumerate(strands) for group in strand.groups}
    counts = [dict.fromkeys(strand.ways, 0) for strand in strands]
    for choice in choices:
        counts[strand_of[choice.group]][Route(choice.delivered_in, choice.ordered_in, choice.source)] += choice.count
    return [
        choice
        for strand, part in zip(strands, counts, strict=True)
        for choice in spread(problem, strand, list(part.values()))
    ]
