"""Values that no button of ours carries, forms that were tampered with, signatures that are none, and words that look
like markup: nothing changes, somebody is told what to do, and no sentence of theirs does more than stand there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot import ids
from bot.listeners.carried import OLDER, OLDER_FORM
from services.clock import FixedClock
from services.database.pool import Pool
from services.requests.rules.machine import Cause, Status
from tests.fixtures.people import email_of
from tests.integration.bot.wrong_hands.forger import Forger, Json, chosen, day, text, ticked
from tests.integration.bot.wrong_hands.lines import every_line
from tests.integration.bot.wrong_hands.scene import Scene
from tests.integration.bot.wrong_hands.state import Remembered, changed

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

AMARA, PRIYA, HELEN, CATHERINE, TOM = (
    email_of(name) for name in ("Amara Osei", "Priya Nair", "Helen Marsh", "Catherine Doyle", "Tom Whitfield")
)
VALUES: tuple[Any, ...] = (
    "",
    None,
    7,
    ["x"],
    "x' OR 1=1; DROP TABLE requests.requests; --",
    "<!channel> *bold* <https://evil.example|click> `code`",
    "9" * 2000,
    "\x00\ud800\u202e",
    "00000000-0000-0000-0000-000000000000",
)
FAULT = "Something went wrong"


def buttons() -> Iterator[str]:
    """Every button that carries something of ours, but for those whose words are parsed whatever they say."""
    anything = {ids.REPLACE, ids.COVER_OFF, ids.SOMEBODY_LEAVES, ids.ask("counts")}
    blocks = {ids.BLOCK_REASON, ids.BLOCK_DEVICE, ids.BLOCK_ACCESSIBILITY}
    others = {ids.COMMAND, ids.SHORTCUT_REPLACE, ids.SHORTCUT_REPLACE_MESSAGE}
    listeners = dict.fromkeys(line.listener for line in every_line())
    apart = anything | blocks | others
    yield from (each for each in listeners if not each.endswith(("_form", "_choice")) and each not in apart)


@pytest.mark.parametrize("who", [CATHERINE, HELEN])
async def test_no_value_of_a_button_is_a_fault_of_ours(who: str, scene: Scene, forger: Forger, pool: Pool) -> None:
    """Those who may most press everything with values that none of our buttons carries."""
    remembered = Remembered(pool)
    before, faults = await remembered.sums(), []
    for place, listener in enumerate(buttons()):
        for value in (VALUES[place % len(VALUES)], VALUES[(place + 4) % len(VALUES)]):
            answer = await forger.send(forger.pressed(who, listener, value))
            if answer.status != 200 or FAULT in answer.shown or not (answer.told or answer.view):
                faults.append(f"{listener} {value!r:.40}: {answer.status} {answer.shown[:200]}")
    assert not faults, "\n".join(faults)
    assert changed(before, await remembered.sums()) == []


FORMS: tuple[tuple[str, str, dict[str, Json]], ...] = (
    (ids.VIEW_REPLACE, "", {ids.BLOCK_KIND: chosen("toaster"), ids.BLOCK_REASON: chosen("broken")}),
    (ids.VIEW_REPLACE, "", {ids.BLOCK_KIND: chosen("laptop"), ids.BLOCK_REASON: chosen("greed")}),
    (ids.VIEW_REPLACE, "", {ids.BLOCK_KIND: chosen("laptop"), ids.BLOCK_REASON: chosen("leaver")}),
    (ids.VIEW_REPLACE, "", {ids.BLOCK_KIND: chosen("tablet"), ids.BLOCK_REASON: chosen("broken")}),
    (ids.VIEW_REPLACE, "", {ids.BLOCK_DEVICE: chosen("x|laptop"), ids.BLOCK_REASON: chosen("broken")}),
    (ids.VIEW_REPLACE, "", {ids.BLOCK_DEVICE: chosen(f"{uuid4()}|laptop"), ids.BLOCK_REASON: chosen("broken")}),
    (ids.VIEW_REPLACE, "", {ids.BLOCK_REASON: chosen("broken"), ids.BLOCK_NEEDED_BY: day("soon")}),
    (ids.VIEW_REPLACE, "", {ids.BLOCK_REASON: chosen("broken"), ids.BLOCK_SINCE: day("9999-12-31")}),
    (ids.VIEW_REPLACE, "", {ids.BLOCK_REASON: chosen("broken"), ids.BLOCK_EXPLANATION: text("x" * 3000)}),
    (ids.VIEW_REPLACE, "", {ids.BLOCK_REASON: chosen("broken"), ids.BLOCK_DELIVERY: text("x" * 3000)}),
    (ids.VIEW_REPLACE, "", {ids.BLOCK_REASON: chosen("broken"), ids.BLOCK_EXPLANATION: text(["x"])}),
    (ids.VIEW_REFUSE, "nothing", {ids.BLOCK_REFUSAL: text("No")}),
    (ids.VIEW_WORDS, "approve|x", {ids.BLOCK_WORDS: text("So")}),
    (ids.VIEW_WORDS, "withdraw|00000000-0000-0000-0000-000000000000", {ids.BLOCK_WORDS: text("So")}),
    (ids.VIEW_LOSS, "{}", {}),
    (ids.VIEW_LOSS, "not JSON", {}),
    (ids.VIEW_WRITE_OFF, "x", {ids.BLOCK_WHY: text("x")}),
    (ids.VIEW_ALLOCATE, "x", {ids.BLOCK_SERIAL: text("S1")}),
    (ids.VIEW_SHIP, "x", {ids.BLOCK_CARRIER: text("Van")}),
    (ids.VIEW_CANCEL_ORDER, "x", {ids.BLOCK_WHY: text("Why")}),
    (ids.VIEW_LEAVES, "", {ids.BLOCK_WHO_EMAIL: text("'; DROP TABLE requests.requests")}),
    (ids.VIEW_OVERRIDE, "1999/00", {ids.BLOCK_LIMIT: chosen("kind|toaster"), ids.BLOCK_EXTRA: text("25")}),
    (ids.VIEW_OVERRIDE, "2024/25", {ids.BLOCK_LIMIT: chosen("line|pensions"), ids.BLOCK_EXTRA: text("25")}),
    (ids.VIEW_OVERRIDE, "x", {ids.BLOCK_LIMIT: chosen("kind|laptop"), ids.BLOCK_EXTRA: text("25")}),
    (
        ids.VIEW_VIREMENT,
        "2024/25",
        {ids.BLOCK_FROM: chosen("x"), ids.BLOCK_TO: chosen("y"), ids.BLOCK_EXTRA: text("9")},
    ),
    (ids.VIEW_ROLL_OVER, "x", {}),
    (ids.VIEW_REVERSE, "x" * 2000, {}),
    (ids.VIEW_RELEASE, "not JSON", {}),
    (ids.VIEW_RELEASE, json.dumps({"wave_id": str(uuid4()), "wave": "W-99"}), {}),
    (ids.VIEW_SEND_BACK, "x", {}),
    (ids.VIEW_CUSTODY_CHOICE, "help", {ids.BLOCK_ACT: chosen("certify")}),
    (ids.VIEW_CUSTODY_CHOICE, "custody act on returned", {ids.BLOCK_ACT: chosen("burn")}),
    (ids.VIEW_CUSTODY_ACT, "custody act on returned", {}),
    (ids.VIEW_CUSTODY_ACT, "help", {}),
    (ids.VIEW_CUSTODY_ACT, "custody act inspect", {ids.BLOCK_DEVICES: text("C-99 " * 500)}),
)
REST = {
    ids.BLOCK_KIND: chosen("laptop"),
    ids.BLOCK_EXPLANATION: text("It fell"),
    ids.BLOCK_DELIVERY: text("Desk 4"),
    ids.BLOCK_WHY: text("A flood"),
    ids.BLOCK_ACCESSIBILITY: ticked(),
}


async def test_no_form_that_was_tampered_with_is_taken(scene: Scene, forger: Forger, pool: Pool) -> None:
    remembered = Remembered(pool)
    before, faults = await remembered.sums(), []
    for callback, metadata, values in FORMS:
        for who in (AMARA, HELEN, CATHERINE):
            answer = await forger.send(forger.filled(who, callback, metadata, REST | values))
            after = await remembered.sums()
            if not (answer.errors or answer.body.get("response_action") == "update") or FAULT in answer.shown:
                faults.append(f"{callback} {metadata[:30]} {values} by {who}: {answer.status} {answer.shown[:300]}")
            if before != after:
                faults.append(f"{callback} {metadata[:30]} {values} by {who} changed {changed(before, after)}")
                before = after
    assert not faults, "\n".join(faults)


async def test_only_members_are_picked_as_somebody_who_joins(scene: Scene, forger: Forger, pool: Pool) -> None:
    """A manager names whom Slack offers: neither somebody of another unit, nor an app, nor somebody unknown."""
    values = REST | {ids.BLOCK_REASON: chosen("joiner")}
    for picked in (TOM, "nobody@nowhere.example"):
        user = {"type": "users_select", "selected_user": forger.user_of(picked)}
        answer = await forger.send(forger.filled(PRIYA, ids.VIEW_REPLACE, "", values | {ids.BLOCK_RECIPIENT: user}))
        assert answer.errors or answer.body.get("response_action") == "update", answer.shown
    app = {"type": "users_select", "selected_user": forger.bot}
    answer = await forger.send(forger.filled(PRIYA, ids.VIEW_REPLACE, "", values | {ids.BLOCK_RECIPIENT: app}))
    assert answer.errors, answer.shown
    assert await pool.fetchval("SELECT count(*) FROM requests.requests") == 0


async def test_what_is_not_signed_is_not_heard(scene: Scene, forger: Forger, pool: Pool) -> None:
    request = await scene.request(Status.WAITING_FOR_APPROVAL, Cause.APPROVE)
    remembered = Remembered(pool)
    before = await remembered.sums()
    payload = forger.pressed(PRIYA, ids.APPROVE, request)
    for wrong in ({"secret": "not the secret"}, {"secret": ""}, {"age": 301}, {"age": -301}):
        assert (await forger.send(payload, **wrong)).status == 401, wrong  # type: ignore[arg-type]
    assert before == await remembered.sums()
    assert await pool.fetchval("SELECT count(*) FROM bot.received") == 0
    await forger.send(payload)
    assert changed(before, await remembered.sums()), "the very same, well signed, is"
    before = await remembered.sums()
    await forger.send(payload)
    assert before == await remembered.sums(), "and once"


async def test_a_form_of_somebody_else_s_says_nothing_of_theirs(scene: Scene, forger: Forger) -> None:
    """The id of another's view is the key by which theirs is done once: with it nobody gets at what they did."""
    values = REST | {ids.BLOCK_REASON: chosen("broken"), ids.BLOCK_DEVICE: chosen(f"{await scene.device()}|laptop")}
    first = await forger.send(forger.filled(AMARA, ids.VIEW_REPLACE, "", values, id="V0HERS"))
    assert "R-1" in first.shown
    second = await forger.send(forger.filled(TOM, ids.VIEW_REPLACE, "", values, id="V0HERS"))
    assert second.errors, second.shown
    assert "R-1" not in second.shown


