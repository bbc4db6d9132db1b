"""Every text has an answer, and what people type means what they meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import grammar
from bot.grammar import Asked, Counts, Due, PlanDemand, Propose, Queue, Wave, parse
from schemas.vocabulary import BauCause, Kind
from services.custody.queries import Cause, CustodyState
from services.register.queries import Dimension
from services.requests.queries import Reason

WORDS = st.sampled_from([*grammar.USAGE, "/kit", "by", "in", "unit", "next", "3", "months", "R-1", "laptop", ","])
ACT_WORDS = st.sampled_from(
    [
        "wave",
        "propose",
        "W-1",
        "up to",
        "£2m",
        "1.5",
        "demand",
        "40",
        "laptops",
        "for joiners",
        "in",
        "by",
        "1 Feb 2025",
    ]
)


@given(st.one_of(st.text(), st.lists(st.one_of(WORDS, ACT_WORDS, st.text()), max_size=30).map(" ".join)))
def test_every_text_has_an_answer(text: str) -> None:
    assert isinstance(parse(text), Asked)


@given(st.integers(1, 5000))
def test_saying_kit_again_and_again_is_no_trouble(times: int) -> None:
    assert parse("/kit " * times) == grammar.Mine()


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("", grammar.Mine()),
        ("<@U0BOT|quartermaster>  ", grammar.Mine()),
        ("kit queue", grammar.Queue()),
        ("COUNTS", Counts()),
        ("lost 5CG0001", grammar.Lost("5CG0001")),
        ("stolen QM-00012", grammar.Lost("QM-00012", "stolen")),
        ("lost my laptop on the bus", grammar.Fault(Reason.LOST, "lost my laptop on the bus", Kind.LAPTOP)),
        ("stolen phone", grammar.Fault(Reason.STOLEN, "stolen phone", Kind.SMARTPHONE)),
        ("losses", grammar.Losses()),
        ("loss l-012", grammar.Loss("L-12")),
        ("counts laptops", Counts(by=(Dimension.MODEL,), kind=Kind.LAPTOP)),
        ("counts by unit and age", Counts(by=(Dimension.UNIT, Dimension.AGE))),
        ("counts phones by os in Central West", Counts((Dimension.OS,), Kind.SMARTPHONE, "Central West")),
        ("counts in Central West by models", Counts((Dimension.MODEL,), None, "Central West")),
        ("due", grammar.Due()),
        ("due in Digital, Data and Technology next 3 months", grammar.Due("Digital, Data and Technology", 3)),
        ("due next 999 months", grammar.Due(None, 60)),
        ("why 5CG1234XYZ", grammar.Why("5CG1234XYZ")),
        ("find QM-000123", grammar.Find("QM-000123")),
        ("find 5CG1234XYZ after 15", grammar.Find("5CG1234XYZ", 15)),
        ("find Amara Osei", grammar.Find("Amara Osei")),
        ("find Siân O'Neill-Smith", grammar.Find("Siân O'Neill-Smith")),
        ("find amara.osei@metropolitan.example", grammar.Find("amara.osei@metropolitan.example")),
        (
            "find <mailto:amara.osei@metropolitan.example|amara.osei@metropolitan.example>",
            grammar.Find("amara.osei@metropolitan.example"),
        ),
        ("budget", grammar.Budget()),
        ("budget 2024/25", grammar.Budget("2024/25")),
        ("budget 24-25", grammar.Budget("2024/25")),
        ("budget 2099/00", grammar.Budget("2099/00")),
        ("budget by units", grammar.Budget(None, grammar.BudgetSide.UNIT)),
        ("Budget 24/25 by Month", grammar.Budget("2024/25", grammar.BudgetSide.MONTH)),
        ("request r-0123", grammar.Request("R-123")),
        ("request 123", grammar.Request("R-123")),
        ("deadletters", grammar.DeadLetters()),
        ("dead-letters Jamf", grammar.DeadLetters("jamf")),
        ("deadletter servicenow/incident", grammar.DeadLetters("servicenow/incident")),
        ("replace my laptop please", grammar.Replace()),
        ("conflicts", grammar.Conflicts()),
        ("custody", grammar.Custody()),
        ("custody returned", grammar.CustodyList(CustodyState.RETURNED)),
        ("custody wipe-failed", grammar.CustodyList(CustodyState.WIPE_FAILED)),
        ("Custody Wipe failed", grammar.CustodyList(CustodyState.WIPE_FAILED)),
        ("custody c-012", grammar.CustodyRecord("C-12")),
        ("custody 5CG1234XYZ", grammar.CustodyRecord("5CG1234XYZ")),
        ("custody QM-000123", grammar.CustodyRecord("QM-000123")),
        ("custody batch b-03", grammar.CustodyBatch("B-3")),
        ("custody act", grammar.CustodyAct()),
        ("custody act on returned", grammar.CustodyAct(on="returned")),
        ("custody act request wipe on wipe-requested", grammar.CustodyAct(Cause.REQUEST_WIPE, "wipe_requested")),
        ("custody act certify on c-7", grammar.CustodyAct(Cause.CERTIFY, "C-7")),
        ("disposals", grammar.Disposals()),
        ("disposals 24-25", grammar.Disposals("2024/25")),
        ("leavers in Central West", grammar.Leavers("Central West")),
        ("movers", grammar.Leavers()),
        ("idle", grammar.Idle()),
        ("idle 60 days in Central West", grammar.Idle("Central West", 60)),
        ("idle in Central West 60 days", grammar.Idle("Central West", 60)),
        ("idle 90 days after 20 in Digital, Data and Technology", grammar.Idle("Digital, Data and Technology", 90, 20)),
        ("surplus", grammar.Surplus()),
        ("surplus after 6 in Central West", grammar.Surplus("Central West", 6)),
        ("audit 5CG1234XYZ", grammar.Audit("5CG1234XYZ")),
        ("audit Amara Osei before 1200", grammar.Audit("Amara Osei", 1200)),
        ("audit amara.osei@metropolitan.example", grammar.Audit("amara.osei@metropolitan.example")),
        ("queue laptops in Central West", Queue(Kind.LAPTOP, "Central West")),
        ("queue after 40", Queue(after=40)),
        ("queue phones after 20 in Central West", Queue(Kind.SMARTPHONE, "Central West", 20)),
        ("due desktops next 3 months in Central West", Due("Central West", 3, Kind.DESKTOP)),
        ("wave", Wave()),
        ("wave w-012", Wave("W-12")),
        ("wave 12", Wave("W-12")),
        ("waves", grammar.Waves()),
        ("wave propose", Propose()),
        ("wave propose laptops, phones and laptops up to £2m", Propose((Kind.LAPTOP, Kind.SMARTPHONE), 200_000_000)),
        ("wave propose up to 213,477.50", Propose((), 21_347_750)),
        ("wave propose within 1.5 million", Propose((), 150_000_000)),
        (
            "demand 40 laptops for joiners in Central West by 1 Feb 2025 because the intake grows by 40",
            PlanDemand(40, Kind.LAPTOP, BauCause.JOINER, "Central West", "1 Feb 2025", "the intake grows by 40"),
        ),
        (
            "demand 3 screens for growth in Digital, Data and Technology by 2025-02-01 because of a new team",
            PlanDemand(3, Kind.MONITOR, BauCause.GROWTH, "Digital, Data and Technology", "2025-02-01", "of a new team"),
        ),
        ("demand", grammar.Demands()),
        ("demands", grammar.Demands()),
        ("demand withdraw d-04 because it is not funded", grammar.WithdrawDemand("D-4", "it is not funded")),
        ("override", grammar.Override()),
        ("virements", grammar.Virement()),
        ("roll-over 2023/24", grammar.RollOver("2023/24")),
        ("reverse PO-100", grammar.Reverse("PO-100")),
        ("reversal `rollover/2023/24/PO 100`", grammar.Reverse("rollover/2023/24/PO 100")),
        ("reverse #42", grammar.Reverse("#42")),
        ("contracts", grammar.Contracts()),
        ("acts", grammar.Acts()),
        ("acts 24/25", grammar.Acts("2024/25")),
        ("hello", grammar.Help()),
        ("my laptop screen is cracked", grammar.Fault(Reason.BROKEN, "my laptop screen is cracked", Kind.LAPTOP)),
        ("somebody has stolen my phone", grammar.Fault(Reason.STOLEN, "somebody has stolen my phone", Kind.SMARTPHONE)),
        ("my second screen flickers", grammar.Fault(Reason.BROKEN, "my second screen flickers", Kind.MONITOR)),
        ("cover", grammar.Covers()),
        ("cover off", grammar.EndCover()),
        (
            "cover Daniel Reyes from 3 Feb 2025 until 14 Feb 2025",
            grammar.ArrangeCover("Daniel Reyes", "from 3 Feb 2025 until 14 Feb 2025"),
        ),
        (
            "cover <mailto:d.reyes@met.example|d.reyes@met.example> from 2025-02-03 to 14/2/2025",
            grammar.ArrangeCover("d.reyes@met.example", "from 2025-02-03 to 14/2/2025"),
        ),
        ("cover Priya from today until Friday", grammar.ArrangeCover("Priya", "from today until Friday")),
        ("cover Tom Till from Monday to Friday", grammar.ArrangeCover("Tom Till", "from Monday to Friday")),
        ("cover Anna Theodora next week", grammar.ArrangeCover("Anna Theodora", "next week")),
        ("cover by Priya on 5/12/2026", grammar.ArrangeCover("Priya", "on 5/12/2026")),
        ("cover Priya until blursday", grammar.ArrangeCover("Priya", "until blursday")),
        ("cover me next week", grammar.Covers()),
        ("found 5CG1234XYZ", grammar.Found("5CG1234XYZ")),
        ("found `met-000312`.", grammar.Found("met-000312")),
        ("I found 5CG1234XYZ on the train", grammar.Found("5CG1234XYZ")),
        ("found my laptop MET-000312", grammar.Found("MET-000312")),
        ("found it on the train", grammar.OwnLosses()),
        ("found R-12", grammar.Request("R-12")),
        ("it is so slow", grammar.Fault(Reason.SLOW, "it is so slow")),
        ("my fone is dead", grammar.Fault(Reason.BROKEN, "my fone is dead", Kind.SMARTPHONE)),
        ("my labtop is brokne", grammar.Fault(Reason.BROKEN, "my labtop is brokne", Kind.LAPTOP)),
        ("screen broke again", grammar.Fault(Reason.BROKEN, "screen broke again", Kind.MONITOR)),
        ("help my laptop is broken", grammar.Fault(Reason.BROKEN, "my laptop is broken", Kind.LAPTOP)),
        ("got mugged", grammar.Fault(Reason.STOLEN, "got mugged")),
        ("find my phone", grammar.Fault(Reason.LOST, "find my phone", Kind.SMARTPHONE)),
        ("lost", grammar.Fault(Reason.LOST, "lost")),
        ("who approves my thing?", grammar.OwnRequests()),
        ("cancel my request", grammar.OwnRequests()),
        ("where is my laptop", grammar.OwnRequests()),
        ("why was my request refused", grammar.OwnRequests()),
        ("status", grammar.OwnRequests()),
        ("requests", grammar.OwnRequests()),
        ("it arrived", grammar.OwnRequests()),
        ("R-12", grammar.Request("R-12")),
        ("cancel r-012 please", grammar.Request("R-12")),
        ("request R-1 please", grammar.Request("R-1")),
        ("found L-1", grammar.Loss("L-1")),
        ("c4", grammar.CustodyRecord("C-4")),
        ("b-3", grammar.CustodyBatch("B-3")),
        ("w-2", Wave("W-2")),
        ("I found it", grammar.OwnLosses()),
        ("my lost phone turned up", grammar.OwnLosses()),
        (
            "I have not found my lost phone",
            grammar.Fault(Reason.LOST, "I have not found my lost phone", Kind.SMARTPHONE),
        ),
        ("I left my phone on a bus", grammar.Fault(Reason.LOST, "I left my phone on a bus", Kind.SMARTPHONE)),
        ("my laptop arrived broken", grammar.Fault(Reason.BROKEN, "my laptop arrived broken", Kind.LAPTOP)),
        ("when will my broken phone be replaced", grammar.OwnRequests()),
        ("I need a laptop and an e-mail account", grammar.Wish("I need a laptop and an e-mail account", Kind.LAPTOP)),
        ("need a new laptop", grammar.Wish("need a new laptop", Kind.LAPTOP)),
        ("request a new laptop", grammar.Wish("request a new laptop", Kind.LAPTOP)),
        ("phone", grammar.Wish("phone", Kind.SMARTPHONE)),
        ("new starter on Monday", grammar.Wish("new starter on Monday", None, Reason.JOINER)),
        ("I need a screen reader", grammar.Wish("I need a screen reader", None, Reason.ACCESSIBILITY)),
        ("laptop is too old", grammar.Wish("laptop is too old", Kind.LAPTOP, Reason.END_OF_LIFE)),
        ("what do I have", grammar.Mine()),
        ("Amara is leaving", grammar.Leavers()),
        ("I am on leave next week", grammar.Covers()),
        ("cover for me", grammar.Covers()),
        ("how many laptops do we have?", Counts((Dimension.MODEL,), Kind.LAPTOP)),
        ("5cg1234xyz", grammar.Find("5cg1234xyz")),
        ("who has MET-000312?", grammar.Find("MET-000312")),
        ("I forgot my password", grammar.Elsewhere()),
        ("thanks", grammar.Thanks()),
        ("good morning", grammar.Help()),
    ],
)
def test_what_is_said_is_what_is_asked(said: str, asked: Asked) -> None:
    assert parse(said) == asked


@pytest.mark.parametrize(
    ("said", "nearest"),
    [
        ("cuonts", "counts"),
        ("budgte", "budget"),
        ("allerts", "alerts"),
        ("conflicts now", "conflicts"),
        ("leavers soon", "leavers"),
        ("audit", "audit"),
        ("idle laptops", "idle"),
        ("surplus laptops", "surplus"),
        ("audit S1; S2", "audit"),
        ("why", "why"),
        ("request soon", "request"),
        ("budget 2024/26", "budget"),
        ("budget by", "budget"),
        ("budget by colour", "budget"),
        ("budget by kind 2024/25", "budget"),
        ("counts bananas", "counts"),
        ("counts by colour", "counts"),
        ("deadleters", "deadletters"),
        ("deadletters of jamf", "deadletters"),
        ("wvae", "wave"),
        ("wave propose bananas", "wave"),
        ("wave propose up to nothing", "wave"),
        ("wave propose up to £0", "wave"),
        ("wave of change", "wave"),
        ("demand 40 laptops", "demand"),
        ("demand withdraw D-4", "demand"),
        ("demand withdraw all because I say", "demand"),
        ("demand 0 laptops for joiners in West by 1 Feb 2025 because I say", "demand"),
        ("demand 4 laptops for theft in West by 1 Feb 2025 because I say", "demand"),
        ("rollover", "rollover"),
        ("rollover 2023/25", "rollover"),
        ("reverse", "reverse"),
        ("reverse ``", "reverse"),
        (f"reverse {'x' * 201}", "reverse"),
        ("revrese PO-100", "reverse"),
        ("queue bananas", "queue"),
        ("due bananas", "due"),
        ("contarcts", "contracts"),
        ("xyzzy", None),
        ("forecast", None),
        ("find", "find"),
        ("what is the weather", None),
        ("the quarterly report is late", None),
        ("counts of broken laptops", "counts"),
    ],
)
def test_what_is_not_understood_gets_the_nearest_command(said: str, nearest: str | None) -> None:
    asked = parse(said)
    assert isinstance(asked, grammar.Unknown)
    assert asked.nearest == nearest


@given(
    st.lists(st.sampled_from(list(Dimension)), min_size=1, max_size=2, unique=True),
    st.sampled_from([None, *Kind]),
    st.sampled_from([None, "Central West", "central-north-response", "Digital, Data and Technology"]),
)
def test_a_button_asks_the_same_question_again(by: list[Dimension], kind: Kind | None, unit: str | None) -> None:
    asked = Counts(tuple(by), kind, unit)
    assert parse(asked.line()) == asked


@given(st.sampled_from([None, "2024/25", "2099/00"]), st.sampled_from([None, *grammar.BudgetSide]))
def test_a_button_of_the_budget_asks_the_same_again(year: str | None, side: grammar.BudgetSide | None) -> None:
    asked = grammar.Budget(year, side)
    assert parse(asked.line()) == asked


@given(
    st.sampled_from([None, *Kind]), st.sampled_from([None, "Central West"]), st.integers(0, 10**8), st.integers(1, 60)
)
def test_a_button_of_the_queue_asks_for_the_same_page(kind: Kind | None, unit: str | None, after: int, n: int) -> None:
    assert parse(Queue(kind, unit, after).line()) == Queue(kind, unit, after)
    assert parse(Due(unit, n, kind).line()) == Due(unit, n, kind)
