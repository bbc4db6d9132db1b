"""From the return to the end, by every way there is."""

from __future__ import annotations

import pytest

from schemas.vocabulary import DeviceState, Kind
from services.custody import queries
from services.custody.commands import Details
from services.custody.queries import CustodyState
from services.custody.rules.machine import Cause
from services.custody.verification import Checked, faults
from services.database.pool import Pool
from services.errors import BadInput, NotAllowed, NotFound, RuleBroken
from tests.fixtures.custody import changed, returned, wipe_told
from tests.integration.custody.conftest import HELEN, IDRIS, PRIYA, RUTH, Acts, Hears

pytestmark = pytest.mark.integration


async def test_a_certified_laptop_is_reviewed_and_resold(acts: Acts, hear: Hears, pool: Pool) -> None:
    (came,) = await hear(returned(1))
    assert (came.data.reference, came.data.state, came.data.revision) == ("C-1", "returned", 1)
    await acts.certify("c-1")
    await acts(Cause.REVIEW, "C-1", condition="good")
    done = await acts.custodies.act(
        IDRIS, Cause.RESELL, ["C-1"], Details(proceeds_pence=8_100, note="Lot 7"), idempotency_key="sale"
    )
    view = await queries.custody(pool, RUTH, "serial1")
    assert view is not None
    assert view.state is CustodyState.RESOLD
    assert (view.proof, view.certificate_number, view.route) == ("certificate", "SW-1", "resale")
    assert (view.proceeds_pence, view.batch, view.may) == (8_100, done.batch, ())
    assert view.review is not None
    assert view.review.startswith(
        "Latitude 5430, 37 months old and in good condition, has a residual value worth selling"
    )
    assert [line.what for line in view.chain] == [
        "Came back",
        "Sanitised by certificate SW-1 of Secure Wipe Ltd",
        f"Reviewed for resale: {view.review}",
        "Resold – Lot 7",
    ]
    checked = Checked()
    assert [fault async for fault in faults(pool, checked)] == []
    assert (checked.records, checked.links, checked.documents) == (1, 4, 1)


async def test_a_gift_needs_an_approved_route_and_a_review_for_it(acts: Acts, hear: Hears) -> None:
    await hear(changed(1, 2, DeviceState.RETURNED, 1, bought=None), returned(2))
    await acts.certify("C-1", "C-2")
    with pytest.raises(RuleBroken):
        await acts(Cause.REDISTRIBUTE, "C-1", charity="schools")
    await acts(Cause.REVIEW, "C-1", condition="good", route="redistribution", note="A school asked for it")
    await acts(Cause.REVIEW, "C-2", condition="good")
    with pytest.raises(BadInput, match="charity"):
        await acts(Cause.REDISTRIBUTE, "C-1", charity="a friend")
    given = await acts(Cause.REDISTRIBUTE, "C-1", "C-2", charity="schools")
    assert [(view.reference, view.charity_name) for view in given.moved] == [("C-1", "Devices for Schools")]
    assert given.refused == (
        ("C-2", "The review did not decide for redistribution; review it again to decide otherwise."),
    )


async def test_a_failed_wipe_goes_to_destruction_and_only_to_recycling(acts: Acts, hear: Hears) -> None:
    await hear(returned(1), wipe_told(1, "failed", 2))
    with pytest.raises(RuleBroken, match="must be destroyed"):
        await acts.certify("C-1")
    await acts(Cause.SEND_TO_DESTRUCTION, "C-1")
    with pytest.raises(BadInput, match="document_id"):
        await acts(Cause.DESTROY, "C-1")
    await acts.certify("C-1", cause=Cause.DESTROY)
    with pytest.raises(RuleBroken):
        await acts(Cause.REVIEW, "C-1", condition="good")
    assert (await acts.seen(1)).may == ()
    await acts(Cause.RECYCLE, "C-1", weee_note="W-77")
    view = await acts.seen(1)
    assert (view.state, view.proof, view.weee_note) == ("recycled", "destruction", "W-77")


async def test_a_monitor_is_cleared_by_inspection_and_a_laptop_is_not(acts: Acts, hear: Hears) -> None:
    await hear(returned(1, kind=Kind.MONITOR), returned(2))
    done = await acts(Cause.INSPECT, "C-1", "C-2")
    assert [view.proof for view in done.moved] == ["inspection"]
    assert done.refused[0][0] == "C-2"


async def test_who_may_not_act_is_told_so_and_it_is_audited(acts: Acts, hear: Hears, pool: Pool) -> None:
    await hear(returned(1))
    for somebody in (RUTH, PRIYA, IDRIS):
        with pytest.raises(NotAllowed):
            await acts.custodies.act(somebody, Cause.SEND_TO_DESTRUCTION, ["C-1"], Details(), idempotency_key="k")
    with pytest.raises(NotFound):
        await acts(Cause.SEND_TO_DESTRUCTION, "C-99")
    with pytest.raises(RuleBroken):
        await acts(Cause.WIPE_DONE, "C-1")
    assert await acts.states([1]) == ["returned"]
    audited = await pool.fetch("SELECT email, subject, granted FROM access.audit ORDER BY at, email")
    assert {(row["email"], row["granted"]) for row in audited} == {
        (somebody.email, False) for somebody in (RUTH, PRIYA, IDRIS, HELEN)
    }


async def test_the_same_key_is_one_act(acts: Acts, hear: Hears) -> None:
    await hear(returned(1), returned(2))
    once = await acts.custodies.act(HELEN, Cause.SEND_TO_DESTRUCTION, ["C-1"], Details(), idempotency_key="k")
    again = await acts.custodies.act(HELEN, Cause.SEND_TO_DESTRUCTION, ["C-2"], Details(), idempotency_key="k")
    assert (again.batch, [view.reference for view in again.moved]) == (once.batch, ["C-1"])
    assert await acts.states([1, 2]) == ["to_destruction", "returned"]


async def test_managers_see_their_units_without_where_devices_went(acts: Acts, hear: Hears, pool: Pool) -> None:
    await hear(returned(1), changed(2, 2, DeviceState.RETURNED, 1, unit="central-north-response"))
    await acts.certify("C-1")
    await acts(Cause.REVIEW, "C-1", condition="good", route="redistribution", note="Asked for")
    await acts(Cause.REDISTRIBUTE, "C-1", charity="schools")
    view = await queries.custody(pool, PRIYA, "C-1")
    assert view is not None
    assert (view.charity, view.review, view.residual_pence, view.may) == (None, None, None, ())
    assert not any("Schools" in line.what for line in view.chain)
    assert await queries.custody(pool, PRIYA, "C-2") is None
    assert [count.devices for count in await queries.counts(pool, RUTH)] == [1]
    assert await queries.counts(pool, PRIYA) == []
