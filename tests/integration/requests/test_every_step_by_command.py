"""Made from the request machine: in every state every person tries every command, on a real database.

What the table does not give them is refused, written down as refused, and changes nothing; what it gives them leads
where the table says.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from schemas.events.budget import CommitmentRefusal, CommitmentRefused
from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.database.pool import Pool
from services.machines import Actor
from services.requests.commands import Deliveries, Requests
from services.requests.queries import Reason, RequestView
from services.requests.rules.machine import REQUEST as MACHINE
from services.requests.rules.machine import Cause, Status
from tests.fixtures import every_step
from tests.fixtures.people import email_of, viewer
from tests.integration.requests.journey import changed, committed, hear, minutes, shelve, status

pytestmark = pytest.mark.integration

PEOPLE: Mapping[str, frozenset[Actor]] = {
    "Amara Osei": frozenset({Actor.REQUESTER, Actor.RECIPIENT}),
    "Tom Whitfield": frozenset(),
    "Priya Nair": frozenset({Actor.APPROVER, Actor.MANAGER}),
    "Daniel Reyes": frozenset(),
    "Helen Marsh": frozenset({Actor.PLANNER}),
    "Idris Bello": frozenset(),
    "Catherine Doyle": frozenset({Actor.APPROVER, Actor.DIRECTOR}),
    "Ruth Adeyemi": frozenset(),
}
"""What each is to a request of Amara's. Tom and Daniel are of another command."""
ROUTES: Mapping[Status, tuple[Cause, ...]] = {
    Status.WAITING_FOR_APPROVAL: (),
    Status.QUESTION_ASKED: (Cause.ASK,),
    Status.WAITING_FOR_REPAIR: (),
    Status.WAITING_FOR_WAVE: (),
    Status.APPROVED: (Cause.APPROVE,),
    Status.WAITING_FOR_MONEY: (Cause.APPROVE, Cause.NO_MONEY),
    Status.ORDERED: (Cause.APPROVE, Cause.COMMITTED),
    Status.ALLOCATED: (Cause.APPROVE, Cause.COMMITTED, Cause.ALLOCATE),
    Status.SHIPPED: (Cause.APPROVE, Cause.COMMITTED, Cause.ALLOCATE, Cause.SHIP),
    Status.DELIVERED: (Cause.APPROVE, Cause.COMMITTED, Cause.ALLOCATE, Cause.SHIP, Cause.ENROLLED),
    Status.WAITING_FOR_CHECK: (Cause.APPROVE, Cause.COMMITTED, Cause.ALLOCATE, Cause.SHIP, Cause.RECEIVE),
    Status.RETURN_DUE: (Cause.APPROVE, Cause.COMMITTED, Cause.ALLOCATE, Cause.SHIP, Cause.RECEIVE, Cause.CHECK),
    Status.CLOSED: (
        *(Cause.APPROVE, Cause.COMMITTED, Cause.ALLOCATE, Cause.SHIP, Cause.RECEIVE, Cause.CHECK, Cause.RETURNED),
    ),
    Status.REFUSED: (Cause.REFUSE,),
    Status.WITHDRAWN: (Cause.WITHDRAW,),
}
"""What happens after asking, until a request stands there."""
USUALLY = {
    **dict.fromkeys((Cause.APPROVE, Cause.REFUSE, Cause.ASK), "Priya Nair"),
    **dict.fromkeys((Cause.ANSWER, Cause.WITHDRAW, Cause.RECEIVE, Cause.CHECK), "Amara Osei"),
    **dict.fromkeys((Cause.ALLOCATE, Cause.SHIP, Cause.RETURNED), "Helen Marsh"),
}
KNOWN = """
SELECT (SELECT row_to_json(r)::text FROM requests.requests AS r WHERE request_id = $1) AS thing,
       (SELECT count(*) FROM requests.timeline WHERE request_id = $1) AS lines,
       (SELECT count(*) FROM requests.outbox) AS told,
       (SELECT count(*) FROM access.audit WHERE granted) AS granted
"""


def no_money(view: RequestView, at: datetime) -> CommitmentRefused:
    """The budget has none."""
    return CommitmentRefused(
        id=f"{view.request_id}/refused",
        source="quartermaster/budget",
        time=at,
        subject="line",
        data=CommitmentRefusal(
            request_id=view.request_id,
            request_reference=view.reference,
            explanation="There is no money left.",
        ),
    )


