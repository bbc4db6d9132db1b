"""A state machine as data: what the code walks, the documents draw and the tests are made of.

A machine says which states there are, which steps lead from one to another, who may take them and what must hold.
Nothing else decides what may happen next: a service finds the step, writes where it leads, and tells of it. Guards are
names here; a service's rules answer them from the facts at hand. Of several steps with the same source and event the
first whose guards hold is taken, so their order is part of the rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from functools import cached_property

from services.errors import NotAllowed, RuleBroken

NEW = "new"
"""Where every machine begins: nothing is stored of it."""


class Actor(StrEnum):
    """Who takes a step: a person by what they are to the matter at hand, or one of our own services."""

    REQUESTER = "requester"
    """Who asked, for themselves or for somebody they answer for."""
    RECIPIENT = "recipient"
    """Whom a device is for."""
    HOLDER = "holder"
    """Who holds the device at hand."""
    APPROVER = "approver"
    """Who may decide: the one named, their cover, a manager above or a director; never the requester."""
    MANAGER = "manager"
    """A manager of the unit at hand, or of one above it."""
    PLANNER = "planner"
    FINANCE = "finance"
    DIRECTOR = "director"
    OWNER = "owner"
    """Who must act on an alert, or covers for them."""
    ABOVE = "manager above"
    """Who stands above an alert's owner, or manages its unit."""
    ASSIGNEE = "person it is assigned to"
    AUDIENCE = "team of its channel"
    """Who works in the channel that an alert belongs to."""

    POLICY = "policy"
    BUDGET = "budget"
    REFRESH = "refresh"
    REGISTER = "register"
    MDM = "mdm"
    LOSSES = "losses"
    DESK = "desk"
    WATCH = "watch"
    CLOCK = "clock"

    @property
    def is_service(self) -> bool:
        """True for our own services, whose late or repeated words change nothing and refuse nobody."""
        return self in _SERVICES


_SERVICES = frozenset(
    {
        *(Actor.POLICY, Actor.BUDGET, Actor.REFRESH, Actor.REGISTER, Actor.MDM),
        *(Actor.LOSSES, Actor.DESK, Actor.WATCH, Actor.CLOCK),
    }
)


class Step:
    """From `source` to `target` on `event`, by any of `who`, where all `guards` hold. `does` is for the timeline."""

    __slots__ = ("does", "event", "guards", "source", "target", "who")

    def __init__(
        self, source: str, event: str, target: str, *, who: Collection[Actor], guards: Collection[str] = (), does: str
    ) -> None:
        self.source = str(source)
        self.event = str(event)
        self.target = str(target)
        self.who = frozenset(who)
        self.guards = tuple(str(each) for each in guards)
        self.does = does

    @property
    def moves(self) -> bool:
        """False where the state stays as it is."""
        return self.source != self.target

    def __repr__(self) -> str:
        return f"{self.source} --{self.event}--> {self.target}"


Holds = Callable[[str], bool]
"""Answers a guard by its name, from the facts at hand."""


