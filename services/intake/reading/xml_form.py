"""Vendors' XML spelling of a webhook, read with the standard library's expat and nothing that expat could be led to.

A document type is refused at its first word: without one there are no entities to expand and nothing to fetch.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from services.intake.translation import Malformed

MOST_ELEMENTS = 2_000
DEEPEST = 8


class _Refused(Exception):
    pass


def read_fields(words: str, root: str) -> dict[str, Any]:
    """The elements below `root` as nested dictionaries of text; of repeated elements the last stays.

    Raises Malformed for what is no XML, has another root, a document type, or too much of anything.
    """
    reader = _Reader(root)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    parser.EntityDeclHandler = reader.refuse_doctype
    parser.ExternalEntityRefHandler = reader.refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(words, True)
    except _Refused as refused:
        raise Malformed(str(refused), f"line {parser.CurrentLineNumber}") from None
    except (expat.ExpatError, ValueError) as error:
        raise Malformed(f"no XML: {error}", f"line {parser.ErrorLineNumber}") from None
    return reader.content


class _Reader:
    """Collects elements while expat calls."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._stack: list[tuple[dict[str, Any], list[str]]] = []
        self._elements = 0
        self.content: dict[str, Any] = {}

    def refuse_doctype(self, *_: object) -> int:
        raise _Refused("a document type is not accepted")

    def start(self, name: str, _: dict[str, str]) -> None:
        self._elements += 1
        if not self._stack and name != self._root:
            raise _Refused(f"the root element is not <{self._root}>")
        if self._elements > MOST_ELEMENTS or len(self._stack) >= DEEPEST:
            raise _Refused("too many elements, or nested too deeply")
        self._stack.append(({}, []))

    def end(self, name: str) -> None:
        children, words = self._stack.pop()
        value: Any = children or "".join(words)
        if self._stack:
            self._stack[-1][0][name] = value
        else:
            self.content = children

    def characters(self, words: str) -> None:
        self._stack[-1][1].append(words)
