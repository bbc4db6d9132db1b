"""Made from the custody machine: in every state every person tries every act, on a real database.

What the table does not give them is refused, written down as refused, and changes nothing; what it gives them leads
where the table says.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from schemas.vocabulary import DeviceState, Kind
from services.custody.commands import Custodies, Details
from services.custody.queries import CustodyState
from services.custody.rules.machine import CUSTODY, Cause
from services.database.pool import Pool, open_pool
from services.machines import Actor
from services.register.consumer import RegisterConsumer
from tests.fixtures import every_step
from tests.fixtures.custody import START, UNIT, changed, returned, wipe_told
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import asset, checked_in
from tests.fixtures.people import viewer
from tests.integration.custody.conftest import HELEN, Hears

pytestmark = pytest.mark.integration

PEOPLE: Mapping[str, frozenset[Actor]] = {
    **dict.fromkeys(("Amara Osei", "Tom Whitfield", "Priya Nair", "Daniel Reyes", "Ruth Adeyemi"), frozenset()),
    "Helen Marsh": frozenset({Actor.PLANNER}),
    "Idris Bello": frozenset({Actor.FINANCE}),
    "Catherine Doyle": frozenset({Actor.DIRECTOR}),
}
_S = CustodyState
ROUTES: Mapping[CustodyState, tuple[Cause, ...]] = {
    _S.RETURNED: (),
    _S.WIPE_REQUESTED: (Cause.REQUEST_WIPE,),
    _S.WIPE_FAILED: (Cause.WIPE_FAILED,),
    _S.TO_DESTRUCTION: (Cause.SEND_TO_DESTRUCTION,),
    _S.DESTROYED: (Cause.SEND_TO_DESTRUCTION, Cause.DESTROY),
    _S.SANITISED: (Cause.CERTIFY,),
    _S.REVIEWED: (Cause.CERTIFY, Cause.REVIEW),
    _S.RESOLD: (Cause.CERTIFY, Cause.REVIEW, Cause.RESELL),
    _S.REDISTRIBUTED: (Cause.CERTIFY, Cause.REVIEW, Cause.REDISTRIBUTE),
    _S.RECYCLED: (Cause.SEND_TO_DESTRUCTION, Cause.DESTROY, Cause.RECYCLE),
    _S.BACK_IN_USE: (Cause.TAKE_BACK,),
    _S.WRITTEN_OFF: (Cause.LOSE,),
    _S.JOINED: (Cause.JOIN,),
}
"""What happens after a device came back, until its record stands there."""
LEADS_TO = {Cause.RESELL: "resale", Cause.REDISTRIBUTE: "redistribution", Cause.RECYCLE: "recycling"}
"""What the review must have decided for."""
KNOWN = """
SELECT (SELECT row_to_json(r)::text FROM custody.records AS r WHERE custody_id = $1) AS thing,
       (SELECT count(*) FROM custody.chain WHERE custody_id = $1) AS lines,
       (SELECT count(*) FROM custody.outbox) AS told,
       (SELECT count(*) FROM access.audit WHERE granted) AS granted