class Machine:
    """`states` says what each means; `ends` need no way on; `guards` says of each what is wrong where it fails.

    Raises ValueError for data that contradicts itself, when the module that holds it is imported.
    """

    def __init__(
        self,
        name: str,
        *,
        states: Mapping[str, str],
        ends: Collection[str],
        guards: Mapping[str, str],
        steps: Iterable[Step],
    ) -> None:
        self.name = name
        self.states = {str(state): means for state, means in states.items()}
        self.ends = frozenset(str(each) for each in ends)
        self.guards = {str(guard): says for guard, says in guards.items()}
        self.steps = tuple(steps)
        faults = list(self._faults())
        if faults:
            raise ValueError(f"machine {name}: {'; '.join(faults)}")

    def _faults(self) -> Iterable[str]:
        places = {NEW, *self.states}
        if NEW in self.states:
            yield f"{NEW} is where all begins, and no state"
        yield from (f"{end} is an end but no state" for end in sorted(self.ends - self.states.keys()))
        for step in self.steps:
            if step.source not in places or step.target not in self.states:
                yield f"{step} leads from or to no state"
            if not step.who:
                yield f"nobody may take {step}"
            yield from (f"{step} asks {guard}, which is not named" for guard in step.guards if guard not in self.guards)
        asked = {guard for step in self.steps for guard in step.guards}
        yield from (f"no step asks {guard}" for guard in self.guards if guard not in asked)
        yield from (f"nothing leads to {state}" for state in self.states if state not in self._reached_from(NEW))
        yield from (
            f"{state} has no way out"
            for state in self.states
            if state not in self.ends and self.ends.isdisjoint(self._reached_from(state))
        )
        for (source, event), steps in self._by_place.items():
            unguarded = [place for place, step in enumerate(steps) if not step.guards]
            if unguarded and unguarded[0] != len(steps) - 1:
                yield f"{event} from {source} has steps that are never tried"

    def _reached_from(self, state: str) -> set[str]:
        found: set[str] = set()
        ahead = [state]
        while ahead:
            here = ahead.pop()
            for step in self.steps:
                if step.source == here and step.target not in found:
                    found.add(step.target)
                    ahead.append(step.target)
        return found

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, str], list[Step]]:
        found: dict[tuple[str, str], list[Step]] = defaultdict(list)
        for step in self.steps:
            found[step.source, step.event].append(step)
        return found

    def steps_from(self, state: str) -> list[Step]:
        """All steps that leave `state`, or stay in it."""
        return [step for step in self.steps if step.source == state]

    def step(self, state: str, event: str, actors: Collection[Actor], holds: Holds) -> Step | None:
        """The step that `actors` may take on `event`; None if there is none here, or something bars it."""
        mine = frozenset(actors)
        for step in self._by_place.get((state, event), ()):
            if mine & step.who and all(holds(guard) for guard in step.guards):
                return step
        return None

    def take(self, state: str, event: str, actors: Collection[Actor], holds: Holds) -> Step:
        """The step that a person takes. Raises RuleBroken (not from here, or a guard says why) and NotAllowed."""
        found = self.step(state, event, actors, holds)
        if found is not None:
            return found
        here = self._by_place.get((state, event), [])
        if not here:
            raise RuleBroken(f"That cannot be done now: {self.states.get(state, state)}")
        theirs = [step for step in here if step.who & frozenset(actors)]
        if not theirs:
            allowed = sorted({str(actor) for step in here for actor in step.who if not actor.is_service})
            raise NotAllowed(f"That is for the {' or the '.join(allowed)} to do, not for you.")
        barred = next(guard for guard in theirs[-1].guards if not holds(guard))
        raise RuleBroken(self.guards[barred])

    def offers(self, state: str, actors: Collection[Actor], holds: Holds) -> list[str]:
        """The events that `actors` could cause now, in the order of the data: what buttons to show."""
        events = dict.fromkeys(step.event for step in self.steps_from(state))
        return [event for event in events if self.step(state, event, actors, holds) is not None]

    def diagram(self) -> str:
        """The machine as a Mermaid state diagram: one arrow from a state to another, with all that leads along it.

        Who takes a step is not in it: arrows would drown in words. Guards are, where they decide between arrows.
        """
        arrows: dict[tuple[str, str], dict[str, None]] = {}
        for step in self.steps:
            arrows.setdefault((step.source, step.target), {})[self._label(step)] = None
        lines = ["stateDiagram-v2"]
        # Mermaid takes no colon or semicolon in a label, and no space in a state's id.
        lines += [f'    state "{_words(state)}" as {state}' for state in self.states]
        for (source, target), labels in arrows.items():
            lines.append(f"    {'[*]' if source == NEW else source} --> {target}: {', '.join(labels)}")
        lines += [f"    {state} --> [*]" for state in self.states if state in self.ends]
        return "\n".join(lines)

    def _label(self, step: Step) -> str:
        branches = {other.target for other in self._by_place[step.source, step.event]}
        if len(branches) == 1 or not step.guards:
            return _words(step.event)
        return f"{_words(step.event)} [{' and '.join(map(_words, step.guards))}]"


def _words(name: str) -> str:
    return name.replace("_", " ")
