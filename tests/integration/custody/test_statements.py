"""However many devices an act or a batch concerns, the database is asked as often as for one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable

import pytest

from schemas.vocabulary import DeviceState
from services.clock import FixedClock
from services.custody.commands import Custodies, Details
from services.custody.consumer import CustodyConsumer
from services.custody.rules.machine import Cause
from services.database.pool import Pool, open_pool
from tests.fixtures.custody import at, changed, returned
from tests.fixtures.delivery import deliver
from tests.fixtures.people import small_directory
from tests.fixtures.statements import statements_of
from tests.integration.custody.conftest import HELEN, IDRIS

pytestmark = pytest.mark.integration
FEW, MANY = range(1, 3), range(3, 63)


@pytest.fixture
async def one(database_url: str) -> AsyncIterator[Pool]:
    """A pool of one connection, which can be listened to."""
    opened = await open_pool(database_url, "custody", size=1)
    yield opened
    await opened.close()


async def counted(pool: Pool, doing: Awaitable[object]) -> int:
    async with statements_of(pool) as sent:
        await doing
    return len(sent)


async def test_a_planners_act_on_many_devices_asks_as_often_as_on_few(one: Pool) -> None:
    await deliver(one, CustodyConsumer().apply, [returned(number) for number in (*FEW, *MANY)])
    custodies = Custodies(one, FixedClock(at(3)), small_directory())
    document = await custodies.keep_document(HELEN, name="lot.pdf", content=b"%PDF lot")
    proof = Details(document_id=document.document_id, certificate_issuer="Secure Wipe Ltd", certificate_number="SW-1")
    for cause, details in (
        (Cause.CERTIFY, proof),
        (Cause.REVIEW, Details(condition="good")),
        (Cause.RESELL, Details(proceeds_pence=812_345)),
    ):
        few, many = [
            await counted(
                one,
                custodies.act(
                    IDRIS if cause is Cause.RESELL else HELEN,
                    cause,
                    [f"C-{number}" for number in devices],
                    details,
                    idempotency_key=f"{cause} {len(devices)}",
                ),
            )
            for devices in (FEW, MANY)
        ]
        assert 5 < few == many, cause


async def test_what_the_register_tells_of_many_devices_asks_as_often_as_of_few(one: Pool) -> None:
    apply = CustodyConsumer().apply
    came = [await counted(one, deliver(one, apply, [returned(number) for number in each])) for each in (FEW, MANY)]
    assert 2 < came[0] == came[1]
    back = [
        await counted(one, deliver(one, apply, [changed(number, 3, DeviceState.IN_STOCK, 2) for number in each]))
        for each in (FEW, MANY)
    ]
    assert 2 < back[0] == back[1]
