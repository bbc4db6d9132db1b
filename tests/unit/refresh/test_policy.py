"""The policy file: the shipped one holds, and each way to break it is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from schemas.vocabulary import FundingLine, Kind
from services.access.directory import Directory, Unit
from services.errors import ConfigurationError
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.policy_document import Tier
from services.refresh.rules import assess
from tests.unit.refresh.policies import FILE, POLICY, device

OLD = Path(__file__).parent / "policy-2024-11.1.json"
"""What `refresh.policies` holds where a policy of the first form was adopted, as the code of that time wrote it."""

Content = dict[str, Any]


def _set(*path: Any, to: Any) -> Callable[[Content], None]:
    def change(content: Content) -> None:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = to

    return change


def _tier(name: str, points: int) -> dict[str, Any]:
    return {"assumed": True, "name": name, "under": ["frontline-policing"], "points": points}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("weights", "age", to=61), "1001, not 1000"),
        (_set("weights", to={"assumed": True} | dict(zip(
            ("request", "tier", "failures", "support", "age"), (520, 100, 140, 120, 120), strict=True
        ))), "tier must be more"),
        (_set("weights", to={"assumed": True} | dict(zip(
            ("request", "tier", "failures", "support", "age"), (500, 220, 120, 80, 80), strict=True
        ))), "request must be more"),
        (_set("request_urgency", "reasons", "lost", to=999), "must be 1000"),
        (_set("tiers", 0, "under", to=[]), r"length >= 1 - at `\$\.tiers\[0\]\.under`"),
        (_set("tiers", to=[]), r"length >= 1 - at `\$\.tiers`"),
        (_set("tiers", 0, "points", to=169), "all the points that weights.tier names"),
        (_set("tiers", to=[_tier("a", 170), _tier("b", 170)]), "fewer points than the one before it"),
        (_set("tiers", to=[_tier("a", 170), _tier("a", 90)]), "two have one name"),
        (_set("kinds", "laptop", "withdrawn", to={"assumed": True, "on": "2024-01-01", "replaced_by": "desktop"}),
         "must not be withdrawn itself"),
        (_set("battery", "below_percent", "laptop", to=0), "below_percent"),
        (_set("warranty", "kinds", to={"toaster": 6}), "toaster"),
        (_set("failures", "kinds", to={"laptop": {"limit": 2}}), "months"),
        (_set("planning", "floor_permille", to=1001), "floor_permille"),
        (_set("model_lives", 0, "source", to=5), "source"),
        (_set("kinds", "laptop", "life_months", to=0), "life_months"),
        (_set("kinds", "laptop", "assumed", to=False), "needs a source"),
        (_set("kinds", to={}), "every kind needs a life"),
        (_set("horizont", to={}), "horizont"),
    ],
)  # fmt: skip
def test_a_wrong_policy_says_what_is_wrong(tmp_path: Path, change: Callable[[Content], None], words: str) -> None:
    content = yaml.safe_load(FILE.read_text())
    change(content)
    file = tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigurationError, match=words):
        Policy.load(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml"):
        Policy.load(tmp_path / "nowhere.yaml")


def test_tiers_are_spelt_out_from_the_directory() -> None:
    units = [Unit(code="frontline-policing", name="F"), Unit(code="a", name="A", parent="frontline-policing")]
    in_force = PolicyInForce.of(POLICY.policy, Directory([*units, Unit(code="b", name="B")], []))
    assert in_force.tier_units == {"frontline-policing": "frontline", "a": "frontline"}
    with pytest.raises(ConfigurationError, match="frontline-policing"):
        PolicyInForce.of(POLICY.policy, Directory(units[:0], []))


def test_what_is_stored_is_what_was_in_force() -> None:
    restored = PolicyInForce.decode(POLICY.encode())
    assert restored == POLICY
    assert restored.fingerprint == POLICY.fingerprint
    assert PolicyInForce(POLICY.policy, {}).fingerprint != POLICY.fingerprint


def test_a_unit_belongs_to_the_first_tier_that_names_it() -> None:
    units = [Unit(code="a", name="A"), Unit(code="b", name="B", parent="a"), Unit(code="c", name="C")]
    tiers = [Tier(assumed=True, name=n, under=u, points=p) for n, u, p in (("1", ("b",), 170), ("2", ("a", "c"), 90))]
    policy = msgspec.structs.replace(POLICY.policy, tiers=tuple(tiers))
    in_force = PolicyInForce.of(policy, Directory(units, []))
    assert in_force.tier_units == {"b": "1", "a": "2", "c": "2"}
    assert {unit: tier.points for unit, tier in in_force.tiers.items()} == {"b": 170, "a": 90, "c": 90}


def test_a_policy_of_the_first_form_still_reads() -> None:
    old = PolicyInForce.decode(OLD.read_text())
    assert (old.policy.version, old.tier_units) == (
        "2024-11.1",
        {"central-west": "frontline", "east-area": "frontline"},
    )
    assert old.tiers["east-area"].points == 200
    assert old.parts == ("request", "tier", "failures", "support", "age")
    withdrawn = old.policy.kinds[Kind.TABLET].withdrawn
    assert withdrawn is not None
    assert withdrawn.funding_line is FundingLine.REFRESH_AND_BAU
    judged = assess(device(purchased_on=date(2019, 9, 16), unit="east-area"), old, date(2024, 11, 4))
    assert judged.parts == {"request": 0, "tier": 200, "failures": 0, "support": 0, "age": 50}
    assert PolicyInForce.decode(old.encode()) == old


@pytest.mark.parametrize(
    ("model", "os", "version", "ends_on"),
    [
        ("Dell Latitude 7400", "Windows", "10.0.22631.4317", date(2024, 12, 31)),
        ("HP EliteBook 840 G8 Notebook PC", "Windows", "10.0.19045.5011", date(2027, 3, 31)),
        ("OptiPlex 7050", "Windows", "10.0.19045.5011", date(2025, 10, 14)),
        ("OptiPlex 7050", "windows", "10.0.190455", None),
        ("OptiPlex 7050", "Windows", "10.0.22631.4317", None),
        ("iPhone X", "iOS", "16.7.10", date(2025, 3, 31)),
        ("iPhone XR", "iOS", "16.7.10", None),
        (None, None, None, None),
    ],
)
def test_support_by_model_and_by_system(
    model: str | None, os: str | None, version: str | None, ends_on: date | None
) -> None:
    found = POLICY.support_of(model, os, version)
    assert (found.ends_on if found else None) == ends_on
