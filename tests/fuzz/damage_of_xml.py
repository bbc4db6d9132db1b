"""Ways to damage one element of an XML text, and to declare entities that no sender needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.fuzz import poisons
from tests.fuzz.damage import Damage
from tests.fuzz.poisons import DEEP

_ELEMENT = re.compile(r"<(\w+)>([^<>]*)</\1>")


def _element(change: Callable[[str, str, Random], str]) -> Damage:
    """A way that changes one innermost element of an XML text: it is given its name and its words."""

    def damage(body: bytes, chance: Random) -> bytes:
        words = body.decode("utf-8", "surrogateescape")
        found = list(_ELEMENT.finditer(words))
        if not found:
            return body
        place = chance.choice(found)
        words = words[: place.start()] + change(place[1], place[2], chance) + words[place.end() :]
        return words.encode("utf-8", "surrogatepass")

    damage.__name__ = change.__name__
    return damage


def element_missing(_: str, __: str, ___: Random) -> str:
    return ""


def element_empty(name: str, _: str, __: Random) -> str:
    return f"<{name}/>"


def element_of_other_words(name: str, _: str, chance: Random) -> str:
    return f"<{name}>{poisons.word(chance)}</{name}>"


def element_repeated(name: str, words: str, chance: Random) -> str:
    return f"<{name}>{words}</{name}>" * chance.choice((2, 500))


def element_nested(name: str, words: str, chance: Random) -> str:
    depth = chance.choice((DEEP, 20 * DEEP))
    return f"<{name}>" * depth + words + f"</{name}>" * depth


def element_of_entities(name: str, words: str, chance: Random) -> str:
    return f"<{name}>{words}{chance.choice(('&bomb;', '&#0;', '&#xD800;', '&', '<![CDATA[', ']]>', '<!--'))}</{name}>"


def entities_declared(body: bytes, chance: Random) -> bytes:
    """Entities that unfold to a billion words, or name a file of ours."""
    lines = ['<!ENTITY bomb "bomb">', *(f'<!ENTITY bomb{n} "{f"&bomb{n - 1};" * 10}">' for n in range(1, 10))]
    one = '<!ENTITY bomb SYSTEM "file:///etc/hostname">'
    declared = f"<!DOCTYPE JSSEvent [{chance.choice((''.join(lines), one))}]>".encode()
    start = body.find(b"?>") + 2 if body.startswith(b"<?xml") else 0
    return body[:start] + declared + body[start:].replace(b"</", chance.choice((b"&bomb9;</", b"&bomb;</")), 1)


OF_XML: tuple[Damage, ...] = (
    *map(
        _element,
        (
            element_missing,
            element_empty,
            element_of_other_words,
            element_of_other_words,
            element_repeated,
            element_nested,
            element_of_entities,
        ),
    ),
    entities_declared,
)
