"""Ways to damage a body, each one small: of JSON by its tree, of XML and CSV by their text, of anything by its bytes.

Every way takes the body and a `Random`, and answers another body. None looks at what a translator would make of it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tests.fuzz import poisons
from tests.fuzz.poisons import DEEP, Raw, Repeated

Damage = Callable[[bytes, Random], bytes]

_ELEMENT = re.compile(r"<(\w+)>([^<>]*)</\1>")


def _tree(change: Callable[[Any, Any, Random], None]) -> Damage:
    """A way that changes one place of a JSON tree: it is given the container, the key in it, and chance."""

    def damage(body: bytes, chance: Random) -> bytes:
        tree = {"": json.loads(body)}
        places = list(_places(tree))
        change(*chance.choice(places), chance)
        return written(tree[""], chance.choice((True, False))).encode("utf-8", "surrogatepass")

    damage.__name__ = change.__name__
    return damage


def _places(container: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(container) if isinstance(container, dict) else range(len(container))
    for key in keys:
        yield container, key
        if isinstance(container[key], dict | list):
            yield from _places(container[key])


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
    container[key] = poisons.word(chance)


def other_key(container: Any, key: Any, chance: Random) -> None:
    if isinstance(container, dict):
        container[poisons.word(chance)[:300]] = container[key]


def in_a_list(container: Any, key: Any, _: Random) -> None:
    container[key] = [container[key]]


def in_an_object(container: Any, key: Any, chance: Random) -> None:
    container[key] = {chance.choice(("value", "computer", "", "data")): container[key]}


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
        other_key,
        in_a_list,
        in_an_object,
        nested,
        repeated,
    )
)


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


def _cells(change: Callable[[list[list[str]], int, int, Random], None]) -> Damage:
    """A way that changes a table: it is given its rows, a row's number and a cell's."""

    def damage(body: bytes, chance: Random) -> bytes:
        rows = list(csv.reader(io.StringIO(body.decode("utf-8", "replace"), newline="")))
        row = chance.randrange(len(rows))
        change(rows, row, chance.randrange(max(len(rows[row]), 1)), chance)
        written = io.StringIO(newline="")
        csv.writer(written, lineterminator=chance.choice(("\r\n", "\n", "\r"))).writerows(rows)
        return written.getvalue().encode("utf-8", "surrogatepass")

    damage.__name__ = change.__name__
    return damage


def cell_empty(rows: list[list[str]], row: int, cell: int, _: Random) -> None:
    rows[row][cell : cell + 1] = [""]


def cell_missing(rows: list[list[str]], row: int, cell: int, _: Random) -> None:
    del rows[row][cell : cell + 1]


def cell_of_other_words(rows: list[list[str]], row: int, cell: int, chance: Random) -> None:
    rows[row][cell : cell + 1] = [poisons.word(chance)]


def row_repeated(rows: list[list[str]], row: int, _: int, chance: Random) -> None:
    rows[row:row] = [list(rows[row])] * chance.choice((1, 30))


def column_missing(rows: list[list[str]], _: int, cell: int, __: Random) -> None:
    for each in rows:
        del each[cell : cell + 1]


def row_too_long(rows: list[list[str]], row: int, _: int, chance: Random) -> None:
    rows[row] += ["more"] * chance.choice((1, 5_000))


OF_CSV: tuple[Damage, ...] = tuple(
    map(
        _cells,
        (
            cell_empty,
            cell_missing,
            cell_of_other_words,
            cell_of_other_words,
            row_repeated,
            column_missing,
            row_too_long,
        ),
    )
)


def truncated(body: bytes, chance: Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def flipped(body: bytes, chance: Random) -> bytes:
    damaged = bytearray(body)
    for _ in range(chance.choice((1, 1, 8))):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def spliced(body: bytes, chance: Random) -> bytes:
    start = chance.randrange(len(body))
    end = min(len(body), start + chance.randrange(40))
    junk = chance.choice((b"", chance.randbytes(6), b"\x00", b'"', b"\\", b"\xff\xfe", b"\xed\xa0\x80", body[:200]))
    return body[:start] + junk + body[end:]


def otherwise_encoded(body: bytes, chance: Random) -> bytes:
    encoding = chance.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "cp037", "utf-7"))
    return body.decode("utf-8", "replace").encode(encoding, "replace")


def in_quotes(body: bytes, _: Random) -> bytes:
    """JSON in a string of JSON, as when somebody serialised twice."""
    return json.dumps(body.decode("utf-8", "replace")).encode()


def twice(body: bytes, chance: Random) -> bytes:
    return body + chance.choice((b"", b"\n", b",", b"\x00")) + body


def swollen(body: bytes, chance: Random) -> bytes:
    return body + chance.choice((b" ", b"\n", b"0", b"]", b"\x00")) * chance.choice((3, 30_000, 150_000))


def nothing(_: bytes, chance: Random) -> bytes:
    return chance.choice(
        (b"", b" \n", b"null", b"[]", b"{}", b'""', b"0", b"\x00", b"\xef\xbb\xbf", b"<a/>", b"a,b\r\n")
    )


def brackets(_: bytes, chance: Random) -> bytes:
    return poisons.deep_json(chance).encode()


OF_BYTES: tuple[Damage, ...] = (
    truncated,
    truncated,
    flipped,
    spliced,
    spliced,
    otherwise_encoded,
    in_quotes,
    twice,
    swollen,
    nothing,
    brackets,
)
