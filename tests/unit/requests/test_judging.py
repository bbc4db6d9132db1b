"""Policy's verdict, as a table and as promises that hold for everything one may ask."""

from __future__ import annotations

from datetime import date
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary import DeviceState, Kind
from services.requests.rules.asking import DeviceFacts
from services.requests.rules.judging import judge
from services.requests.rules.verdicts import GONE, Reason, Verdict
from tests.fixtures.people import email_of
from tests.fixtures.request_policies import OWN, asking_managers

TODAY = date(2024, 11, 4)
LATER, BEFORE, QUARTER = date(2025, 1, 6), date(2024, 11, 3), date(2025, 1, 1)
DAYS = st.one_of(st.none(), st.sampled_from([BEFORE, TODAY, LATER]))


def facts(
    *,
    warranty: date | None = None,
    due: date | None = None,
    because: str | None = None,
    planned: date | None = None,
    wave: str | None = None,
) -> DeviceFacts:
    return DeviceFacts(
        serial="S1",
        kind=Kind.LAPTOP,
        unit="central-west",
        holder_email=email_of("Amara Osei"),
        state=DeviceState.DEPLOYED,
        warranty_ends_on=warranty,
        due_on=due,
        not_due_because=because,
        planned_for=planned,
        in_released_wave=wave,
    )


@pytest.mark.parametrize(
    ("device", "reason", "stock", "verdict", "words"),
    [
        (facts(warranty=TODAY), Reason.BROKEN, True, Verdict.REPAIR, "until 4 November 2024: repair first"),
        (facts(warranty=LATER, due=TODAY), Reason.BROKEN, True, Verdict.REPAIR, "repair first"),
        (facts(warranty=BEFORE), Reason.BROKEN, False, Verdict.MANAGER_APPROVAL, "not known yet; a"),
        (facts(warranty=LATER), Reason.SLOW, True, Verdict.MANAGER_APPROVAL, "not known yet; a"),
        (facts(because="Its kind is not known."), Reason.SLOW, True, Verdict.MANAGER_APPROVAL, "kind is not known; a"),
        (facts(warranty=LATER), Reason.STOLEN, False, Verdict.MANAGER_APPROVAL, "A stolen device"),
        (facts(warranty=LATER), Reason.ACCESSIBILITY, False, Verdict.MANAGER_APPROVAL, "accessibility need"),
        (facts(due=TODAY), Reason.SLOW, False, Verdict.REFRESH_NOW, "due anyway, since 4 November 2024"),
        (facts(due=BEFORE, planned=QUARTER), Reason.END_OF_LIFE, True, Verdict.REFRESH_NOW, "due anyway"),
        (facts(due=BEFORE), Reason.LOST, False, Verdict.REFRESH_NOW, "due anyway"),
        (facts(due=LATER, planned=QUARTER), Reason.SLOW, True, Verdict.WAIT_FOR_WAVE, "wave of January 2025"),
        (facts(due=BEFORE, planned=QUARTER, wave="W-3"), Reason.SLOW, True, Verdict.WAIT_FOR_WAVE, "wave W-3"),
        (facts(planned=QUARTER, wave="W-3"), Reason.LOST, False, Verdict.MANAGER_APPROVAL, "A lost device"),
        (facts(due=LATER, planned=QUARTER), Reason.STOLEN, False, Verdict.MANAGER_APPROVAL, "A stolen device"),
        (facts(due=LATER), Reason.SLOW, False, Verdict.MANAGER_APPROVAL, "falls due on 6 January 2025, and no wave"),
        (facts(), Reason.BROKEN, True, Verdict.SWAP_FROM_STOCK, "nothing is bought"),
        (facts(), Reason.SLOW, True, Verdict.MANAGER_APPROVAL, "not known yet; a"),
        (None, Reason.BROKEN, True, Verdict.SWAP_FROM_STOCK, "in stock"),
        (None, Reason.BROKEN, False, Verdict.MANAGER_APPROVAL, "manager's approval is needed"),
        (None, Reason.JOINER, True, Verdict.MANAGER_APPROVAL, "somebody who joins"),
    ],
)
def test_what_policy_says(
    device: DeviceFacts | None, reason: Reason, stock: bool, verdict: Verdict, words: str
) -> None:
    judged = judge(device, reason, OWN, TODAY, stock_fits=stock)
    assert judged.verdict is verdict
    assert words in judged.why
    assert (judged.wave_month is not None) is (verdict is Verdict.WAIT_FOR_WAVE)


def test_slow_is_repaired_only_if_policy_says_so() -> None:
    rules = msgspec.structs.replace(OWN.verdicts, repair=frozenset({Reason.BROKEN, Reason.SLOW}))
    lenient = msgspec.structs.replace(OWN, verdicts=rules)
    judged = judge(facts(warranty=LATER), Reason.SLOW, lenient, TODAY, stock_fits=False)
    assert judged.verdict is Verdict.REPAIR


def test_a_verdict_that_wants_a_manager_all_the_same_says_so() -> None:
    for verdict, device in ((Verdict.REFRESH_NOW, facts(due=TODAY)), (Verdict.REPAIR, facts(warranty=LATER))):
        judged = judge(device, Reason.BROKEN, asking_managers(verdict), TODAY, stock_fits=False)
        assert judged.verdict is verdict
        assert "manager's approval is needed all the same" in judged.why
        assert "Nobody" not in judged.why


@settings(deadline=None)
@given(DAYS, DAYS, DAYS, st.sampled_from([None, "W-1"]), st.booleans())
def test_who_cannot_work_is_never_told_to_wait(
    warranty: date | None, due: date | None, planned: date | None, wave: str | None, stock: bool
) -> None:
    for reason, verdicts in product([*GONE, Reason.ACCESSIBILITY, Reason.JOINER], [OWN]):
        device = facts(warranty=warranty, due=due, planned=planned, wave=wave)
        judged = judge(device, reason, verdicts, TODAY, stock_fits=stock)
        assert judged.verdict not in (Verdict.WAIT_FOR_WAVE, Verdict.REPAIR)
        assert "£" not in judged.why
