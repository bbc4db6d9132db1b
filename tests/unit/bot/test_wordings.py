"""What people read, word for word, where it was once clumsy or untrue."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from bot.answers.switchboard import first_word
from bot.grammar import Budget, Counts, Due, Propose, Queue, parse
from bot.render import alert_list, alerts, budget, counts, due, queue, request, why
from bot.render.chart import fitting
from bot.render.history import happened_line, of_register
from bot.render.queue import queue_line
from schemas.events.alert import Alert
from schemas.vocabulary import AlertSeverity, Demand, Kind
from services.budget.queries import OutturnView, PriorYear
from services.refresh.queries import DueMonth, DueView, Explanation, QueueCount, QueueLine
from services.register.queries import CountRow, Dimension, HistoryLine
from services.requests.queries import Reason, RequestView, TimelineLine
from services.requests.rules.machine import Status
from services.watch.queries import AlertView
from tests.fixtures.people import viewer

SHORT_CODE = re.compile(r":([a-z][a-z_]*[a-z]):")
NAMES = {"west": "West", "west-response": "West Response"}
AT = datetime(2024, 11, 4, 9, 30, tzinfo=UTC)
LINE = QueueLine(
    place=2,
    device_id=UUID(int=1),
    serial="K4C1000",
    kind=Kind.LAPTOP,
    model="Latitude 7400",
    unit="west-response",
    rule="end-of-policy-life",
    reason="It was bought on 16 September 2019; the policy life of a laptop, 48 months, runs to 16 September 2023.",
    policy_version="1",
    score=316,
    score_parts={},
    due_on=date(2023, 9, 16),
    demand=Demand.REFRESH,
    status="queued",
    request_reference=None,
    waiting_for=None,
)


def test_a_place_in_the_queue_says_its_day_once() -> None:
    assert queue_line(LINE, NAMES) == (
        "*2.* `K4C1000` Latitude 7400 · West Response · due 16 Sep 2023 · end of policy life · score 316"
    )
    asked = msgspec.structs.replace(LINE, rule="request-broken", request_reference="R-7", status="ordered")
    assert queue_line(asked, NAMES).endswith("· request R-7: broken · score 316 · ordered (R-7)")


def test_what_nobody_has_yet_is_no_device_without_a_serial() -> None:
    foreseen = msgspec.structs.replace(LINE, device_id=None, serial=None, model=None, rule="planned-joiner")
    assert queue_line(foreseen, NAMES).startswith(
        "*2.* a new laptop · West Response · due 16 Sep 2023 · planned joiner"
    )


def test_before_there_is_a_plan_nothing_is_missed_by_it() -> None:
    waits = QueueCount(
        kind=Kind.LAPTOP, cause=None, month=date(2024, 3, 1), planned_for=None, status="queued", entries=7
    )
    planned = msgspec.structs.replace(waits, planned_for=date(2025, 1, 1), entries=2)
    told = str(queue.render(Queue(), [LINE], [waits], NAMES, None).blocks)
    assert "No wave is planned yet for 7" in told
    assert "not reached" not in told
    assert "Planned 2, not reached by the plan 7" in str(queue.render(Queue(), [LINE], [waits, planned], NAMES, None))


def test_one_kind_alone_is_not_summed_once_more() -> None:
    def heads(*kinds: Kind) -> list[str]:
        months = [DueMonth(month=date(2024, 11, 1), kind=kind, devices=3) for kind in kinds]
        view = DueView(overdue=0, overdue_by_kind={}, by_month=months, first=[])
        (table,) = [block for block in due.render(Due(), view, NAMES, None).blocks if block["type"] == "table"]
        return [cell["text"] for cell in table["rows"][0]]

    assert heads(Kind.LAPTOP) == ["Month", "Laptop"]
    assert heads(Kind.LAPTOP, Kind.DESKTOP) == ["Month", "Desktop", "Laptop", "All"]


def test_nobody_is_promised_a_plan_that_they_will_not_get() -> None:
    asked = Propose()
    assert first_word(viewer("Helen Marsh"), asked) is not None
    assert first_word(viewer("Priya Nair"), asked) is None


def test_every_short_code_of_an_answer_is_a_picture_in_the_local_workspace() -> None:
    folder = Path(__file__).parents[3]
    known = set((folder / "deploy/local/workspace/page/emoji.js").read_text().replace('"', " ").split())
    used = {code for file in (folder / "bot").rglob("*.py") for code in SHORT_CODE.findall(file.read_text())}
    assert "wastebasket" in used
    assert used <= known


def test_history_is_told_in_people_s_words() -> None:
    def told(field: str, before: str | None, after: str) -> str:
        line = HistoryLine(at=AT, field=field, before=before, after=after, source="quartermaster/intake/servicenow")
        return happened_line(of_register(line, NAMES))

    assert told("unit", "west", "west-response") == "4 Nov 2024, 09:30  *Unit* West → West Response  _ServiceNow_"
    assert told("asset_tag", None, "MET-1") == "4 Nov 2024, 09:30  *Asset tag* MET-1  _ServiceNow_"
    assert told("purchased_on", None, "2019-09-16") == "4 Nov 2024, 09:30  *Bought* 16 Sep 2019  _ServiceNow_"
    assert "*First heard of*, as K4C1000" in told("registered", None, "serial:K4C1000")
    assert told("split_off", None, "intune:8d2c").startswith(
        "4 Nov 2024, 09:30  *Split off* intune:8d2c: another device"
    )
    assert "*Split off* from K4C1000: " in told("split_from", None, "serial:K4C1000")
    assert "it goes by intune:8d2c and intune:9e1f" in told("same_device", None, "intune:8d2c\nintune:9e1f")
    assert "*Wiped* 4 Nov 2024, 09:30  _" in told("wiped_at", None, str(AT))
    assert "gone from whole lists" in told("wiped_by_absence", None, str(AT))
    assert "*L-12* Reported stolen; a lock is on its way.  _" in told(
        "loss", "reported", "L-12\nReported stolen; a lock is on its way."
    )
    assert "*C-3* wipe requested  _" in told("custody", "wipe_requested", "C-3\n")
    assert "*State on record* in stock → in repair" in told("recorded_state", "in_stock", "in_repair")


def test_points_are_said_once_and_units_by_name() -> None:
    view = Explanation(
        device_id=UUID(int=1),
        serial="K4C1000",
        kind=Kind.LAPTOP,
        model="Latitude 7400",
        unit="west-response",
        in_queue=True,
        place=65,
        rule="end-of-policy-life",
        reason="It was bought.",
        policy_version="1",
        score=250,
        score_parts={"age": 50, "frontline": 200},
        part_words={
            "age": "50 of 80: 61 months old; policy life is 48 months.",
            "frontline": "200 of 200: west-response is frontline.",
        },
        due_on=date(2023, 9, 16),
        failures=[],
        not_due_because=None,
    )
    drawn = str(why.render(view, NAMES).blocks)
    assert f"`{'█' * 20}` *+200* of 200: West Response is frontline." in drawn
    assert f"`{'█' * 12}{'░' * 8}` *+50* of 80: 61 months old" in drawn


def test_a_past_year_is_not_spoken_of_as_one_to_come() -> None:
    view = OutturnView(financial_year="2023/24", as_of=date(2024, 11, 4))
    prior = [PriorYear(financial_year="2023/24", spent_pence=2_700_000_000, forecast=True)]
    drawn = str(budget.render(Budget("2023/24"), view, prior, sees_prices=True).blocks)
    assert "No approved sum for 2023/24 is on record." in drawn


def test_what_is_not_known_is_said_so() -> None:
    asked = Counts(by=(Dimension.KIND, Dimension.UNIT))
    assert counts.labels(asked, CountRow(keys=("laptop", "unknown"), devices=1), NAMES) == ["Laptop", "Not known"]


def test_an_alert_offers_what_to_look_at_next_until_it_is_over() -> None:
    alert = Alert(
        key="past-policy-life:west",
        episode=1,
        revision=1,
        condition="past-policy-life",
        severity=AlertSeverity.WARNING,
        audience="fleet",
        unit="west",
        headline="West: 21.0 % of devices are past policy life",
        detail="21 of 100 deployed.",
        raised_at=AT,
    )
    assert "due in west" in str(alerts.render_one(alert, NAMES, {}).blocks)
    over = msgspec.structs.replace(alert, cleared_at=AT)
    assert "actions" not in str(alerts.render_one(over, NAMES, {}).blocks)
    view = msgspec.convert(msgspec.structs.asdict(alert), AlertView)
    assert alert_list.render([view], {}).text == "1 open alert"


@pytest.mark.parametrize(
    ("key", "audience", "asked"),
    [
        ("outturn-crossing:2024/25:refresh-and-bau", "budget", ["budget"]),
        ("likely-underspend:2024/25:refresh-and-bau", "budget", ["budget"]),
        ("volume-crossing:2024/25:laptop", "budget", ["budget"]),
        ("volume-outturn-crossing:2024/25:laptop", "budget", ["budget"]),
        ("due-beyond-money:2024/25:refresh-and-bau", "budget", ["due next 3 months", "budget"]),
        ("procurement-gate:wave:W-7", "budget", ["wave W-7"]),
        ("procurement-gate:orders", "commercial", ["contracts"]),
        ("contract-ceiling:EUD-LAPTOPS", "commercial", ["contracts"]),
        ("contract-term:EUD-LAPTOPS", "commercial", ["contracts"]),
    ],
)
def test_the_buttons_of_an_alert_about_money_ask_what_the_grammar_knows(
    key: str, audience: str, asked: list[str]
) -> None:
    alert = Alert(
        key=key,
        episode=1,
        revision=1,
        condition=key.partition(":")[0],
        severity=AlertSeverity.WARNING,
        audience=audience,
        headline="Something is to be looked at",
        detail="So it is.",
        raised_at=AT,
    )
    drawn = alerts.render_one(alert, NAMES, {}).blocks
    buttons = [each for block in drawn if block["type"] == "actions" for each in block["elements"]]
    assert [each["value"] for each in buttons if each["action_id"].startswith("ask:")] == asked
    assert [each["value"] for each in buttons if each["action_id"].startswith("alert_")] == [f"1||{key}"] * 3
    for words in asked:
        assert type(parse(words)).__name__.lower() == words.split()[0]


def test_bars_of_two_keys_can_be_told_apart() -> None:
    assert fitting("Central West Emergency Response · smartphone", 34) == "Central West Emergen… · smartphone"
    assert len(fitting("Central West Emergency Response · smartphone", 34)) <= 34
    assert fitting("Central West", 34) == "Central West"


def test_a_request_leads_to_its_ticket_at_the_desk() -> None:
    view = RequestView(
        request_id=UUID(int=1),
        reference="R-7",
        requester_email="amara.osei@metropolitan.example",
        requester_name="Amara Osei",
        unit="west",
        kind=Kind.LAPTOP,
        reason=Reason.BROKEN,
        device_id=None,
        serial="K4C1000",
        explanation="Screen cracked",
        needed_by=None,
        accessibility_needs=False,
        delivery_place="Charing Cross",
        status=Status.ORDERED,
        verdict="",
        approver_email=None,
        decided_by=None,
        decided_at=None,
        refusal=None,
        raised_at=AT,
        timeline=[
            TimelineLine(at=AT, what="Asked for", who="amara.osei@metropolitan.example"),
            TimelineLine(at=AT, what="Ticket INC0012345 opened at the service desk", who="quartermaster/desk"),
        ],
        ticket="INC0012345",
        ticket_state="in_progress",
        ticket_link="https://desk.example/incident.do?sys_id=1&x=2",
    )
    told = str(request.timeline(view, NAMES, {}).blocks)
    assert "Asked for (amara.osei@metropolitan.example)" in told
    assert "quartermaster/desk" not in told
    assert "*Service desk:* <https://desk.example/incident.do?sys_id=1&amp;x=2|INC0012345>, in progress" in told
    unsafe = msgspec.structs.replace(view, ticket_link="https://desk.example/>|x")
    assert "*Service desk:* INC0012345, in progress" in str(request.timeline(unsafe, NAMES, {}).blocks)
    assert "Service desk" not in str(request.timeline(msgspec.structs.replace(view, ticket=None), NAMES, {}).blocks)
