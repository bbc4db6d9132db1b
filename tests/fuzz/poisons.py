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

MOMENTS = (
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.9999999Z",
    "0000-00-00T00:00:00Z",
    "2026-02-30T25:61:61Z",
    "2026-11-02T24:00:00Z",
    "2026-11-02T06:41:09.118723456789+99:99",
    "2026-11-02T06:41:09+23:59",
    "2199-12-31T23:59:59-23:59",
    "1990-01-01T00:00:00+14:00",
    "1889-01-01 00:00:00",
    "2099-12-31T23:59:59Z",
    "2026-11-02 06:41:09 Europe/London",
    "2026-11-02",
    "02/11/2026 6:41:09 pm",
    "٢٠٢٦-١١-٠٢T06:41:09Z",
    "/Date(1368076195887)/",
    "/Date(99999999999999999999)/",
    "253402300800000",
    "99999999999999",
)

ADDRESSES = (
    "http://[",
    "https://[::1/x]",
    "//nobody.example:99999/?%zz",
    "http://nobody.example/",
    "https://graph.microsoft.com:x/",
    "https://graph.microsoft.com@nobody.example/",
    "https://GRAPH.microsoft.com\\@nobody.example/",
    "https://graph.microsoft.com\t.nobody.example/",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "http:",
    "?",
)

STRANGE = (
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
    "0" * 32,
    "9" * 400,
    "NaN",
    "'; DROP TABLE intake.outbox; --",
    "<script>alert(1)</script>",
    "{{7*7}}${jndi:ldap://nobody.example/}",
    "../../../../etc/passwd",
    "%s%n%x{0}",
    "a@b.c@d.e",
    "=HYPERLINK(1)",
)

UNSTORABLE = ("\x00", "AB\x00C12", "\ud800", "x\udfff\ud800x", "\x1b[2J", "\u0085")
"""What PostgreSQL's text, or UTF-8, does not know."""

WORDS = (*STRANGE, *MOMENTS, *ADDRESSES)

NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 2**64, 10**30, 0.1, -0.0, 1e308, 5e-324)

RAW = ("NaN", "Infinity", "-Infinity", "1e999", "-0", "9" * 5_000, "01", "+1", ".5", '"\\ud800"', '"\\u0000"', '"\t"')


def word(chance: Random) -> str:
    """A text that somebody did not expect, short or huge."""
    if chance.random() < 0.1:
        return chance.choice(("A", "é", "\u202e", "7", " ", "\x00")) * chance.choice((201, 5_000, 70_000))
    return chance.choice(UNSTORABLE if chance.random() < 0.15 else WORDS)


def word_like(old: Any, chance: Random) -> str:
    """The same; of a moment's or an address's own kind where such stood, so that damage is not seen at first sight."""
    if isinstance(old, str) and chance.random() < 0.5:
        if old.startswith(("http", "/")):
            return chance.choice(ADDRESSES)
        if len(old) >= 10 and old[:4].isdigit():
            return chance.choice(MOMENTS)
    return word(chance)


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
        return [word(chance)[:20]] * chance.choice((1, 2, 3_000))
    return word(chance)


def deep_json(chance: Random) -> Raw:
    """A thousand brackets, closed or not."""
    opening, closing = chance.choice((("[", "]"), ('{"a":', "}"), ('[{"value":', "}]")))
    depth = chance.choice((DEEP, DEEP, 20 * DEEP))
    return Raw(opening * depth + chance.choice(("", "1", "null")) + closing * chance.choice((depth, depth, depth - 1)))
