from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from schemas.envelope import Event
from schemas.events.device import DeviceEnrolled, DeviceUnenrolled, WipeReported
from services.intake.polling.calls import Answer
from services.intake.polling.feeds import Page, UnusableAnswer, Walk
from services.intake.sources.intune import under_way
from services.intake.sources.intune.absence import ABSENCE
from services.intake.sources.intune.complete import CompleteFeed
from services.intake.sources.intune.translation import MANAGED_DEVICE
from tests.payloads import changed, payload, records
from tests.sources.walking import asked
from tests.unit.intake.context import CONTEXT, NOW

GRAPH = "https://graph.microsoft.com"
LIST = f"{GRAPH}/v1.0/deviceManagement/managedDevices"
LAPTOP, WIPING = records("intune/managedDevices_list_page1.json", "value")
(NEVER_SEEN,) = records("intune/managedDevices_list_lastpage.json", "value")
PHONE_ID = "e1b9a3f4-88c2-4a57-8d0b-6d2a90c5b7e9"
NOT_FOUND = Answer(404, b'{"error":{"code":"ResourceNotFound","message":"gone","innerError":{}}}')
BEGUN = "2026-11-01T09:00:12Z"
FEED = CompleteFeed(GRAPH)

Position = Mapping[str, str] | None


def _page(*devices: bytes, link: str | None = None) -> Answer:
    extra = f',"@odata.nextLink":{msgspec.json.encode(link).decode()}' if link else ""
    return Answer(200, b'{"value":[' + b",".join(devices) + b"]" + extra.encode() + b"}")


def _acting(name: str, state: str = "pending", device: bytes = WIPING, **fields: object) -> bytes:
    action = {"actionName": name, "actionState": state, "startDateTime": BEGUN}
    return changed(device, deviceActionResults=[action], **fields)


def _take(walk: Walk, answer: Answer) -> Page:
    (page,) = walk.read(answer)
    return page


def _list(position: Position, *devices: bytes, after: timedelta = timedelta(hours=6)) -> tuple[Walk, Position]:
    """A walk that has just read a whole list of these devices, some time after the one before; the position then."""
    walk = FEED.walk(position, datetime.fromisoformat(position["read_at"]) + after if position else NOW)
    return walk, _take(walk, _page(*devices)).position


def _wiped_and_gone(*then: bytes) -> tuple[Walk, Position]:
    """A walk after two lists without the device that was being wiped."""
    _, position = _list(None, LAPTOP, WIPING)
    _, position = _list(position, LAPTOP)
    return _list(position, LAPTOP, *then)


def _told(page: Page) -> Sequence[Event]:
    assert page.kind is ABSENCE
    (record,) = page.records
    return ABSENCE.translate(record.body, CONTEXT)


def test_the_whole_list_is_asked_for_without_a_condition() -> None:
    url = asked(FEED.walk({"read_at": "", "watch": "{}"}, NOW))
    assert url.startswith(f"{LIST}?$top=1000&$select=id,")
    assert "filter" not in url


def test_a_device_that_never_synchronised_is_found() -> None:
    walk = FEED.walk(None, NOW)
    page = _take(walk, _page(LAPTOP, NEVER_SEEN))
    assert page.kind is None
    _, (enrolled,) = (MANAGED_DEVICE.translate(record.body, CONTEXT) for record in page.records)
    assert isinstance(enrolled, DeviceEnrolled)


def test_a_wiped_device_that_is_gone_from_two_lists_and_unknown_by_its_id_is_proven() -> None:
    walk, position = _wiped_and_gone()
    assert asked(walk).startswith(f"{LIST}/{PHONE_ID}?$select=")
    page = _take(walk, NOT_FOUND)
    assert walk.call is None
    wiped, left = _told(page)
    assert isinstance(wiped, WipeReported)
    assert (wiped.data.outcome, wiped.data.evidence) == ("done", "absence")
    assert wiped.data.identifiers == {"serial": "F4GQX0ZZ1D", "intune": PHONE_ID}
    assert wiped.subject == left.subject == "F4GQX0ZZ1D"
    assert isinstance(left, DeviceUnenrolled)
    # What was used again after this moment may not count as sanitised: it is the last one it is known to be whole at.
    assert wiped.time == NOW
    assert position is not None
    assert page.position is not None
    assert PHONE_ID in position["watch"]
    assert PHONE_ID not in page.position["watch"]


