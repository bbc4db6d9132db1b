"""The file that says how devices may be bought: what it publishes, what it assumes, and what it may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.budget.configuration import load_price_book
from services.budget.procurement import PROCUREMENT, check_against_prices, load_procurement
from services.errors import ConfigurationError


def test_the_published_values_stand_as_published() -> None:
    content = load_procurement()
    assert (content.thresholds.route.pence, content.thresholds.approval.pence) == (21_347_700, 50_000_000)
    assert sum(each.ceiling_pence for each in content.contracts) == content.approvals[0].total_pence == 2_500_000_000
    assert content.delegations[0].total_pence == 2_500_000_000


def test_what_nobody_published_is_marked_assumed() -> None:
    content = load_procurement()
    assert content.splitting.assumed
    assert all(cap.assumed for caps in content.volume_caps.values() for cap in caps.values())
    assert all(each.assumed for each in content.lead_days.values())
    for contract in content.contracts:
        assert {"supplier", "ceiling_pence", "procurement_route"} <= set(contract.assumed)


def test_every_price_has_a_contract() -> None:
    check_against_prices(load_procurement(), load_price_book())


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("ceiling_pence: 1200000000", "ceiling_pence: 1200000001", "together exceed"),
        ("ends_on: 2028-03-31", "ends_on: 2028-04-01", "more than the approved 4 years"),
        ("starts_on: 2024-04-01", "starts_on: 2030-04-01", "ends before it starts"),
        ("contract_id: EUD-PHONES", "contract_id: EUD-LAPTOPS", "EUD-LAPTOPS stands twice"),
        ("pence: 50000000", "pence: 5", "a route must be needed before"),
        ("devices: 12000", "devices: -1", "below nought"),
        ("window_days: 90", "window_days: -1", "window_days"),
        ('"2024/25":', '"2024/26":', "2024/26"),
        ("kinds: [laptop]", "kinds: [toaster]", "toaster"),
        ("splitting:", "spliting:", "spliting"),
    ],
)
def test_what_it_may_not_say_is_named(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    text = PROCUREMENT.read_text()
    assert right in text
    path = tmp_path / "procurement.yaml"
    path.write_text(text.replace(right, wrong))
    with pytest.raises(ConfigurationError, match=words):
        load_procurement(path)


@pytest.mark.parametrize(("ends_on", "fits"), [("2033-02-28", True), ("2033-03-01", False)])
def test_a_term_may_begin_on_a_29_february(tmp_path: Path, ends_on: str, fits: bool) -> None:
    text = PROCUREMENT.read_text().replace("term_years: 4", "term_years: 5")
    first = text.index("starts_on: 2024-04-01")
    text = text[:first] + text[first:].replace("2024-04-01", "2028-02-29", 1).replace("2028-03-31", ends_on, 1)
    path = tmp_path / "procurement.yaml"
    path.write_text(text)
    if fits:
        assert load_procurement(path).contracts[0].starts_on.day == 29
    else:
        with pytest.raises(ConfigurationError, match="more than the approved 5 years"):
            load_procurement(path)


def test_a_supplier_without_a_contract_for_the_kind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "procurement.yaml"
    path.write_text(PROCUREMENT.read_text().replace("kinds: [monitor]", "kinds: [laptop]"))
    with pytest.raises(ConfigurationError, match="monitor be bought from Assumed Monitors Ltd"):
        check_against_prices(load_procurement(path), load_price_book())
