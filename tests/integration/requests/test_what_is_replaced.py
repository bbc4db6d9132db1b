"""Which device may be replaced at all, how often, and who decides where the nearest manager may not."""

from __future__ import annotations

from uuid import UUID

import pytest

from schemas.vocabulary import DeviceState, Role
from services.access.directory import Directory, Person
from services.access.viewer import viewer_for
from services.clock import FixedClock
from services.database.pool import Pool, open_pool
from services.errors import RuleBroken
from services.losses.commands import Losses
from services.machines import Actor
from services.requests.commands import Requests
from services.requests.queries import Cause, Reason, Status
from services.requests.rules.deciding import approver_for
from services.requests.rules.escalating import next_above
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.requests.conftest import Asks
from tests.integration.requests.journey import changed, committed, device, hear, minutes, put, shelve, status

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("state", [DeviceState.IN_STOCK, DeviceState.RETURNED, DeviceState.SANITISED])
async def test_a_manager_gets_nothing_for_a_device_that_nobody_uses(
    register: Pool, ask: Asks, state: DeviceState
) -> None:
    device_id = await shelve(register, "S9", 9, state=state, unit="central-west-response")
    with pytest.raises(RuleBroken, match="Nobody uses that device"):
        await ask("Priya Nair", device_id=device_id)


async def test_what_was_lost_is_replaced_once_though_the_register_still_says_it_is_held(
    pool: Pool, requests: Requests, ask: Asks, clock: FixedClock, devices: dict[str, UUID]
) -> None:
    raised = await ask(device_id=devices["S1"], reason=Reason.LOST)
    await requests.approve(viewer("Priya Nair"), raised.request_id, idempotency_key="k")
    await hear(pool, committed(raised, clock.now()), changed(device("new"), clock.now() + minutes(1)))
    await put(pool, raised.request_id, Cause.RECEIVE, Actor.RECIPIENT, clock.now())
    assert await status(pool, raised.request_id) is Status.CLOSED
    for reason in (Reason.LOST, Reason.BROKEN):
        with pytest.raises(RuleBroken, match=f"{raised.reference} has replaced that device already"):
            await ask(device_id=devices["S1"], reason=reason, key=reason)


def two_managers() -> Directory:
    small = small_directory()
    second = Person(email=email_of("Zoe Lund"), name="Zoe Lund", unit="central-west", roles=frozenset({Role.MANAGER}))
    return Directory(small.units.values(), [*small.people.values(), second])


async def test_one_manager_asks_for_the_other_and_somebody_above_both_decides(
    pool: Pool, register: Pool, clock: FixedClock
) -> None:
    directory = two_managers()
    held = {"state": DeviceState.DEPLOYED, "holder_email": email_of("Zoe Lund"), "unit": "central-west"}
    device_id = await shelve(register, "Z1", 9, **held)
    asks = Asks(Requests(pool, clock, directory))
    raised = await asks("Priya Nair", device_id=device_id)
    assert (raised.recipient_email, raised.approver_email) == (email_of("Zoe Lund"), email_of("Catherine Doyle"))


def test_nobody_decides_for_themselves_or_for_whom_they_asked() -> None:
    directory = two_managers()
    for asker in directory.people.values():
        for other in directory.people.values():
            try:
                found = approver_for(asker.email, asker.unit, directory, other.email)
            except RuleBroken:
                assert Role.DIRECTOR in asker.roles | other.roles, "there is one director"
                continue
            assert found not in (asker.email, other.email)


def test_a_request_ends_at_a_director_and_is_handed_to_and_fro_by_none() -> None:
    small = small_directory()
    second = Person(email=email_of("Al Moss"), name="Al Moss", unit="met", roles=frozenset({Role.DIRECTOR}))
    directory = Directory(small.units.values(), [*small.people.values(), second])
    for start in directory.people.values():
        seen, at = [start.email], start.email
        while (above := next_above(at, start.unit, ["x@metropolitan.example"], directory)) is not None:
            assert above not in seen
            seen, at = [*seen, above], above
        assert viewer_for(at, directory).has(Role.DIRECTOR)


def test_who_came_in_the_place_of_an_approver_who_left_is_asked_first() -> None:
    left = next_above("gone@metropolitan.example", "central-west", [email_of("Amara Osei")], small_directory())
    assert left == email_of("Priya Nair")
    hers = next_above("gone@metropolitan.example", "central-west", [email_of("Priya Nair")], small_directory())
    assert hers == email_of("Catherine Doyle"), "but not for her own"


async def test_what_is_reported_lost_is_not_asked_for_as_broken(
    pool: Pool, database_url: str, ask: Asks, clock: FixedClock, devices: dict[str, UUID]
) -> None:
    losing = await open_pool(database_url, "losses")
    losses = Losses(losing, clock, small_directory())
    reported = await losses.report(viewer("Amara Osei"), device_id=devices["S1"], how="lost", idempotency_key="l")
    await losing.close()
    with pytest.raises(RuleBroken, match=f"{reported.loss.reference} reports that device lost"):
        await ask(device_id=devices["S1"], reason=Reason.BROKEN)
    assert (await ask(device_id=devices["S1"], reason=Reason.LOST, key="2")).status is Status.WAITING_FOR_APPROVAL