class Stage:
    """Requests of Amara's, each about a laptop of its own, and all commands there are by the cause they are."""

    machine = MACHINE
    people = PEOPLE
    known = KNOWN
    # Deciding what is decided answers how it was decided, to those who might have.
    forgiving = (Cause.APPROVE, Cause.REFUSE)
    longer = ()

    def __init__(self, pool: Pool, register: Pool, requests: Requests, deliveries: Deliveries, clock: FixedClock):
        self.pool = pool
        self._register = register
        self._requests = requests
        self._deliveries = deliveries
        self._clock = clock
        self._numbers = itertools.count(100)
        self._keys = itertools.count(1)
        self.shelf: dict[UUID, str] = {}
        act = {"idempotency_key": ""}
        self._commands: Mapping[Cause, tuple[Callable[..., Awaitable[Any]], Mapping[str, str]]] = {
            Cause.APPROVE: (requests.approve, act),
            Cause.REFUSE: (requests.refuse, act | {"refusal": "No"}),
            Cause.ASK: (requests.ask, act | {"question": "Why?"}),
            Cause.ANSWER: (requests.answer, act | {"answer": "So"}),
            Cause.WITHDRAW: (requests.withdraw, act),
            Cause.INSIST: (requests.insist, act | {"why": "I leave on Monday"}),
            Cause.REPAIRED: (requests.repaired, act),
            Cause.NOT_REPAIRED: (requests.not_repaired, act | {"why": "Still dark"}),
            Cause.ALLOCATE: (deliveries.allocate, act | {"device": ""}),
            Cause.CANCEL: (deliveries.cancel, act | {"why": "Not needed"}),
            Cause.SHIP: (deliveries.ship, act | {"carrier": "Van 3"}),
            Cause.RECEIVE: (deliveries.receive, act),
            Cause.CHECK: (deliveries.check, act),
            Cause.RETURNED: (deliveries.take_back, act),
            Cause.KEEP: (requests.keep, act | {"why": "On call"}),
            Cause.CALL_OFF: (requests.call_off, act),
        }

    @property
    def causes(self) -> list[Cause]:
        return list(self._commands)

    def number_from(self, first: int) -> None:
        """Let the next devices be numbered so, beside those of other stages."""
        self._numbers = itertools.count(first)

    async def at(self, state: str, ahead_of: StrEnum | None = None) -> UUID:
        """A new request that stands there, by what people and services do."""
        wanted = Status(state)
        # What was set aside for a request that ended lies on the shelf again, and would serve the next one at once.
        await self._register.execute("UPDATE register.devices SET state = 'deployed' WHERE state = 'in_stock'")
        if ahead_of in (Cause.KEEP, Cause.CALL_OFF):
            return await self._reclaim()
        view = await self._raise(wanted)
        for cause in ROUTES[wanted]:
            await self._happens(view, cause)
        assert await status(self.pool, view.request_id) is wanted
        if ahead_of is Cause.ALLOCATE:
            self.shelf[view.request_id] = await self._shelve()
        return view.request_id

    async def _raise(self, wanted: Status) -> RequestView:
        number = next(self._numbers)
        old = await self._held(number, repairs=wanted is Status.WAITING_FOR_REPAIR)
        view = await self._requests.raise_request(
            viewer("Amara Osei"),
            device_id=old,
            kind=Kind.LAPTOP,
            reason=Reason.BROKEN,
            needed_by=None,
            accessibility_needs=True,
            explanation="It fell",
            delivery_place="Charing Cross",
            idempotency_key=str(number),
        )
        if wanted is Status.WAITING_FOR_WAVE:
            # The refresh plan itself is tried in the tests of verdicts.
            await self.pool.execute(
                "UPDATE requests.requests SET status = $2 WHERE request_id = $1", view.request_id, wanted
            )
        return view

    async def _held(self, number: int, *, repairs: bool = False) -> UUID:
        """A laptop of Amara's."""
        return await shelve(
            self._register,
            f"OLD{number}",
            number,
            state=DeviceState.DEPLOYED,
            unit="central-west-response",
            holder_email=email_of("Amara Osei"),
            warranty_ends_on=date(2025, 5, 3) if repairs else date(2024, 5, 3),
        )

    async def _reclaim(self) -> UUID:
        """A laptop of Amara's that her manager asks for."""
        number = next(self._numbers)
        priya, device = viewer("Priya Nair"), await self._held(number)
        view = await self._deliveries.reclaim(priya, device, why="It is idle", idempotency_key=str(number))
        return view.request_id

    async def _happens(self, view: RequestView, cause: Cause) -> None:
        at = self._clock.now() + minutes(5)
        match cause:
            case Cause.COMMITTED:
                await hear(self.pool, committed(view, at))
            case Cause.NO_MONEY:
                await hear(self.pool, no_money(view, at))
            case Cause.ENROLLED:
                serial = self.shelf[view.request_id]
                device = await self.pool.fetchval("SELECT device_id FROM register.devices WHERE serial = $1", serial)
                await hear(self.pool, changed(device, at, serial=serial))
            case _:
                if cause is Cause.ALLOCATE:
                    self.shelf[view.request_id] = await self._shelve()
                await self.press(USUALLY[cause], cause, view.request_id)

    async def press(self, name: str, cause: StrEnum, thing: UUID) -> None:
        """Somebody gives a command, as if for the first time."""
        run, values = self._commands[Cause(cause)]
        given = {**values, "idempotency_key": f"press-{next(self._keys)}"}
        if cause is Cause.ALLOCATE:
            given["device"] = self.shelf.get(thing, "NOWHERE")
        await run(viewer(name), thing, **given)

    async def _shelve(self) -> str:
        number = next(self._numbers)
        await shelve(self._register, f"NEW{number}", number)
        return f"NEW{number}"

    async def state_of(self, thing: UUID) -> str:
        return await status(self.pool, thing)


@pytest.fixture
def stage(pool: Pool, register: Pool, requests: Requests, deliveries: Deliveries, clock: FixedClock) -> Stage:
    return Stage(pool, register, requests, deliveries, clock)


def test_every_state_and_every_step_of_a_person_is_tried(stage: Stage) -> None:
    assert set(ROUTES) == set(Status)
    # That somebody leaves ends all that is theirs at once: `test_leaving.py` tries it from every state.
    assert every_step.all_are_tried(stage, but=[Cause.LEAVE])


async def test_what_is_not_theirs_is_refused_and_changes_nothing(stage: Stage) -> None:
    for state in Status:
        await every_step.what_is_not_theirs_is_refused(stage, state)


async def test_what_is_theirs_leads_where_the_table_says(stage: Stage) -> None:
    for state in Status:
        await every_step.what_is_theirs_leads_on(stage, state)
