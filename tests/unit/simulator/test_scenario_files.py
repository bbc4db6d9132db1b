"""A scenario states what was published, with its source, and marks all the rest as assumed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.local.scenarios.marks import published_leaves, unmarked
from deploy.local.scenarios.scenario import FOLDER, Scenario, ScenarioError, load_scenario

# What the paper says, and nothing else: figures of DESIGN §1 in pence and devices.
PUBLISHED = {
    "published.fleet_2017.laptop": 2_500,
    "published.fleet_2017.tablet": 1_000,
    "published.fleet_2023.laptop": 40_000,
    "published.fleet_2023.tablet": 12_000,
    "published.approved_pence.2024/25": 25_000_000_00,
    "published.spent_pence.2022/23": 20_000_000_00,
    "published.spent_pence.2023/24": 27_000_000_00,
    "published.contracts_ceiling_pence": 25_000_000_00,
    "published.contract_term_years": 4,
    "published.procurement_route_from_pence": 213_477_00,
    "published.procurement_approval_from_pence": 500_000_00,
}


def raw(name: str) -> dict[str, Any]:
    return dict(msgspec.yaml.decode((FOLDER / f"{name}.yaml").read_bytes()))


@pytest.mark.parametrize("name", ["metropolitan", "borough"])
def test_every_value_that_was_not_published_is_marked_assumed(name: str) -> None:
    assert unmarked(raw(name)) == []


@pytest.mark.parametrize("name", ["metropolitan", "borough"])
def test_what_counts_as_published_is_what_the_paper_says(name: str) -> None:
    leaves = published_leaves(raw(name))
    source = leaves.pop("published.source")
    assert leaves == PUBLISHED
    assert "MOPAC" in str(source)
    assert "7 March 2024" in str(source)


@pytest.mark.parametrize("block", ["people", "orders", "surge", "scenario", "movements", "check_ins", "units"])
def test_a_block_that_loses_its_mark_is_found(block: str) -> None:
    spoilt = raw("borough")
    del spoilt[block]["assumed"]
    assert unmarked(spoilt)
    assert all(path.startswith(f"{block}.") for path in unmarked(spoilt))


def test_a_single_unmarked_list_item_is_found() -> None:
    spoilt = raw("borough")
    del spoilt["holdings"][1]["assumed"]
    assert "holdings[1].holder" in unmarked(spoilt)


def test_an_unmarked_file_does_not_load(tmp_path: Path) -> None:
    spoilt = raw("borough")
    spoilt["people"] = {"count": 2_100}
    file = tmp_path / "borough.yaml"
    file.write_bytes(msgspec.yaml.encode(spoilt))
    with pytest.raises(ScenarioError, match=r"neither published nor marked assumed: people\.count"):
        load_scenario(file)


@pytest.mark.parametrize(
    ("block", "key", "value", "words"),
    [
        ("surge", "model", "Latitude 9999", "unknown laptop"),
        ("check_ins", "hours", [1] * 23, "24 weights"),
        ("people", "cuont", 3, "cuont"),
        ("people", "assumed", False, "assumed"),
    ],
)
def test_a_contradiction_does_not_load(tmp_path: Path, block: str, key: str, value: object, words: str) -> None:
    spoilt = raw("borough")
    spoilt[block][key] = value
    file = tmp_path / "borough.yaml"
    file.write_bytes(msgspec.yaml.encode(spoilt))
    with pytest.raises(ScenarioError, match=words):
        load_scenario(file)


def test_the_metropolitan_fleet_has_the_published_size(metropolitan: Scenario) -> None:
    counts = {plan.kind: metropolitan.count_of(plan) for plan in metropolitan.kinds}
    assert counts == {
        "laptop": 40_000,
        "tablet": 12_000,
        "desktop": 15_000,
        "monitor": 30_000,
        "smartphone": 35_000,
    }


def test_the_borough_is_small_enough_for_a_demonstration(borough: Scenario) -> None:
    assert sum(borough.count_of(plan) for plan in borough.kinds) == 6_000
