"""What people read of a loss: no more than is known, no more than they need, and nothing that others smuggled in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.render import home, loss_forms, loss_words, mine
from bot.render import loss as rendering
from bot.render.home import HomeView
from services.losses.queries import Cause, LossState, LossView, offers_to_security
from tests.fixtures.finance import NOW
from tests.fixtures.losses import a_loss
from tests.fixtures.people import email_of, viewer

PEOPLE = {email_of(name): name for name in ("Amara Osei", "Helen Marsh", "Priya Nair")}
UNITS = {"central-west-response": "Central West Response"}
LOCK = a_loss().command_id("lock", 1)
WIPE = a_loss().command_id("wipe", 1)


def view(**more: object) -> LossView:
    """L-1 as it is shown, a lock sent."""
    loss = a_loss(**({"lock_attempts": 1, "lock_command": LOCK} | more))
    return LossView(**msgspec.structs.asdict(loss))


@pytest.mark.parametrize("state", list(LossState))
def test_every_state_is_shown_to_everybody_in_words(state: LossState) -> None:
    loss = view(state=state, ended_at=NOW, ended_by=email_of("Helen Marsh"))
    offers = offers_to_security(loss, NOW)
    shown = [
        rendering.for_security(loss, offers, UNITS, PEOPLE),
        rendering.for_manager(loss, offers, UNITS, PEOPLE),
        rendering.for_person(loss, offers, PEOPLE),
        rendering.timeline(loss, offers, UNITS, PEOPLE),
    ]
    for message in shown:
        assert loss_words.STATES[state] in str(message.blocks)


@pytest.mark.parametrize("standing", [None, "sent", "refused", "unmanaged", "recalled"])
def test_a_lock_is_never_said_to_be_done(standing: Any) -> None:
    told = loss_words.lock(view(lock_standing=standing, lock_by="intune"))
    assert "is locked" not in told
    assert "has locked" not in told


def test_a_lock_that_can_never_go_is_not_offered_again_and_says_why() -> None:
    why = "Microsoft Intune cannot lock Windows computers from afar. If its data is at risk, ask for a wipe."
    refused = view(lock_standing="refused", lock_by="intune", lock_said=why)
    assert loss_words.lock(refused) == f"{why} It can be sent again."
    assert Cause.LOCK_AGAIN in offers_to_security(refused, NOW)
    barred = msgspec.structs.replace(refused, lock_barred=True)
    assert loss_words.lock(barred) == why
    offers = offers_to_security(barred, NOW)
    assert Cause.LOCK_AGAIN not in offers
    assert Cause.ASK_WIPE in offers, "a wipe it can do"
    assert why in str(rendering.for_person(barred, offers, PEOPLE).blocks)
    neither = msgspec.structs.replace(barred, wipe_barred=True)
    assert Cause.ASK_WIPE not in offers_to_security(neither, NOW)


def test_a_wipe_is_said_to_be_done_only_when_device_management_told_so() -> None:
    wiping = view(
        state=LossState.WIPING,
        wipe_attempts=1,
        wipe_command=WIPE,
        wipe_wanted_at=NOW,
        wipe_standing="sent",
        wipe_by="jamf",
    )
    assert loss_words.wipe(wiping, PEOPLE).startswith("Wipe sent and taken by Jamf; it runs once")
    wiped = msgspec.structs.replace(wiping, wiped_at=NOW)
    assert loss_words.wipe(wiped, PEOPLE).startswith("Wiped on 4 Nov 2024")


def test_what_is_found_says_what_cannot_be_undone() -> None:
    found = view(state=LossState.FOUND, ended_at=NOW, ended_by=email_of("Amara Osei"))
    assert loss_words.ended(found, PEOPLE) == "Found, as Amara Osei said, 4 Nov 2024, 09:00."
    wiped = msgspec.structs.replace(found, wiped_at=NOW)
    assert "*It was wiped*" in loss_words.ended(wiped, PEOPLE)
    under_way = msgspec.structs.replace(found, wipe_command=WIPE, wipe_standing="sent")
    assert "may still run" in loss_words.ended(under_way, PEOPLE)
    locked = msgspec.structs.replace(found, lock_standing="sent")
    assert "can unlock it" in loss_words.ended(locked, PEOPLE)


def test_words_from_outside_do_nothing_in_security_s_channel() -> None:
    loss = view(last_seen_where="<!channel> *now*", explanation="<@U123> `x`", crime_reference="<a|b>", serial="S`1*")
    drawn = str(rendering.for_security(loss, (), UNITS, PEOPLE).blocks)
    assert "<!channel>" not in drawn
    assert "<@U123>" not in drawn
    assert "<a|b>" not in drawn


def test_security_sees_whom_to_call_and_nothing_else_of_them() -> None:
    drawn = str(rendering.for_security(view(), (), UNITS, PEOPLE).blocks)
    assert "Amara Osei" in drawn
    assert email_of("Amara Osei") not in drawn


def test_a_stolen_device_says_that_its_crime_reference_is_missing() -> None:
    assert loss_words.circumstances(view(how="stolen"))["Crime reference"] == "*missing*"
    assert loss_words.circumstances(view())["Crime reference"] == ""


def test_the_questions_fit_what_happened_and_what_may_be_done() -> None:
    def asked(form: dict[str, Any]) -> set[str]:
        return {block.get("block_id") for block in form["blocks"]} - {None}

    lost = asked(loss_forms.questions(view(), [Cause.ASK_WIPE]))
    assert {"last_seen_on", "last_seen_where", "unlocked", "sensitive", "wipe"} <= lost
    assert "crime_reference" not in lost
    assert "delivery" not in lost
    stolen = asked(loss_forms.questions(view(how="stolen"), [], delivery_place="Desk 4"))
    assert {"crime_reference", "delivery", "replacement"} <= stolen
    assert "wipe" not in stolen


def test_no_day_is_put_in_people_s_mouths() -> None:
    def day(loss: LossView) -> object:
        form = loss_forms.questions(loss, [])
        (block,) = [block for block in form["blocks"] if block.get("block_id") == "last_seen_on"]
        return block["element"].get("initial_date")

    assert day(view()) is None
    assert day(view(last_seen_on=(NOW - timedelta(days=1)).date())) == "2024-11-03"


def test_my_page_shows_my_losses_and_nobody_elses() -> None:
    loss = view(holder_email=email_of("Amara Osei"), reporter_email=email_of("Amara Osei"))
    assert loss.reference in str(mine.render(viewer("Amara Osei"), [], [], [loss]).blocks)
    assert loss.reference not in str(mine.render(viewer("Priya Nair"), [], [], [loss]).blocks)
    managers = str(home.render(viewer("Priya Nair"), HomeView([], [], losses=[loss]), UNITS, {})["blocks"])
    assert "where you answer for it" in managers
    assert loss.reference in managers
