"""Whatever is drawn, Slack takes it: the local workspace's own checks of Block Kit look at every message and view."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.grammar import Audit, Counts, Due, Idle, Queue, Surplus, Unknown, parse
from bot.render import (
    alert_forms,
    alert_list,
    alert_words,
    alerts,
    audit,
    conflicts,
    counts,
    dead_letters,
    device,
    due,
    home,
    idle,
    leavers,
    mine,
    person,
    queue,
    reclaim,
    replacement,
    request,
    request_steps,
    sheets,
    surplus,
    why,
)
from bot.render import help as guidance
from bot.render.chart import bar_chart
from bot.render.history import of_register
from bot.render.home import HomeView
from bot.render.message import Message, escape, header, message, section
from bot.render.prefill import MOST_WORDS, Prefill, prefilled
from bot.render.spreadsheet import as_csv, workbook
from bot.render.surplus import Holding, Over
from deploy.local.workspace.blocks.surfaces import block_problems, view_problems
from schemas.vocabulary import Kind, Role
from services.access.viewer import Viewer
from services.register.queries import CountRow, Dimension, HeldDevice, IdleCounts
from services.requests.commands import Reclaimable
from services.requests.queries import AskedBefore, Cause, Reason
from services.watch.queries import Cause as AlertCause
from tests.fixtures.finance import NOW
from tests.fixtures.people import small_directory
from tests.unit.bot import views as made
from tests.unit.bot.views import NAMES, STAFF

quick = settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MAYBE_SOURCE = st.one_of(st.none(), st.just("servicenow/incident"))
DIRECTOR = dataclasses.replace(STAFF, roles=frozenset(Role), units=None)


def check(told: Message) -> None:
    assert block_problems(told.blocks) == []
    assert 0 < len(told.text) <= 4000
    assert len(told.blocks) <= 50
    assert "<!" not in told.text
    assert_inert(told.blocks)


def assert_inert(drawn: Any) -> None:
    """No text from outside may call a whole channel where Slack reads markup."""
    if isinstance(drawn, list):
        for each in drawn:
            assert_inert(each)
    elif isinstance(drawn, dict):
        assert not (drawn.get("type") == "mrkdwn" and "<!" in drawn["text"]), drawn
        assert_inert(list(drawn.values()))


def check_view(view: dict[str, Any], kind: str) -> None:
    assert view_problems(view, kind) == []
    assert_inert(view)


@quick
@given(made.many(made.DEVICES), made.many(made.REQUESTS))
def test_mine(devices: list[Any], requests: list[Any]) -> None:
    check(mine.render(DIRECTOR, devices, requests))


@quick
@given(made.many(made.COUNT_ROWS, 300))
def test_counts(rows: list[CountRow]) -> None:
    asked = Counts((Dimension.UNIT, Dimension.MODEL), Kind.LAPTOP)
    check(counts.render(asked, rows, NAMES, "Central West"))
    assert counts.as_csv(asked, rows, NAMES).count(b"\r\n") >= len(rows) + 1


@quick
@given(made.DUE, st.integers(1, 60))
def test_due(view: Any, months: int) -> None:
    check(due.render(Due("Central West", months, Kind.LAPTOP), view, NAMES, "Central West"))
    assert as_csv(due.sheet(Due(), view)).startswith(b"\xef\xbb\xbfMonth,Kind,Devices")


@quick
@given(made.many(made.QUEUE), made.many(made.QUEUE_COUNT), st.integers(0, 40))
def test_queue(lines: list[Any], counts: list[Any], after: int) -> None:
    check(queue.render(Queue(Kind.LAPTOP, "Central West", after), lines, counts, NAMES, "Central West"))
    assert workbook([sheets.of_queue(lines, NAMES)], marking=None).startswith(b"PK")


@quick
@given(made.WHY)
def test_why(view: Any) -> None:
    check(why.render(view, NAMES))


@quick
@given(made.DEVICES, made.many(made.HISTORY), st.sampled_from([None, "find S1 after 15"]))
def test_device(found: Any, history: list[Any], earlier: str | None) -> None:
    happened = [of_register(line, NAMES) for line in history]
    check(device.render(found, happened, NAMES, may_ask_why=True, earlier=earlier))


@quick
@given(made.WORDS, made.many(made.DEVICES))
def test_person(who: str, devices: list[Any]) -> None:
    check(person.render(who, devices))
    check(person.render_choice(who, [*small_directory().people.values()] * 9))


@quick
@given(made.REQUESTS, made.BACKGROUNDS)
def test_requests(view: Any, background: Any) -> None:
    check(request.for_requester(view, NAMES, {}))
    check(request.for_approver(view, NAMES, {}))
    check(request.for_approver(view, NAMES, {}, background))
    check(request.timeline(view, NAMES, {}))
    check(request.already_decided(view, {}))


@quick
@given(made.many(made.LETTER_GROUPS, 25), MAYBE_SOURCE, st.sampled_from([DIRECTOR, STAFF]))
def test_dead_letters(groups: list[Any], source: str | None, viewer: Viewer) -> None:
    check(dead_letters.render_groups(groups[:20], source, viewer))


@quick
@given(made.LETTERS)
def test_a_dead_letter_whole(letter: Any) -> None:
    check_view(dead_letters.loading(), "modal")
    check_view(dead_letters.modal(letter), "modal")


@quick
@given(made.DEALT)
def test_what_became_of_dead_letters(dealt: Any) -> None:
    check(dead_letters.render_dealt(dealt))


def test_bytes_are_readable_and_nothing_hides() -> None:
    held = "naïve 😀\ttab\nline \u202e\u200b".encode() + b"\x00\xff\r"
    assert dead_letters.readable(held) == "naïve 😀\ttab\nline \\u202e\\u200b\\x00\\xff\\r"


@quick
@given(made.many(made.ALERTS), st.booleans())
def test_alerts(found: list[Any], mine: bool) -> None:
    check(alert_list.render(found, NAMES, mine=mine))
    for alert in found[:3]:
        check(alerts.render_one(alert, NAMES, NAMES))
        if len(alert_words.carried(alert, "alerts mine")) > alert_words.MOST_CARRIED:
            assert alert_words.handling_buttons(alert, [*AlertCause], "alerts mine") == []
            continue
        check_view(alert_forms.snooze_form(alert, NAMES, "alerts", alert.raised_at), "modal")
        check_view(alert_forms.assign_form(alert, NAMES, "alerts mine"), "modal")


@quick
@given(made.CONFLICTS, st.booleans())
def test_conflicts(view: Any, may_settle: bool) -> None:
    check(conflicts.render(view, NAMES, may_settle=may_settle))
    for conflict in view.first[:3]:
        check(conflicts.settled(conflict, {}, decided_now=may_settle))


@quick
@given(made.many(made.STRAYS), made.many(made.STRAYS))
def test_leavers(left: list[Any], moved: list[Any]) -> None:
    check(leavers.render(left, moved, NAMES, {}))


@quick
@given(made.many(made.IDLE), made.WORDS, st.booleans())
def test_idle(found: list[Any], words: str, asks: bool) -> None:
    counts = IdleCounts(idle=(3, 2, 1), never_seen=len(found))
    viewer = dataclasses.replace(DIRECTOR, roles=frozenset({Role.PLANNER if asks else Role.AUDITOR}))
    before = {each.device_id: AskedBefore(device_id=each.device_id, reference=None, kept_at=NOW) for each in found[::2]}
    check(idle.render(Idle(), words, counts, found, before, {}, viewer, NOW, NAMES, {}))
    as_csv(idle.sheet(found, before, {}, NOW, NAMES, {}))


@quick
@given(made.many(made.SEEN), made.WORDS, st.integers(1, 12))
def test_surplus(found: list[Any], words: str, people: int) -> None:
    over = [Over(words, words, Kind.LAPTOP, max(len(found), 1), 0, words)] * people
    page = [Holding(each, [(device, None, None) for device in found]) for each in over[: surplus.PAGE]]
    viewer = dataclasses.replace(DIRECTOR, roles=frozenset({Role.PLANNER}))
    check(surplus.render(Surplus(), words, over, page, viewer, NAMES, assumed=True))
    as_csv(surplus.sheet(page, NAMES))


@quick
@given(made.many(made.AUDITS), made.WORDS)
def test_audit(found: list[Any], words: str) -> None:
    check(audit.render(Audit(words), words, found, {}, {}))
    as_csv(audit.sheet(words, found, {}, {}))


@quick
@given(made.WORDS, made.WORDS)
def test_asking_for_a_device(label: str, name: str) -> None:
    device = HeldDevice(device_id=UUID(int=1), serial=label, asset_tag=None, kind=None, unit=None)
    view = reclaim.form(Reclaimable(device=device, label=label, email=name, name=name), 14)
    assert view_problems(view, "modal") == []


@quick
@given(made.WORDS)
def test_guidance(said: str) -> None:
    check(guidance.render_unknown(Unknown(said, None, "help")))
    check(guidance.render_unknown(Unknown(said, "counts", "counts")))
    asked = parse(f"{said} is broken")
    check(guidance.render_help(DIRECTOR))
    assert asked is not None


@quick
@given(
    st.lists(made.DEVICES, max_size=2),
    made.WORDS,
    st.sampled_from([None, *Reason]),
    st.sampled_from([None, *Kind]),
    st.booleans(),
    st.booleans(),
)
def test_forms(
    devices: list[Any], words: str, reason: Reason | None, kind: Kind | None, manages: bool, ticked: bool
) -> None:
    own = [msgspec.structs.replace(each, device_id=UUID(int=place)) for place, each in enumerate(devices * 60)]
    known = Prefill(reason, kind, words)
    assert prefilled(known.value()) == Prefill(reason, kind, words[:MOST_WORDS])
    view = replacement.form(
        own, known, words, date(2024, 11, 4), manages=manages, accessibility_needs=ticked, not_listed=not ticked
    )
    check_view(view, "modal")
    for cause in (Cause.ASK, Cause.ANSWER, Cause.INSIST, Cause.NOT_REPAIRED):
        check_view(request_steps.words_form(cause, str(made.SOME_ID)), "modal")
    check_view(replacement.loading(), "modal")
    check_view(request_steps.refusal_form(words, str(made.SOME_ID)), "modal")


@quick
@given(made.many(made.DEVICES), made.many(made.REQUESTS), made.many(made.QUEUE), made.BUDGETS, made.DUE, st.data())
def test_home(devices: list[Any], requests: list[Any], queue: list[Any], money: Any, due: Any, data: Any) -> None:
    rows = [CountRow(keys=("laptop",), devices=3), CountRow(keys=("unknown",), devices=1)]
    found: Any = data.draw(made.many(made.ALERTS))
    wave: Any = data.draw(st.one_of(st.none(), made.WAVE_LINES))
    view = HomeView(
        devices, requests, counts=rows, waiting=requests, due=due, alerts=found, budget=money, queue=queue, wave=wave
    )
    check_view(home.render(DIRECTOR, view, NAMES, {}), "home")


def test_more_blocks_than_slack_takes_are_counted() -> None:
    told = message("much", [section(f"{n}") for n in range(80)])
    assert len(told.blocks) == 50
    assert "and 31 more" in str(told.blocks[-1])


def test_text_from_outside_is_not_markup() -> None:
    assert escape("<!channel> *bold* `code`\nnext") == "&lt;!channel&gt; ∗bold∗ ˋcodeˋ next"


def test_a_spreadsheet_runs_nothing() -> None:
    rows = [CountRow(keys=("=HYPERLINK(1)",), devices=1)]
    assert b"'=HYPERLINK(1)" in counts.as_csv(Counts((Dimension.MODEL,)), rows, {})


def test_a_chart_is_a_picture_whatever_the_labels() -> None:
    bars = [("$x$ £ 日本語 " + "long " * 30, 10**6), *((f"Model {n}", n) for n in range(60)), ("none", 0)]
    assert bar_chart("Devices by model, $ and £", bars, "4 Nov 2024").startswith(b"\x89PNG")


def test_a_name_of_nothing_but_white_space_is_drawn() -> None:
    blank = message("blank", [header("\x0c" * 1000), section(" \n ")])
    check(blank)
