"""Named statements: found by name, each name once."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.database.statements import load_statements

ROOT = Path(__file__).parents[3]


def test_statements_are_found_by_name_with_their_comments(tmp_path: Path) -> None:
    (tmp_path / "store.sql").write_text(
        "-- What stands above the first name is about the file.\n"
        "-- name: first\nSELECT 1\n\n-- name: second_one\n-- why\nSELECT 2 -- name: not a heading\n"
    )
    assert load_statements(str(tmp_path / "store.py"), "store.sql") == {
        "first": "SELECT 1",
        "second_one": "-- why\nSELECT 2 -- name: not a heading",
    }


def test_a_name_stands_once(tmp_path: Path) -> None:
    (tmp_path / "store.sql").write_text("-- name: same\nSELECT 1\n-- name: same\nSELECT 2\n")
    with pytest.raises(ValueError, match=r"store\.sql: a statement's name stands twice"):
        load_statements(str(tmp_path / "store.py"), "store.sql")


FILES = [
    path
    for path in sorted([*(ROOT / "services").rglob("*.sql"), *(ROOT / "bot").rglob("*.sql")])
    if "migrations" not in path.parts
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_file_of_statements_in_the_tree_can_be_loaded(path: Path) -> None:
    assert all(load_statements(str(path), path.name).values())
