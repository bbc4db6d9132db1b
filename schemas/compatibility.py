"""May one release's contracts follow another's? Pure: two sets of JSON Schemas in, the reasons against it out.

While a release rolls out, old readers meet new events; and a log keeps old events for new readers. So a schema must
serve both ways, and the only change that does is one more optional field:

- a field removed, or no longer always sent, is missed by old readers; one newly required is missed in old events;
- a type narrowed refuses old events, a type widened is refused by old readers, and so both are breaks;
- a word taken out of an enumeration refuses old events. A word added is a break as well: our readers decode into
  closed vocabularies, so those of the last release would put every event with the new word in their dead letters.
  A new word travels in a new optional field or a new event type;
- another default gives old events another meaning.

Titles, descriptions and examples are words about the contract; they may change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

WORDS = frozenset({"$schema", "$id", "$defs", "$comment", "title", "description", "examples"})
FIELDS = frozenset({"properties", "required"})
NESTED = frozenset({"items", "additionalProperties"})
LISTS = frozenset({"prefixItems"})
CHOICES = frozenset({"anyOf", "oneOf"})
_ABSENT = object()


def breaks(released: Schema, current: Schema) -> list[str]:
    """Why `current` may not follow `released`, one sentence each with the place; empty if it may."""
    return list(_Comparison(released, current).of(released, current, ""))


def breaks_of_all(released: Mapping[str, Schema], current: Mapping[str, Schema]) -> list[str]:
    """The same for whole sets of schemas by type. A type may be added; one that was released stays."""
    gone = [f"{name}: the type is gone" for name in sorted(released.keys() - current.keys())]
    both = sorted(released.keys() & current.keys())
    return gone + [f"{name}: {reason}" for name in both for reason in breaks(released[name], current[name])]


def breaks_of_topics(released: Mapping[str, Mapping[str, Any]], current: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The same for what topics carry (`schemas.topics.carriage`): a type that moves is lost to those who read it.

    Another number of partitions sends a key's later events to another lane, where they may overtake the earlier ones.
    """
    reasons = [f"{topic}: the topic is gone" for topic in sorted(released.keys() - current.keys())]
    for topic in sorted(released.keys() & current.keys()):
        before, after = released[topic], current[topic]
        if before["partitions"] != after["partitions"]:
            reasons.append(f"{topic}: it had {before['partitions']} partitions and has {after['partitions']}")
        reasons += [
            f"{topic}: {name} travels here no more" for name in before["carries"] if name not in after["carries"]
        ]
    return reasons


class _Comparison:
    def __init__(self, released: Schema, current: Schema) -> None:
        self._released = released.get("$defs", {})
        self._current = current.get("$defs", {})
        self._under_way: set[tuple[str, str]] = set()

    def of(self, old: Any, new: Any, place: str) -> Iterator[str]:
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            # `true` and `false` are schemas too.
            if old != new:
                yield f"{place or 'the event'} was {old} and is {new}"
            return
        pair = (str(old.get("$ref")), str(new.get("$ref")))
        if pair != ("None", "None"):
            if pair in self._under_way:
                return
            self._under_way.add(pair)
        yield from self._resolved(_followed(old, self._released), _followed(new, self._current), place)
        self._under_way.discard(pair)

    def _resolved(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        yield from self._fields(old, new, place)
        where = place or "the event"
        for keyword in sorted((old.keys() | new.keys()) - WORDS - FIELDS):
            before, after = old.get(keyword, _ABSENT), new.get(keyword, _ABSENT)
            if before is _ABSENT or after is _ABSENT:
                yield f"{where}: {keyword} was {'absent' if before is _ABSENT else before}, and is no longer so"
            elif keyword in NESTED:
                yield from self.of(before, after, f"{place}[]")
            elif keyword in CHOICES or keyword in LISTS:
                yield from self._alternatives(before, after, place, keyword)
            elif keyword == "enum":
                yield from _words(before, after, where)
            elif before != after:
                yield f"{where}: {keyword} was {before} and is {after}"

    def _fields(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        always_before, always_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(before.keys() - after.keys()):
            yield f"{place}.{name} was removed"
        for name in sorted(always_after - always_before):
            yield f"{place}.{name} is newly required"
        for name in sorted((always_before - always_after) & after.keys()):
            yield f"{place}.{name} is no longer required"
        for name in sorted(before.keys() & after.keys()):
            yield from self.of(before[name], after[name], f"{place}.{name}")

    def _alternatives(self, old: list[Any], new: list[Any], place: str, keyword: str) -> Iterator[str]:
        where = place or "the event"
        if len(old) != len(new):
            yield f"{where}: {keyword} had {len(old)} alternatives and has {len(new)}"
            return
        if keyword in LISTS:
            for number, (before, after) in enumerate(zip(old, new, strict=True)):
                yield from self.of(before, after, f"{place}[{number}]")
            return
        # The order of alternatives says nothing; each must have its own equal on the other side.
        left = list(new)
        for before in old:
            found = next((after for after in left if not list(self.of(before, after, place))), None)
            if found is None:
                # With one alternative on each side unmatched, say what differs between them.
                yield from (
                    self.of(before, left[0], place)
                    if len(left) == 1
                    else iter([f"{where}: an alternative of {keyword} was {before} and is gone"])
                )
                return
            left.remove(found)


def _followed(schema: Schema, parts: Mapping[str, Schema]) -> Schema:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    beside = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
    return {**parts[str(reference).rpartition("/")[2]], **beside}


def _words(old: list[Any], new: list[Any], where: str) -> Iterator[str]:
    for word in old:
        if word not in new:
            yield f"{where}: {word!r} was removed from the enumeration"
    for word in new:
        if word not in old:
            yield f"{where}: {word!r} was added to the enumeration, which readers of the last release refuse"
