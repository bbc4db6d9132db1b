"""The policy file: the shipped one holds, and each way to break it is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.access.directory import Directory, Unit
from services.errors import ConfigurationError
from services.refresh.policy import Policy, PolicyInForce
from tests.unit.refresh.policies import FILE, POLICY

Content = dict[str, Any]


def _set(*path: Any, to: Any) -> Callable[[Content], None]:
    def change(content: Content) -> None:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("weights", "age", to=81), "1001, not 1000"),
        (_set("weights", to={"assumed": True} | dict(zip(
            ("request", "frontline", "failures", "support", "age"), (520, 100, 140, 120, 120), strict=True
        ))), "frontline must be more"),
        (_set("weights", to={"assumed": True} | dict(zip(
            ("request", "frontline", "failures", "support", "age"), (500, 220, 120, 80, 80), strict=True
        ))), "request must be more"),
        (_set("request_urgency", "reasons", "lost", to=999), "must be 1000"),
        (_set("frontline", "under", to=[]), "at least one unit"),
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


def test_frontline_is_spelt_out_from_the_directory() -> None:
    units = [Unit(code="frontline-policing", name="F"), Unit(code="a", name="A", parent="frontline-policing")]
    in_force = PolicyInForce.of(POLICY.policy, Directory([*units, Unit(code="b", name="B")], []))
    assert in_force.frontline_units == {"frontline-policing", "a"}
    with pytest.raises(ConfigurationError, match="frontline-policing"):
        PolicyInForce.of(POLICY.policy, Directory(units[:0], []))


def test_what_is_stored_is_what_was_in_force() -> None:
    restored = PolicyInForce.decode(POLICY.encode())
    assert restored == POLICY
    assert restored.fingerprint == POLICY.fingerprint
    assert PolicyInForce(POLICY.policy, frozenset()).fingerprint != POLICY.fingerprint


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