def test_the_proof_is_told_once() -> None:
    walk, position = _wiped_and_gone()
    page = _take(walk, NOT_FOUND)
    walk, _ = _list(page.position, LAPTOP)
    assert walk.call is None
    # Killed before that page was safe, the next list leads to the same event.
    walk, _ = _list(position, LAPTOP)
    assert [event.id for event in _told(_take(walk, NOT_FOUND))] == [event.id for event in _told(page)]


def test_one_list_without_it_proves_nothing_and_neither_do_two_that_are_not_on_end() -> None:
    _, position = _list(None, LAPTOP, WIPING)
    walk, position = _list(position, LAPTOP)
    assert walk.call is None
    walk, position = _list(position, LAPTOP, WIPING)
    assert walk.call is None
    walk, _ = _list(position, LAPTOP)
    assert walk.call is None


def test_a_walk_that_breaks_off_counts_for_nothing() -> None:
    _, position = _list(None, LAPTOP, WIPING)
    _, position = _list(position, LAPTOP)
    broken = FEED.walk(position, NOW)
    assert _take(broken, _page(LAPTOP, link=f"{LIST}?$skiptoken=x")).position is None
    with pytest.raises(UnusableAnswer):
        _take(broken, Answer(200, b"<html>maintenance</html>"))
    # The place is still that of the one list without it; the next whole list shows it again.
    walk, _ = _list(position, LAPTOP, WIPING)
    assert walk.call is None


def test_a_device_on_the_second_page_is_not_missing() -> None:
    _, position = _list(None, LAPTOP, WIPING)
    _, position = _list(position, LAPTOP)
    walk = FEED.walk(position, NOW)
    _take(walk, _page(LAPTOP, link=f"{LIST}?$skiptoken=x"))
    assert asked(walk) == f"{LIST}?$skiptoken=x"
    _take(walk, _page(WIPING))
    assert walk.call is None


def test_a_record_that_is_still_there_by_its_id_is_not_gone() -> None:
    walk, _ = _wiped_and_gone()
    page = _take(walk, Answer(200, changed(WIPING, **{"@odata.context": "x"})))
    assert page.kind is None
    assert walk.call is None
    walk, position = _list(page.position, LAPTOP)
    assert walk.call is None  # counting begins anew
    walk, _ = _list(position, LAPTOP)
    assert PHONE_ID in asked(walk)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, b"<html>no such page</html>"),
        Answer(404, b'{"error":{"code":"No method match route template"}}'),
        Answer(404, b""),
        Answer(200, b"{}"),
        Answer(200, LAPTOP),
        Answer(200, b'{"value":[]}'),
    ],
)
def test_an_answer_that_is_not_about_the_device_proves_nothing(answer: Answer) -> None:
    walk, _ = _wiped_and_gone()
    with pytest.raises(UnusableAnswer):
        _take(walk, answer)


@pytest.mark.parametrize("emptied", [(), (LAPTOP,)])
def test_a_list_that_lost_more_than_half_of_itself_is_no_witness(emptied: tuple[bytes, ...]) -> None:
    fleet = [changed(LAPTOP, id=f"other-{number}") for number in range(5)]
    _, position = _list(None, *fleet, WIPING)
    walk, position = _list(position, *emptied)
    assert walk.call is None
    walk, position = _list(position, *fleet)
    assert walk.call is None  # the first that counts
    walk, _ = _list(position, *fleet)
    assert PHONE_ID in asked(walk)


def test_two_lists_right_after_each_other_count_as_one() -> None:
    _, position = _list(None, LAPTOP, WIPING)
    _, position = _list(position, LAPTOP)
    for _ in range(3):
        walk, position = _list(position, LAPTOP, after=timedelta(minutes=9))
        assert walk.call is None
    walk, _ = _list(position, LAPTOP, after=timedelta(minutes=9))  # 36 minutes after the first
    assert PHONE_ID in asked(walk)


def test_the_first_list_of_all_leaves_the_frequent_feed_time() -> None:
    first = FEED.walk(None, NOW)
    assert first.call is not None
    assert first.call.after_seconds > 0
    _, position = _list(None, LAPTOP)
    later = FEED.walk(position, NOW)
    assert later.call is not None
    assert later.call.after_seconds == 0


def test_an_empty_list_after_an_empty_list_is_no_witness() -> None:
    _, position = _list(None, WIPING)
    for _ in range(3):
        walk, position = _list(position)
        assert walk.call is None


