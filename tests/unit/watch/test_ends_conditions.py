"""Not sanitised, and wipe failed: when they are found, how soon somebody must act, and when they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.vocabulary import AlertSeverity
from services.custody.rules.machine import CUSTODY
from services.register.rules.words import CUSTODY_STATES, NEEDS_PROOF
from services.watch.conditions import not_sanitised, wipe_failed
from services.watch.conditions.not_sanitised import UNPROVED, NotSanitisedThresholds, Unsanitised
from services.watch.conditions.steps import Step
from services.watch.conditions.wipe_failed import FailedWipe, WipeFailedThresholds

NOW = datetime(2024, 11, 20, 12, tzinfo=UTC)
WAITING = NotSanitisedThresholds(
    days=14, steps=(Step(at=1, severity=AlertSeverity.NOTICE), Step(at=50, severity=AlertSeverity.WARNING))
)
FAILED = WipeFailedThresholds(custody=AlertSeverity.WARNING, loss=AlertSeverity.CRITICAL)


@pytest.mark.parametrize(
    ("number", "severity", "headline"),
    [
        (1, AlertSeverity.NOTICE, "1 returned device is not sanitised after 14 days"),
        (49, AlertSeverity.NOTICE, "49 returned devices are not sanitised after 14 days"),
        (1250, AlertSeverity.WARNING, "1,250 returned devices are not sanitised after 14 days"),
    ],
)
def test_devices_that_wait_to_be_sanitised_are_one_finding_with_the_oldest(
    number: int, severity: AlertSeverity, headline: str
) -> None:
    waiting = Unsanitised(number=number, oldest_at=NOW - timedelta(days=31), oldest="C-12")
    finding = not_sanitised.judge(waiting, WAITING, NOW).finding
    assert finding is not None
    assert (finding.severity, finding.headline) == (severity, headline)
    assert finding.detail == "The oldest, C-12, came back 31 days ago."
    assert finding.unit is None


def test_nothing_waits_once_all_is_sanitised() -> None:
    assert not_sanitised.judge(Unsanitised(number=0), WAITING, NOW).finding is None


def test_a_device_waits_while_custody_has_it_and_nothing_proves_it_empty() -> None:
    proved = {state for state, means in CUSTODY_STATES.items() if means in NEEDS_PROOF}
    assert UNPROVED | proved | {"back_in_use", "written_off", "joined"} == CUSTODY.states.keys()
    assert UNPROVED.isdisjoint(proved)


def test_a_failed_wipe_of_a_lost_device_is_more_urgent_than_of_one_in_our_hands() -> None:
    here = FailedWipe(matter="custody", reference="C-1", serial="5CG1", unit="central-west")
    lost = FailedWipe(matter="loss", reference="L-1", serial="5CG2", unit="central-west")
    findings = [wipe_failed.judge(wipe_failed.key_of(each.reference), each, FAILED).finding for each in (here, lost)]
    assert [each.severity for each in findings if each] == [AlertSeverity.WARNING, AlertSeverity.CRITICAL]
    assert [each.headline for each in findings if each] == ["The wipe of 5CG1 failed", "The wipe of 5CG2 failed"]
    assert all(each.unit == "central-west" for each in findings if each)


def test_a_wipe_that_failed_no_longer_is_no_finding() -> None:
    assert wipe_failed.judge("wipe-failed:C-1", None, FAILED).finding is None
