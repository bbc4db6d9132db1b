"""What the outturn assumes is read whole, and refused by name where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.budget.outturn_assumptions import OUTTURN, load_outturn
from services.errors import ConfigurationError


def test_the_shipped_file_says_that_it_is_assumed() -> None:
    found = load_outturn()
    assert found.assumed
    assert sum(found.order_weights) == sum(found.bau_weights) == 100


@pytest.mark.parametrize(
    ("was", "is_now", "named"),
    [
        ("dispersion: 2", "dispersion: 0", "dispersion"),
        ("closing_days: 30", "closing_days: 0", "closing_days"),
        ("cancelled_basis_points: 200", "cancelled_basis_points: 10001", "cancelled_basis_points"),
        ("[5, 6,", "[6,", "order_weights"),
        ("[8, 8,", "[0, 8,", "bau_weights"),
        ("assumed: true", "assumed: true\nsurprise: 1", "surprise"),
        ("closing_days: 30", "", "closing_days"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, was: str, is_now: str, named: str) -> None:
    text = OUTTURN.read_text()
    assert was in text
    file = tmp_path / "outturn.yaml"
    file.write_text(text.replace(was, is_now, 1))
    with pytest.raises(ConfigurationError, match=named):
        load_outturn(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"gone\.yaml"):
        load_outturn(tmp_path / "gone.yaml")
