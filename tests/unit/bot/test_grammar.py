"""Every text has an answer, and what people type means what they meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import grammar
from bot.grammar import Asked, Counts, parse
from schemas.vocabulary import Kind, RequestReason
from services.register.queries import Dimension

WORDS = st.sampled_from([*grammar.USAGE, "/kit", "by", "in", "unit", "next", "3", "months", "R-1", "laptop", ","])


@given(st.one_of(st.text(), st.lists(st.one_of(WORDS, st.text()), max_size=30).map(" ".join)))
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
        ("counts laptops", Counts(by=(Dimension.MODEL,), kind=Kind.LAPTOP)),
        ("counts by unit and age", Counts(by=(Dimension.UNIT, Dimension.AGE))),
        ("counts phones by os in Central West", Counts((Dimension.OS,), Kind.SMARTPHONE, "Central West")),
        ("counts in Central West by models", Counts((Dimension.MODEL,), None, "Central West")),
        ("due", grammar.Due()),
        ("due in Digital, Data and Technology next 3 months", grammar.Due("Digital, Data and Technology", 3)),
        ("due next 999 months", grammar.Due(None, 60)),
        ("why 5CG1234XYZ", grammar.Why("5CG1234XYZ")),
        ("find QM-000123", grammar.Find("QM-000123")),
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
        ("leavers in Central West", grammar.Leavers("Central West")),
        ("movers", grammar.Leavers()),
        ("hello", grammar.Help()),
        ("my laptop screen is cracked", grammar.Fault(RequestReason.BROKEN, "my laptop screen is cracked")),
        ("somebody has stolen my phone", grammar.Fault(RequestReason.STOLEN, "somebody has stolen my phone")),
        ("it is so slow", grammar.Fault(RequestReason.SLOW, "it is so slow")),
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
        ("xyzzy", None),
        ("forecast", None),
        ("idle", None),
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
