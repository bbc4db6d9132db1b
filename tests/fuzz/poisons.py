"""Values that have broken somebody's software: what is put where a payload held something else."""

from __future__ import annotations

from random import Random
from typing import Any


class Raw(str):
    """JSON that is written as it stands, though no value of Python's would be written so."""

    __slots__ = ()


class Repeated(dict[str, Any]):
    """An object that is written with one of its keys twice."""

    def __init__(self, content: dict[str, Any], key: str, again: Any) -> None:
        super().__init__(content)
        self.key = key
        self.again = again


DEEP = 1_000

WORDS = (
    "",
    " ",
    "\x00",
    "AB\x00C12",
    "\ud800",
    "x\udfff\ud800x",
    "\u202egnp.exe\u202c",
    "\u2066שלום\u2069 عليكم",
    "\ufeff\u200b\u200d",
    "\u0085\u2028\u2029",
    "e\u0301" * 50,
    "😀" * 60,
    "ﬀİıß\u1e9e",
    "１２３",
    "NULL",
    "null",
    "true",
    "0",
    "-1",
    "1e400",
    "0x10",
    "9" * 400,
    "NaN",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.9999999Z",
    "2026-02-30T25:61:61Z",
    "2026-11-02T06:41:09.118723456789+99:99",
    "1889-01-01 00:00:00",
    "/Date(1368076195887)/",
    "'; DROP TABLE intake.outbox; --",
    "<script>alert(1)</script>",
    "{{7*7}}${jndi:ldap://nobody.example/}",
    "../../../../etc/passwd",
    "%s%n%x{0}",
    "a@b.c@d.e",
    "=HYPERLINK(1)",
)

NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 2**64, 10**30, 0.1, -0.0, 1e308, 5e-324)

RAW = ("NaN", "Infinity", "-Infinity", "1e999", "-0", "9" * 5_000, "01", "+1", ".5", '"\\ud800"', '"\\u0000"', '"\t"')


def word(chance: Random) -> str:
    """A text that somebody did not expect, short or huge."""
    if chance.random() < 0.1:
        return chance.choice(("A", "é", "\u202e", "7", " ", "\x00")) * chance.choice((201, 5_000, 70_000))
    return chance.choice(WORDS)


def value(chance: Random) -> Any:
    """Anything but what was agreed."""
    kind = chance.randrange(8)
    if kind == 0:
        return None
    if kind == 1:
        return chance.choice((True, False))
    if kind == 2:
        return chance.choice(NUMBERS)
    if kind == 3:
        return Raw(chance.choice(RAW))
    if kind == 4:
        return chance.choice(([], {}, [[]], [None], {"": None}, {"value": {}}, {"value": [1], "display_value": 2}))
    if kind == 5:
        return [word(chance)] * chance.choice((1, 2, 3_000))
    return word(chance)


def deep_json(chance: Random) -> Raw:
    """A thousand brackets, closed or not."""
    opening, closing = chance.choice((("[", "]"), ('{"a":', "}"), ('[{"value":', "}]")))
    depth = chance.choice((DEEP, DEEP, 20 * DEEP))
    return Raw(opening * depth + chance.choice(("", "1", "null")) + closing * chance.choice((depth, depth, depth - 1)))
