"""Waves and the budget's acts as they are drawn: taken by Slack, and commercial only for those with the role."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread

from bot import ids
from bot.render import act_forms, demand, sheets, wave, wave_forms
from bot.render.act_forms import Override, Virement
from bot.render.chart import bar_chart
from bot.render.queue import columns
from bot.render.spreadsheet import COMMERCIAL, workbook
from bot.render.stacked_chart import COLOURS, stacked_chart
from bot.render.wave_forms import Release
from bot.render.wording import money
from schemas.vocabulary import BauCause, FundingLine, Kind
from services.budget.queries import Gate, OrderGates
from services.refresh.queries import DemandView, QueueCount
from services.refresh.wave_queries import LeftOutRow, QuarterRow, UnitRow, WaveRow, WaveStatus, WaveView
from tests.fixtures.people import viewer
from tests.unit.bot import views as made
from tests.unit.bot.test_render import check, check_view, quick
from tests.unit.bot.views import NAMES

PEOPLE = {"helen.marsh@metropolitan.example": "Helen Marsh", "catherine.doyle@metropolitan.example": "Catherine Doyle"}
AT = datetime(2024, 11, 4, 9, 30, tzinfo=UTC)
ROUTE = Gate(
    name="procurement_route", passed=False, explanation="£213,477 or more needs a compliant procurement route."
)
KEPT = Gate(name="line", passed=True, explanation="The line has money left.")
ORDER = OrderGates(
    order_id="W-12-laptop",
    gross_pence=30_000_000,
    supplier="Northgate Systems",
    contract_id="C-7",
    procurement_route=None,
    approval_reference=None,
    gates=[KEPT, ROUTE],
)
VIEW = WaveView(
    wave_id=UUID(int=12),
    wave="W-12",
    status=WaveStatus.PROPOSED,
    financial_year="2024/25",
    quarter=date(2025, 1, 1),
    policy_version="2024.2",
    entries=320,
    from_stock=20,
    ordered=300,
    gross_pence=30_000_000,
    gap_percent=0.21,
    method="rounded",
    floors_met=True,
    proposed_by="helen.marsh@metropolitan.example",
    proposed_at=AT,
    decided_by=None,
    decided_at=None,
    explanation="",
    rows=[
        WaveRow(
            line=FundingLine.REFRESH_AND_BAU,
            kind=Kind.LAPTOP,
            asked=700,
            from_stock=20,
            ordered=300,
            later=200,
            left_out=180,
            gross_pence=29_999_900,
        )
    ],
    units=[UnitRow(unit="central-west", asked=100, served=40, later=30, left_out=30)],
    left_out=[LeftOutRow(kind=Kind.LAPTOP, why="money", entries=180, highest_score=402)],
    later=[QuarterRow(starts_on=date(2025, 4, 1), entries=200, gross_pence=20_000_000)],
    gates=["An order at or over £213,477 needs a procurement route."],
    orders=[ORDER],
)
PUBLIC = msgspec.structs.replace(
    VIEW, orders=[], rows=[msgspec.structs.replace(row, gross_pence=None) for row in VIEW.rows]
)
COMMERCIAL_WORDS = ("299,999", "Northgate Systems", "C-7")
ROLES = ["Helen Marsh", "Idris Bello", "Catherine Doyle", "Ruth Adeyemi"]


def buttons(told: Any) -> set[str]:
    return {each["action_id"] for block in told.blocks for each in block.get("elements", ()) if "action_id" in each}


@quick
@given(made.WAVES, st.sampled_from(ROLES))
def test_any_wave_is_taken_by_slack(view: Any, name: str) -> None:
    check(wave.render(view, viewer(name), NAMES, {}))
    check_view(wave_forms.release_form(view), "modal")
    check_view(wave_forms.send_back_form(view), "modal")


@quick
@given(made.many(made.WAVE_LINES, 20), made.many(made.ENTRIES))
def test_lists_and_files_of_waves(lines: list[Any], entries: list[Any]) -> None:
    check(wave.render_list(lines, {}))
    assert workbook([sheets.of_entries(entries, NAMES)], marking=None).startswith(b"PK")


@pytest.mark.parametrize("name", ROLES)
def test_nothing_commercial_without_the_role(name: str) -> None:
    seen = viewer(name)
    view = VIEW if seen.sees_prices else PUBLIC
    drawn = str(wave.render(view, seen, NAMES, PEOPLE))
    pages = [sheets.of_kinds(view, priced=seen.sees_prices), sheets.of_units(view, NAMES)]
    file = workbook(pages, marking=COMMERCIAL if seen.sees_prices else None)
    held = "".join(
        zipfile.ZipFile(io.BytesIO(file)).read(name).decode() for name in zipfile.ZipFile(io.BytesIO(file)).namelist()
    )
    assert seen.sees_prices is all(word in drawn for word in COMMERCIAL_WORDS)
    assert seen.sees_prices is any(word in drawn for word in COMMERCIAL_WORDS)
    assert seen.sees_prices is ("299999" in held)
    assert seen.sees_prices is (COMMERCIAL in held)
    bars, _ = wave.bars(view, priced=seen.sees_prices)
    assert bars == [("Laptop", 29_999_900 if seen.sees_prices else 320)]
    assert "£300,000" in drawn, "the total of a wave is public"


def test_what_a_wave_says() -> None:
    told = str(wave.render(VIEW, viewer("Catherine Doyle"), NAMES, PEOPLE))
    for words in (
        "Wave W-12 · orders of Jan to Mar 2025",
        "Proposed by Helen Marsh, 4 Nov 2024, 09:30",
        "*320 devices*: 20 from stock, 300 to order for *£300,000*",
        "Within 0.21 % of the best possible plan",
        "• 180 laptops: the money given or left does not reach for one more (highest score 402)",
        "Central West: 40 of 100 now, 30 later, 30 left out",
        "• from Apr 2025: 200 devices, £200,000",
        "Stands against release",
        "Policy version 2024.2",
    ):
        assert words in told, words
    best = msgspec.structs.replace(VIEW, gap_percent=0.0)
    assert "Proved the best" in str(wave.render(best, viewer("Catherine Doyle"), NAMES, PEOPLE))


@pytest.mark.parametrize("name", ["Helen Marsh", "Catherine Doyle"])
def test_sums_of_assumed_prices_say_so(name: str) -> None:
    for assumed in (True, False):
        view = msgspec.structs.replace(PUBLIC, assumed_prices=assumed)
        assert ("Prices are assumed." in str(wave.render(view, viewer(name), NAMES, PEOPLE))) is assumed


def test_a_limited_proposal_says_to_what() -> None:
    def told(**limits: Any) -> str:
        return wave.status_text(msgspec.structs.replace(VIEW, **limits), PEOPLE).splitlines()[1]

    by = "Proposed by Helen Marsh, 4 Nov 2024, 09:30"
    assert told() == by
    assert told(kinds=[Kind.LAPTOP, Kind.DESKTOP]) == f"{by}, for laptops, desktops"
    assert told(most_pence=10_000_000) == f"{by}, up to £100,000"
    assert told(kinds=[Kind.LAPTOP], most_pence=10_000_000) == f"{by}, for laptops up to £100,000"


def test_a_wave_of_nothing_says_so() -> None:
    empty = msgspec.structs.replace(VIEW, entries=0, from_stock=0, ordered=0, gross_pence=0, orders=[], gates=[])
    told = str(wave.render(empty, viewer("Catherine Doyle"), NAMES, PEOPLE))
    assert "Nothing to order or to give out this quarter." in told
    assert "for *£0*" not in told
    assert "against release" not in told


def test_one_that_was_sent_back_was_never_released() -> None:
    by = {"decided_by": "catherine.doyle@metropolitan.example", "decided_at": AT, "explanation": "Ask for more."}
    back = msgspec.structs.replace(VIEW, status=WaveStatus.SUPERSEDED, **by)
    assert "Sent back by Catherine Doyle, 4 Nov 2024, 09:30\n> Ask for more." in wave.status_text(back, PEOPLE)
    refused = msgspec.structs.replace(back, attempt=1)
    assert "Released by Catherine Doyle" in wave.status_text(refused, PEOPLE)
    assert ids.WAVE_CSV not in buttons(wave.render(back, viewer("Helen Marsh"), NAMES, PEOPLE)), "its list is empty"


def test_each_role_may_press_what_it_may_do() -> None:
    files = {ids.WAVE_CHART, ids.WAVE_CSV, ids.WAVE_XLSX}
    anew = {ids.ask("wave propose")}
    assert buttons(wave.render(VIEW, viewer("Helen Marsh"), NAMES, {})) == files | anew
    decides = {ids.WAVE_RELEASE, ids.WAVE_SEND_BACK}
    assert buttons(wave.render(VIEW, viewer("Catherine Doyle"), NAMES, {})) == files | anew | decides
    assert buttons(wave.render(VIEW, viewer("Ruth Adeyemi"), NAMES, {})) == files
    empty = msgspec.structs.replace(VIEW, entries=0, from_stock=0, ordered=0, gross_pence=0)
    assert buttons(wave.render(empty, viewer("Catherine Doyle"), NAMES, {})) == files | anew
    ordered = msgspec.structs.replace(VIEW, status=WaveStatus.COMMITTED)
    assert buttons(wave.render(ordered, viewer("Catherine Doyle"), NAMES, {})) == files
    refused = msgspec.structs.replace(VIEW, status=WaveStatus.REFUSED, explanation="The line has no money left.")
    told = wave.render(refused, viewer("Catherine Doyle"), NAMES, PEOPLE)
    assert buttons(told) == files | anew | {ids.WAVE_RELEASE}
    assert "The line has no money left." in str(told)


def filled(**fields: str) -> dict[str, Any]:
    return {block: {block: {"value": words}} for block, words in fields.items()}


def test_release_asks_for_what_is_missing_and_nothing_else() -> None:
    form = wave_forms.release_form(VIEW)
    inputs = [block for block in form["blocks"] if block["type"] == "input"]
    assert [block["label"]["text"] for block in inputs] == ["Procurement route of W-12-laptop"]
    assert form["submit"]["text"] == "Release"
    left_empty = wave_forms.read_release(form["private_metadata"], filled())
    assert left_empty == {"release_0": "Procurement route of W-12-laptop: without it the order cannot be placed."}
    given = wave_forms.read_release(form["private_metadata"], filled(release_0=" RM6098 lot 2 "))
    assert given == Release(UUID(int=12), "W-12", {"W-12-laptop": "RM6098 lot 2"}, {})


def test_orders_that_count_together_may_need_an_approval_too() -> None:
    split = Gate(name="splitting", passed=False, explanation="With the supplier's other orders it reaches £213,477.")
    small = msgspec.structs.replace(ORDER, gross_pence=100_000, gates=[split])
    form = wave_forms.release_form(msgspec.structs.replace(VIEW, orders=[small]))
    assert [block["optional"] for block in form["blocks"] if block["type"] == "input"] == [False, True]
    given = wave_forms.read_release(form["private_metadata"], filled(release_0="RM6098 lot 2"))
    assert given == Release(UUID(int=12), "W-12", {"W-12-laptop": "RM6098 lot 2"}, {})
    routed = msgspec.structs.replace(small, procurement_route="RM6098 lot 2")
    form = wave_forms.release_form(msgspec.structs.replace(VIEW, orders=[routed]))
    assert set(wave_forms.read_release(form["private_metadata"], filled())) == {"release_0"}


def test_what_no_reference_can_help_has_no_release_button() -> None:
    capped = Gate(name="volume_cap", passed=False, explanation="Laptops: the year's cap is reached.")
    form = wave_forms.release_form(
        msgspec.structs.replace(VIEW, orders=[msgspec.structs.replace(ORDER, gates=[ROUTE, capped])])
    )
    assert "submit" not in form
    assert not any(block["type"] == "input" for block in form["blocks"])
    check_view(form, "modal")


def chosen(**fields: str) -> dict[str, Any]:
    return {block: {block: {"selected_option": {"value": value}}} for block, value in fields.items()}


def test_acts_are_read_and_errors_stand_at_their_fields() -> None:
    year = "2024/25"
    for form in (act_forms.override_form(year), act_forms.virement_form(year), act_forms.roll_over_form(year, [])):
        check_view(form, "modal")
    check_view(act_forms.roll_over_form(year, ["• Refresh: £2"]), "modal")
    by_line = chosen(limit="line|refresh-and-bau") | filled(extra="£1.5m", why="A flood")
    assert act_forms.read_override(year, by_line) == Override(
        year, FundingLine.REFRESH_AND_BAU, None, 150_000_000, "A flood"
    )
    by_kind = chosen(limit="kind|laptop") | filled(extra="1,200", why="A flood")
    assert act_forms.read_override(year, by_kind) == Override(year, None, Kind.LAPTOP, 1200, "A flood")
    assert set(act_forms.read_override(year, by_kind | filled(extra="£5"))) == {"extra"}
    assert set(act_forms.read_override(year, {})) == {"limit", "extra", "why"}
    moved = {"from": "refresh-and-bau", "to": "tablet-replacement"}
    read = act_forms.read_virement(year, chosen(**moved) | filled(extra="250k", why="Tablets cost more"))
    assert read == Virement(
        year, FundingLine.REFRESH_AND_BAU, FundingLine.TABLET_REPLACEMENT, 25_000_000, "Tablets cost more"
    )
    same = chosen(**(moved | {"to": "refresh-and-bau"})) | filled(extra="250k", why="Tablets cost more")
    assert set(act_forms.read_virement(year, same)) == {"to"}
    assert set(act_forms.read_virement(year, {})) == {"from", "to", "extra", "why"}
    assert act_forms.read_reason({}) == {"why": "Why? The auditor reads your words."}


@quick
@given(st.text(max_size=20))
def test_whatever_is_typed_as_a_sum_is_read_or_refused(words: str) -> None:
    read = act_forms.read_override("2024/25", chosen(limit="kind|laptop") | filled(extra=words, why="x"))
    assert isinstance(read, Override) or set(read) == {"extra"}
    read = act_forms.read_override("2024/25", chosen(limit="line|refresh-and-bau") | filled(extra=words, why="x"))
    assert isinstance(read, Override) or set(read) == {"extra"}


def test_charts_are_pictures() -> None:
    many = [(f"Month {n}", {"laptop": n, "monitor": 2 * n, "$x$": 1}) for n in range(70)]
    assert stacked_chart("Falling due, $", many, "4 Nov 2024", apart=1).startswith(b"\x89PNG")
    assert stacked_chart("Nothing", [], "4 Nov 2024").startswith(b"\x89PNG")
    assert bar_chart("Cost", [("Laptop", 12_345)], "4 Nov 2024", shown_as=money).startswith(b"\x89PNG")


def test_no_name_of_a_kind_is_drawn_over_a_chart_s_title_or_note() -> None:
    kinds = dict.fromkeys(COLOURS, 3)
    picture = imread(io.BytesIO(stacked_chart("Falling due", [("Overdue", kinds), ("Nov 2024", kinds)], "4 Nov 2024")))
    pixels, tenth = (picture[:, :, :3] * 255).round().astype(int), len(picture) // 10
    colours = {tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5)) for colour in COLOURS.values()}
    assert colours <= {tuple(each) for each in pixels.reshape(-1, 3)}
    for part in (pixels[:tenth], pixels[-tenth:]):
        assert not colours & {tuple(each) for each in part.reshape(-1, 3)}


def test_the_queue_is_charted_by_month_until_there_is_a_plan() -> None:
    def count(month: int, planned: date | None, entries: int) -> QueueCount:
        return QueueCount(
            kind=Kind.LAPTOP,
            cause=None,
            month=date(2024, month, 1),
            planned_for=planned,
            status="queued",
            entries=entries,
        )

    unplanned = [count(3, None, 1), count(4, None, 2)]
    assert columns(unplanned) == [("Mar 2024", {"laptop": 1}), ("Apr 2024", {"laptop": 2})]
    planned = [count(3, date(2025, 1, 1), 1), count(4, None, 2), count(5, date(2025, 1, 1), 4)]
    assert columns(planned) == [("Jan to Mar 2025", {"laptop": 5}), ("Not reached", {"laptop": 2})]


DEMANDS = st.builds(
    DemandView,
    demand_id=made.IDS,
    reference=made.WORDS,
    cause=st.sampled_from([BauCause.JOINER, BauCause.GROWTH]),
    kind=st.sampled_from(Kind),
    unit=made.WORDS,
    quantity=made.NUMBERS,
    needed_by=made.DAYS,
    reason=made.WORDS,
    added_by=made.WORDS,
    added_at=made.MOMENTS,
    withdrawn_by=made.MAYBE,
    withdrawn_at=st.one_of(st.none(), made.MOMENTS),
    waiting=made.NUMBERS,
    planned=made.NUMBERS,
)


@quick
@given(made.many(DEMANDS))
def test_any_planned_demand_is_taken(found: list[Any]) -> None:
    check(demand.render_list(found, NAMES))
    for each in found[:1]:
        check(demand.render_withdrawn(each, NAMES))
        check(demand.render_added(each, "Central West"))
