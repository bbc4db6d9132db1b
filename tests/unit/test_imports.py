"""What import-linter cannot see: its lists are whole, rules call no clock, contracts need msgspec only."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
SERVICES = {path.parent.name for path in (ROOT / "services").glob("*/service.py")}
PURE = sorted(
    {
        *(ROOT / "services").glob("*/rules.py"),
        *(ROOT / "services").glob("*/rules/**/*.py"),
        *(ROOT / "services").glob("watch/conditions/*.py"),
    }
)
IMPURE_CALLS = {"now", "today", "utcnow", "time", "monotonic", "uuid1", "uuid4", "open", "print", "input", "read_text"}


def called(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node.func.id


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_every_service_stands_in_the_lists() -> None:
    (own_words,) = (each for each in CONTRACTS if each["name"].startswith("of another service"))
    assert set(own_words["forbidden_modules"]) == {f"services.{name}.*" for name in SERVICES}
    assert set(own_words["source_modules"]) == {"bot", *(f"services.{name}" for name in SERVICES)}
    (plumbing,) = (each for each in CONTRACTS if each["name"].startswith("plumbing"))
    assert {name.strip() for name in plumbing["layers"][0].split(":")} == SERVICES


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT / "services")))
def test_rules_ask_no_clock_no_chance_and_no_file(path: Path) -> None:
    assert IMPURE_CALLS.isdisjoint(called(path))


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").rglob("*.py")), ids=lambda path: path.stem)
def test_contracts_need_nothing_but_msgspec(path: Path) -> None:
    assert set(imported(path)) <= sys.stdlib_module_names | {"msgspec", "schemas"}
