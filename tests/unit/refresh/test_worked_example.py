"""The example worked by hand in docs/refresh-and-budget.md, worked again from its own tables."""

from __future__ import annotations

from datetime import date

from schemas.vocabulary import Demand, Kind, RequestReason
from services.refresh.rules import Assessment, assess
from tests.fixtures.worked_examples import tables_of
from tests.unit.refresh.policies import POLICY, device, request

TODAY = date(2024, 11, 4)


def said(rows: list[list[str]]) -> tuple[str, str, int, str]:
    answers = {row[0]: row[1] for row in rows}
    return answers["rule"], answers["due_on"], int(answers["score"]), answers["changes_on"]


def given(judged: Assessment) -> tuple[str | None, str, int, str]:
    return judged.rule, str(judged.due_on), judged.score, str(judged.changes_on)


def test_the_worked_example() -> None:
    facts, answer, parts, broken = tables_of("refresh-and-budget.md", "Why a device stands where it stands")
    known = {row[0]: row[1] for row in facts}
    laptop = device(
        kind=Kind(known["kind"]),
        model=known["model"],
        unit=known["unit"],
        os=known["os"],
        os_version=known["os_version"],
        purchased_on=date.fromisoformat(known["purchased_on"]),
        failures=tuple(date.fromisoformat(day) for day in known["failures"].split(", ")),
        battery_percent=int(known["battery_percent"]),
        told_on=TODAY,
    )
    judged = assess(laptop, POLICY, TODAY)
    assert given(judged) == said(answer)
    assert judged.parts == {row[0]: int(row[1]) for row in parts}
    assert {row[0]: int(row[2]) for row in parts} == {
        part: getattr(POLICY.policy.weights, part) for part in judged.parts
    }
    assert judged.demand is Demand.REFRESH

    asked = device(**{name: getattr(laptop, name) for name in known}, request=request(RequestReason.BROKEN, TODAY))
    judged = assess(asked, POLICY, TODAY)
    assert given(judged) == said(broken)
    assert judged.demand is Demand.BAU