async def test_stale_buttons_decide_nothing(scene: Scene, forger: Forger, pool: Pool) -> None:
    """An approve button in hand: after the request was withdrawn, after the cover was over, after it was their own."""
    deputy = email_of("Daniel Reyes")
    await scene.cover()
    covered, later = [await scene.request(Status.WAITING_FOR_APPROVAL, Cause.APPROVE) for _ in range(2)]
    await forger.send(forger.pressed(AMARA, ids.WITHDRAW, later))
    for who in (PRIYA, deputy):
        answer = await forger.send(forger.pressed(who, ids.APPROVE, later))
        assert "ithdrawn" in answer.shown
    assert await scene.requests.state_of(UUID(later)) == Status.WITHDRAWN
    clock = scene.desk.clock
    assert isinstance(clock, FixedClock)
    clock.advance(timedelta(days=4))
    answer = await forger.send(forger.pressed(deputy, ids.APPROVE, covered))
    assert "no such request" in answer.shown
    await pool.execute("UPDATE requests.requests SET requester_email = $1 WHERE request_id = $2", PRIYA, UUID(covered))
    answer = await forger.send(forger.pressed(PRIYA, ids.APPROVE, covered))
    assert "not you" in answer.shown
    assert await scene.requests.state_of(UUID(covered)) == Status.WAITING_FOR_APPROVAL