"""


class Stage:
    """Devices that came back, one after the other; a certificate is at hand."""

    machine = CUSTODY
    people = PEOPLE
    known = KNOWN
    forgiving = ()
    longer = ()

    def __init__(self, pool: Pool, register: Pool, custodies: Custodies, hear: Hears, certificate: UUID) -> None:
        self.pool = pool
        self._register = register
        self._custodies = custodies
        self._hear = hear
        self._numbers = itertools.count(100)
        self._keys = itertools.count(1)
        proof = {"document_id": certificate, "certificate_issuer": "Secure Wipe Ltd", "certificate_number": "SW-1"}
        self._acts: Mapping[Cause, Mapping[str, Any]] = {
            Cause.REQUEST_WIPE: {},
            Cause.CERTIFY: proof,
            Cause.INSPECT: {},
            Cause.SEND_TO_DESTRUCTION: {},
            Cause.DESTROY: proof,
            Cause.REVIEW: {"condition": "good"},
            Cause.RESELL: {"proceeds_pence": 8_100},
            Cause.REDISTRIBUTE: {"charity": "schools"},
            Cause.RECYCLE: {"weee_note": "W-77"},
        }
        self.causes = tuple(self._acts)

    def number_from(self, first: int) -> None:
        """Let the next devices be numbered so, beside those of other stages."""
        self._numbers = itertools.count(first)

    async def at(self, state: str, ahead_of: StrEnum | None = None) -> UUID:
        """A new record that stands there, by what people and services do."""
        number = next(self._numbers)
        route = ROUTES[CustodyState(state)]
        if Cause.REQUEST_WIPE in (*route, ahead_of):
            await self._managed_comes(number)
        else:
            await self._hear(returned(number, kind=Kind.MONITOR if ahead_of is Cause.INSPECT else Kind.LAPTOP))
        thing: UUID = await self.pool.fetchval(
            "SELECT custody_id FROM custody.records WHERE serial = $1", f"SERIAL{number}"
        )
        for place, cause in enumerate(route):
            ahead = [*route[place + 1 :], ahead_of]
            await self._happens(number, thing, cause, next((LEADS_TO[c] for c in ahead if c in LEADS_TO), None))
        assert await self.state_of(thing) == state
        return thing

    async def _managed_comes(self, number: int) -> None:
        serial, facts = f"SERIAL{number}", {"kind": Kind.LAPTOP, "unit": UNIT}
        observed: list[Any] = [
            asset(serial, number, START, state=DeviceState.DEPLOYED, **facts),
            checked_in(serial, number, START + timedelta(minutes=5)),
            asset(serial, number, START + timedelta(hours=1), state=DeviceState.RETURNED, **facts),
        ]
        await self._hear(*await deliver(self._register, RegisterConsumer().apply, observed))

    async def _happens(self, number: int, thing: UUID, cause: Cause, decides: str | None) -> None:
        match cause:
            case Cause.WIPE_FAILED:
                await self._hear(wipe_told(number, "failed", 2))
            case Cause.TAKE_BACK:
                await self._hear(changed(number, 3, DeviceState.DEPLOYED, 2))
            case Cause.LOSE:
                await self._hear(changed(number, 3, DeviceState.WRITTEN_OFF, 2))
            case Cause.JOIN:
                other = next(self._numbers)
                await self._hear(returned(other))
                await self._hear(changed(number, 3, DeviceState.RETURNED, 2, merged_into=other))
            case Cause.REVIEW if decides is not None:
                await self._act(HELEN.name, cause, thing, route=decides, note="It was asked for")
            case Cause.RESELL:
                await self.press("Idris Bello", cause, thing)
            case _:
                await self.press("Helen Marsh", cause, thing)

    async def press(self, name: str, cause: StrEnum, thing: UUID) -> None:
        """Somebody acts, as if for the first time."""
        await self._act(name, Cause(cause), thing)

    async def _act(self, name: str, cause: Cause, thing: UUID, **more: Any) -> None:
        reference = await self.pool.fetchval("SELECT reference FROM custody.records WHERE custody_id = $1", thing)
        details = Details(**{**self._acts[cause], **more})
        await self._custodies.act(
            viewer(name), cause, [reference], details, idempotency_key=f"press-{next(self._keys)}"
        )

    async def state_of(self, thing: UUID) -> str:
        """Where a record stands."""
        return str(await self.pool.fetchval("SELECT state FROM custody.records WHERE custody_id = $1", thing))


@pytest.fixture
async def stage(pool: Pool, database_url: str, custodies: Custodies, hear: Hears) -> AsyncIterator[Stage]:
    register = await open_pool(database_url, "register")
    certificate = await custodies.keep_document(HELEN, name="certificate.pdf", content=b"%PDF-1.7 wiped")
    yield Stage(pool, register, custodies, hear, certificate.document_id)
    await register.close()


def test_every_state_and_every_step_of_a_person_is_tried(stage: Stage) -> None:
    assert set(ROUTES) == set(CustodyState)
    assert every_step.all_are_tried(stage)


async def test_what_is_not_theirs_is_refused_and_changes_nothing(stage: Stage) -> None:
    for state in CustodyState:
        await every_step.what_is_not_theirs_is_refused(stage, state)


async def test_what_is_theirs_leads_where_the_table_says(stage: Stage) -> None:
    for state in CustodyState:
        await every_step.what_is_theirs_leads_on(stage, state)
