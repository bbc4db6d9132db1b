"""What follows from looking at a device before a command is sent to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from services.mdm.rules.looking import Seen, Step, judge
from services.mdm.rules.routes import Route, in_contact_last, nobody, routes

SEEN = Seen(handle="1", mark="2024-11-04T09:00:00", serial="QM1")
NOW = datetime(2024, 11, 4, 9, 30, tzinfo=UTC)


def step(seen: Seen, *, serial: str | None = "QM1", doubtful: bool = False, before: str | None = None) -> Step:
    return judge(seen, "wipe", serial, "Intune", doubtful=doubtful, before=before).step


def test_a_device_with_an_older_action_is_sent_a_new_one() -> None:
    assert step(SEEN) is Step.SEND


def test_an_action_under_way_is_not_asked_for_again() -> None:
    assert step(msgspec.structs.replace(SEEN, under_way=True)) is Step.TAKEN


@pytest.mark.parametrize("before", [None, "2024-11-03T09:00:00"])
def test_a_new_mark_after_an_attempt_in_doubt_means_that_it_was_taken_however_it_ended(before: str | None) -> None:
    assert step(SEEN, doubtful=True, before=before) is Step.TAKEN


def test_the_mark_that_was_there_before_means_that_the_attempt_did_nothing() -> None:
    assert step(SEEN, doubtful=True, before=SEEN.mark) is Step.SEND
    assert step(msgspec.structs.replace(SEEN, mark=None), doubtful=True, before=None) is Step.SEND


def test_another_serial_is_another_device_even_where_something_is_under_way() -> None:
    assert step(msgspec.structs.replace(SEEN, under_way=True), serial="QM2") is Step.REFUSE


@pytest.mark.parametrize(("seen", "meant"), [("qm1 ", "QM1"), (None, None), ("QM1", None)])
def test_serials_are_compared_without_regard_to_case_and_only_where_both_are_known(
    seen: str | None, meant: str | None
) -> None:
    assert step(msgspec.structs.replace(SEEN, serial=seen), serial=meant) is Step.SEND


def test_what_cannot_be_compared_is_locked_but_not_wiped() -> None:
    nameless = msgspec.structs.replace(SEEN, serial=None)
    verdict = judge(nameless, "wipe", "QM1", "Intune", doubtful=False, before=None)
    assert verdict.step is Step.REFUSE
    assert "names no serial" in verdict.explanation
    assert judge(nameless, "lock", "QM1", "Intune", doubtful=False, before=None).step is Step.SEND


def test_what_bars_a_device_is_said() -> None:
    verdict = judge(
        msgspec.structs.replace(SEEN, bar="It is the holder's own.", cannot=("lock", "wipe")),
        "wipe",
        "QM1",
        "Intune",
        doubtful=False,
        before=None,
    )
    assert verdict == (Step.REFUSE, "It is the holder's own.", ("lock", "wipe"))


def test_names_lead_to_managements_that_can_be_commanded() -> None:
    names = ["serial:QM1", "intune:b", "jamf:computer/7", "intune:a", "jamf:udid/X", "fleet:3", "asset_tag:9"]
    assert routes(names) == [Route("jamf", "computer/7"), Route("intune", "a"), Route("intune", "b")]
    assert routes(reversed(names)) == routes(names)
    assert routes(["serial:QM1", "jamf:udid/X"]) == []


def test_a_device_of_another_management_is_sent_to_its_console() -> None:
    assert nobody(["fleet:3"], "wipe") == (
        "Fleet manages this device, and Quartermaster cannot send to it: wipe the device there."
    )
    assert "cannot be locked from afar" in nobody(["serial:QM1"], "lock")


def test_of_several_the_one_in_contact_last_is_commanded_and_one_that_says_nothing_comes_last() -> None:
    def at(hours: int | None) -> Seen:
        return msgspec.structs.replace(SEEN, last_contact=None if hours is None else NOW - timedelta(hours=hours))

    first, second, third = Route("jamf", "computer/7"), Route("intune", "a"), Route("intune", "b")
    assert in_contact_last([(first, at(None)), (second, at(5)), (third, at(1))])[0] == third
    assert in_contact_last([(first, at(None)), (second, at(None))])[0] == first