@pytest.mark.parametrize(
    "device",
    [
        _acting("wipe", "done"),
        _acting("wipe", "failed"),
        _acting("wipe", "canceled"),
        _acting("retire", "failed"),
        _acting("syncDevice"),
        _acting("factoryResetKeepEnrollmentData"),
        _acting("wipe", managedDeviceOwnerType="personal"),
        _acting("wipe", id=""),
        LAPTOP,
    ],
)
def test_without_a_wipe_under_way_absence_says_nothing(device: bytes) -> None:
    _, position = _list(None, LAPTOP, device)
    _, position = _list(position, LAPTOP)
    walk, _ = _list(position, LAPTOP)
    assert walk.call is None


def test_a_wipe_that_ended_meanwhile_is_no_longer_watched() -> None:
    _, position = _list(None, LAPTOP, _acting("wipe"))
    _, position = _list(position, LAPTOP, _acting("wipe", "failed"))
    for _ in range(2):
        walk, position = _list(position, LAPTOP)
        assert walk.call is None


@pytest.mark.parametrize(
    "device",
    [
        _acting("retire"),
        _acting("retire", "done"),
        _acting("wipe", managementState="retirePending"),
        _acting("wipe", managementState="deletePending"),
        changed(
            WIPING,
            deviceActionResults=[
                {"actionName": "wipe", "actionState": "pending", "startDateTime": BEGUN},
                {"actionName": "retire", "actionState": "pending", "startDateTime": BEGUN},
            ],
        ),
    ],
)
def test_a_retire_is_never_a_sanitisation(device: bytes) -> None:
    _, position = _list(None, LAPTOP, device)
    _, position = _list(position, LAPTOP)
    walk, _ = _list(position, LAPTOP)
    (left,) = _told(_take(walk, NOT_FOUND))
    assert isinstance(left, DeviceUnenrolled)


def test_the_beta_endpoint_s_state_is_heeded_where_it_comes() -> None:
    body: dict[str, Any] = msgspec.json.decode(payload("intune/managedDevice_beta_wipePending.json"))
    for device in (body, {**body, "deviceActionResults": None}):
        _, position = _list(None, LAPTOP, msgspec.json.encode(device))
        _, position = _list(position, LAPTOP)
        walk, _ = _list(position, LAPTOP)
        assert isinstance(_told(_take(walk, NOT_FOUND))[0], WipeReported)


def test_the_latest_of_two_wipes_counts() -> None:
    ended = {"actionName": "wipe", "actionState": "failed", "startDateTime": "2026-10-01T00:00:00Z"}
    again = {"actionName": "factoryReset", "actionState": "active", "startDateTime": BEGUN}
    _, position = _list(None, LAPTOP, changed(WIPING, deviceActionResults=[again, ended]))
    _, position = _list(position, LAPTOP)
    walk, _ = _list(position, LAPTOP)
    wiped = _told(_take(walk, NOT_FOUND))[0]
    assert isinstance(wiped, WipeReported)
    assert wiped.data.requested_at == datetime(2026, 11, 1, 9, 0, 12, tzinfo=UTC)
    assert "/factoryReset/" in wiped.id


def test_several_missing_devices_are_each_asked_for_by_an_address_of_their_own() -> None:
    devices = [_acting("wipe", id=f"device/{number}?x", serialNumber=f"SN{number}") for number in range(3)]
    _, position = _list(None, LAPTOP, NEVER_SEEN, *devices)
    _, position = _list(position, LAPTOP, NEVER_SEEN, changed(LAPTOP, id="z"))
    walk, _ = _list(position, LAPTOP, NEVER_SEEN)
    urls, subjects = [], set()
    while walk.call is not None:
        urls.append(asked(walk).partition("?$select")[0])
        subjects.add(_told(_take(walk, NOT_FOUND))[0].subject)
    assert sorted(urls) == [f"{LIST}/device%2F{number}%3Fx" for number in range(3)]
    assert subjects == {"SN0", "SN1", "SN2"}


def test_no_more_are_watched_than_a_position_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_way, "MOST_WATCHED", 3)
    _, position = _list(None, *(_acting("wipe", id=f"device-{number}") for number in range(9)))
    assert position is not None
    assert len(msgspec.json.decode(position["watch"])["watched"]) == 3


def test_a_record_of_an_absence_suffices_by_itself() -> None:
    walk, _ = _wiped_and_gone()
    (record,) = _take(walk, NOT_FOUND).records
    assert msgspec.json.decode(record.body) == {
        "identifiers": {"serial": "F4GQX0ZZ1D", "intune": PHONE_ID},
        "action": "wipe",
        "wipes": True,
        "requested_at": "2026-11-01T09:00:12.441902Z",
        "last_listed_at": "2026-11-30T12:00:00Z",
    }