HOSTILE = (
    "<!channel> <@U0PRIYA> @here #general *bold* _x_ ~y~ `code` <https://evil.example|click> https://evil.example & "
    "\u202eesrever \x00 end\n*Policy:* approve this"
)
MENTION = re.compile(r"<[!@#]|<https?:|<mailto:")


async def test_words_are_shown_as_they_were_typed(scene: Scene, forger: Forger, pool: Pool) -> None:
    device = await scene.device()
    for number, words in enumerate((HOSTILE, "<" * 2000, "&" * 1999, "\u202e" * 1500, "x\x00y")):
        if number:
            device = await scene.device()
        values = REST | {ids.BLOCK_DEVICE: chosen(f"{device}|laptop"), ids.BLOCK_REASON: chosen("broken")}
        values |= {ids.BLOCK_EXPLANATION: text(words), ids.BLOCK_DELIVERY: text(words[:1000])}
        asked = await forger.send(forger.filled(AMARA, ids.VIEW_REPLACE, "", values))
        assert asked.body.get("response_action") == "update", asked.shown
        reference = re.search(r"R-\d+", asked.shown)
        assert reference is not None
        shown = await forger.send(forger.command(PRIYA, f"request {reference[0]}"))
        assert MENTION.search(shown.shown) is None, shown.shown
        blocks = [*shown.told[0]["blocks"]]
        rows = await pool.fetch("SELECT blocks FROM bot.outgoing WHERE destination LIKE '%priya%'")
        blocks += [block for row in rows for block in row["blocks"]["blocks"]]
        assert "Deliver to" in str(blocks), "what stands after their words is not lost"
        for block in blocks:
            forger.check([block])
            said = (block.get("text") or {}).get("text", "")
            assert MENTION.search(said) is None
            assert "\u202e" not in said, "what follows is not turned round"
            assert not said.startswith("*Policy:* approve")
            assert "\n*Policy:* approve" not in said
    rows = await pool.fetch("SELECT explanation FROM requests.requests")
    assert {"x\ufffdy"} <= {row["explanation"] for row in rows}


async def test_lines_of_every_sort_are_answered(scene: Scene, forger: Forger) -> None:
    for word in ("find", "why", "request", "custody", "loss", "lost", "cover", "demand", "counts in", "reverse", ""):
        for value in (str(each).replace("\ud800", "") for each in VALUES):
            answer = await forger.send(forger.command(CATHERINE, f"{word} {value}"))
            assert answer.status == 200
            assert FAULT not in answer.shown, (word, value, answer.shown)
            # What a button carries is never shown.
            shown = re.sub(r'"(value|private_metadata|initial_value)": "[^"]*"', "", answer.shown)
            assert MENTION.search(shown) is None, shown
            assert answer.told or answer.view


def test_sentences_say_what_to_do() -> None:
    assert "anew" in OLDER
    assert "anew" in OLDER_FORM
