"""What others read of custody, and who sees what of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.vocabulary import DeviceState, Kind
from services.clock import FixedClock
from services.custody import queries
from services.custody.commands import Details
from services.custody.queries import CustodyState
from services.custody.rules.machine import Cause
from services.database.pool import Pool
from services.errors import BadInput
from tests.fixtures.custody import changed, returned
from tests.fixtures.people import viewer
from tests.integration.custody.conftest import HELEN, IDRIS, PRIYA, RUTH, Acts, Hears

pytestmark = pytest.mark.integration


async def test_quarters_count_ends_where_they_fell_in_london(
    acts: Acts, hear: Hears, pool: Pool, clock: FixedClock
) -> None:
    await hear(*(returned(number) for number in range(1, 7)))
    await acts.certify("C-1", "C-2", "C-3", "C-4")
    await acts(Cause.REVIEW, "C-1", "C-2", condition="good")
    await acts(Cause.REVIEW, "C-3", "C-4", condition="good", route="redistribution", note="Asked for")
    await acts(Cause.SEND_TO_DESTRUCTION, "C-5")
    await acts.certify("C-5", cause=Cause.DESTROY)
    # London is on summer time already: the year ends at 23:00 UTC.
    clock.moment = datetime(2025, 3, 31, 22, 30, tzinfo=UTC)
    sold = await acts(Cause.RESELL, "C-1", "C-2", proceeds_pence=12_345)
    await acts(Cause.REDISTRIBUTE, "C-3", charity="schools")
    clock.moment = datetime(2025, 3, 31, 23, 30, tzinfo=UTC)
    await acts(Cause.REDISTRIBUTE, "C-4", charity="schools")
    await acts(Cause.RECYCLE, "C-5", weee_note="W-1")

    year = await queries.quarters(pool, IDRIS, "2024/25")
    assert [(q.resold, q.redistributed, q.recycled, q.destroyed, q.proceeds_pence) for q in year] == [
        (0, 0, 0, 0, 0),
        (0, 0, 0, 0, 0),
        (0, 0, 0, 1, 0),
        (2, 1, 0, 0, 12_345),
    ]
    assert year[3].by_charity == (("Devices for Schools", 1),)
    first = (await queries.quarters(pool, HELEN, "2025/26"))[0]
    assert (first.redistributed, first.recycled, first.destroyed, first.proceeds_pence) == (1, 1, 0, None)
    assert [q.by_charity for q in await queries.quarters(pool, PRIYA, "2024/25")] == [()] * 4
    seen = await queries.batch(pool, IDRIS, sold.batch)
    assert seen is not None
    assert sorted(view.proceeds_pence or 0 for view in seen.moved) == [6_172, 6_173]
    with pytest.raises(BadInput):
        await queries.quarters(pool, IDRIS, "2024")


async def test_lists_show_those_first_that_wait_longest_and_counts_say_since_when(
    acts: Acts, hear: Hears, pool: Pool
) -> None:
    await hear(returned(1, 2, 2), returned(2, 2, 1), returned(3, 2, 0.5, kind=Kind.MONITOR))
    waiting = await queries.in_state(pool, HELEN, CustodyState.RETURNED)
    assert [view.serial for view in waiting] == ["SERIAL3", "SERIAL2", "SERIAL1"]
    assert [view.serial for view in await queries.in_state(pool, HELEN, CustodyState.RETURNED, Kind.LAPTOP, 1)] == [
        "SERIAL2"
    ]
    counted = await queries.counts(pool, HELEN)
    assert [(count.kind, count.devices) for count in counted] == [(Kind.LAPTOP, 2), (Kind.MONITOR, 1)]
    assert waiting[0].may == (Cause.CERTIFY, Cause.INSPECT, Cause.SEND_TO_DESTRUCTION)
    for nobody in (RUTH, viewer("Catherine Doyle"), PRIYA):
        assert {view.may for view in await queries.in_state(pool, nobody, CustodyState.RETURNED)} == {()}
    assert await queries.in_state(pool, viewer("Amara Osei"), CustodyState.RETURNED) == []
    done = await acts.custodies.act_on_all(
        HELEN, Cause.SEND_TO_DESTRUCTION, CustodyState.RETURNED, Details(), idempotency_key="all"
    )
    assert len(done.moved) == 3


async def test_a_batch_is_seen_as_far_as_ones_units_go(acts: Acts, hear: Hears, pool: Pool) -> None:
    await hear(returned(1), changed(2, 2, DeviceState.RETURNED, 1, unit="central-north-response"))
    done = await acts(Cause.SEND_TO_DESTRUCTION, "C-1", "C-2", "C-3")
    assert done.refused == (("C-3", "There is none, or it is not one you may see."),)
    seen = await queries.batch(pool, PRIYA, done.batch.lower())
    assert seen is not None
    assert ([view.reference for view in seen.moved], seen.refused) == (["C-1"], ())
    assert await queries.batch(pool, viewer("Amara Osei"), done.batch) is None
    assert await queries.batch(pool, HELEN, "B-99") is None
    audited = await pool.fetch("SELECT subject, granted FROM access.audit ORDER BY subject")
    assert [tuple(row) for row in audited] == [("C-1", True), ("C-2", True), ("C-3", False)]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"note": "x" * 501}, "note"),
        ({"place": "Depot\x00"}, "place"),
        ({"certificate_issuer": "x" * 101}, "certificate_issuer"),
        ({"condition": "good", "route": "recycling"}, "note"),
        ({}, "condition"),
    ],
)
async def test_what_an_act_lacks_is_named(acts: Acts, hear: Hears, wrong: dict[str, str], where: str) -> None:
    await hear(changed(1, 2, DeviceState.SANITISED, 1))
    with pytest.raises(BadInput) as refused:
        await acts(Cause.REVIEW, "C-1", **wrong)
    assert refused.value.where == where
    assert await acts.states([1]) == ["sanitised"]


@pytest.mark.parametrize(("name", "content"), [("", b"x"), ("a.pdf", b""), ("a.pdf", b"x" * (10 * 1024 * 1024 + 1))])
async def test_a_document_without_name_or_too_large_is_not_kept(acts: Acts, name: str, content: bytes) -> None:
    with pytest.raises(BadInput):
        await acts.custodies.keep_document(HELEN, name=name, content=content)
