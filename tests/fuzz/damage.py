"""Ways to damage any body by its bytes, and what a way is: it takes the body and chance, and answers another body.

None looks at what a translator would make of it. Those of a format stand in `damage_of_json`, `_xml` and `_csv`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from tests.fuzz import poisons

Damage = Callable[[bytes, Random], bytes]


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
    return body + chance.choice((b" ", b"\n", b"0", b"]", b"\x00")) * chance.choice((3, 30_000, 135_000, 150_000))


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
