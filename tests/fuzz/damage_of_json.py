"""Ways to damage JSON at one place of its tree."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz import poisons
from tests.fuzz.damage import Damage
from tests.fuzz.poisons import Raw, Repeated


def _tree(change: Callable[[Any, Any, Random], None]) -> Damage:
    """A way that changes one place of a JSON tree: it is given the container, the key in it, and chance."""

    def damage(body: bytes, chance: Random) -> bytes:
        tree = {"": json.loads(body)}
        change(*_place(tree, chance), chance)
        return written(tree[""], chance.choice((True, False))).encode("utf-8", "surrogatepass")

    damage.__name__ = change.__name__
    return damage


def _place(container: Any, chance: Random) -> tuple[Any, Any]:
    """A place in a tree: shallow ones more often, or a large list would take all the damage."""
    key = chance.choice(list(container)) if isinstance(container, dict) else chance.randrange(len(container))
    inner = container[key]
    if isinstance(inner, dict | list) and inner and chance.random() < 0.9:
        return _place(inner, chance)
    return container, key


def written(node: Any, ascii_only: bool) -> str:
    """A tree as JSON text, with the liberties that `Raw` and `Repeated` take."""
    if isinstance(node, Raw):
        return str(node)
    if isinstance(node, dict):
        pairs = list(node.items())
        if isinstance(node, Repeated):
            pairs.append((node.key, node.again))
        return "{" + ",".join(f"{written(key, ascii_only)}:{written(each, ascii_only)}" for key, each in pairs) + "}"
    if isinstance(node, list):
        return "[" + ",".join(written(each, ascii_only) for each in node) + "]"
    return json.dumps(node, ensure_ascii=ascii_only)


def missing(container: Any, key: Any, _: Random) -> None:
    if isinstance(container, list) or key:
        del container[key]
    else:
        container[key] = {}


def null(container: Any, key: Any, _: Random) -> None:
    container[key] = None


def other_value(container: Any, key: Any, chance: Random) -> None:
    container[key] = poisons.value(chance)


def other_word(container: Any, key: Any, chance: Random) -> None:
    container[key] = poisons.word_like(container[key], chance)


def other_key(container: Any, key: Any, chance: Random) -> None:
    if isinstance(container, dict):
        container[poisons.word(chance)[:300]] = container[key]


def in_a_list(container: Any, key: Any, _: Random) -> None:
    container[key] = [container[key]]


def in_an_object(container: Any, key: Any, chance: Random) -> None:
    container[key] = {chance.choice(("value", "computer", "", "data")): container[key]}


def swapped(container: Any, key: Any, chance: Random) -> None:
    """A value of one field in another, as when columns are shifted."""
    other = chance.choice(list(container) if isinstance(container, dict) else range(len(container)))
    container[key], container[other] = container[other], container[key]


def nested(container: Any, key: Any, chance: Random) -> None:
    container[key] = poisons.deep_json(chance)


def repeated(container: Any, key: Any, chance: Random) -> None:
    inner = container[key]
    if isinstance(inner, list) and inner:
        container[key] = inner * chance.choice((2, 50))
    elif isinstance(inner, dict) and inner:
        container[key] = Repeated(inner, chance.choice(list(inner)), poisons.value(chance))


OF_JSON: tuple[Damage, ...] = tuple(
    _tree(change)
    for change in (
        missing,
        null,
        other_value,
        other_value,
        other_word,
        other_word,
        other_key,
        swapped,
        in_a_list,
        in_an_object,
        nested,
        repeated,
    )
)
