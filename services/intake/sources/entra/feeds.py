"""The two lists that are read: everyone in the directory, and the members of those groups that stand for a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from services.intake.polling.feeds import Walk
from services.intake.sources.entra.delta import DeltaWalk, Listed, Taken
from services.intake.sources.entra.notifications import GROUPS, USERS
from services.intake.sources.entra.translation import PERSON_ROW
from services.intake.translation import Untranslatable, decode_json

USERS_PATH, GROUPS_PATH = "/v1.0/users/delta", "/v1.0/groups/delta"
FIELDS = ("id", "mail", "userPrincipalName", "accountEnabled")
DEPARTMENT = "department"
MOST_GROUPS = 50
"""As many as Graph filters a delta query by."""


class _Glimpse(msgspec.Struct):
    id: Any = None
    enabled: Any = msgspec.field(name="accountEnabled", default=None)
    removed: Any = msgspec.field(name="@removed", default=None)


class _Member(msgspec.Struct):
    id: Any = None
    kind: Any = msgspec.field(name="@odata.type", default=None)
    removed: Any = msgspec.field(name="@removed", default=None)


class _Group(msgspec.Struct):
    id: Any = None
    members: list[_Member] = msgspec.field(name="members@delta", default_factory=list)


_glimpse = msgspec.json.Decoder(_Glimpse)
_group = msgspec.json.Decoder(_Group)


class UserFeed:
    """Everyone. With `departments` their departments name their units; without, groups do."""

    name = USERS
    kind = PERSON_ROW

    def __init__(self, graph_url: str, *, departments: bool) -> None:
        fields = (*FIELDS, DEPARTMENT) if departments else FIELDS
        graph, select = graph_url.rstrip("/"), f"$select={','.join(fields)}"
        self._listed = Listed(graph, USERS_PATH, select, f"{graph}?{select}", fields, _users, rolled=True)

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk:
        """Read what changed since the position; without one, everyone."""
        return DeltaWalk(self._listed, position, now)


def _users(rows: Sequence[msgspec.Raw]) -> Taken:
    ready: list[bytes] = []
    to_look_up: dict[str, str | None] = {}
    present: list[str] = []
    gone: list[str] = []
    for row in map(bytes, rows):
        try:
            seen = decode_json(_glimpse, row)
        except Untranslatable:
            seen = _Glimpse()
        person = seen.id if isinstance(seen.id, str) and seen.id.isprintable() else ""
        if seen.removed is not None:
            gone.append(person)
        elif person:
            present.append(person)
        if seen.removed is None and seen.enabled is None and person:
            to_look_up[person] = None
        else:
            ready.append(row)
    return Taken(ready, to_look_up, present, gone)


class GroupFeed:
    """Who joins a group that stands for a unit: its members, to whom those of other groups are nothing.

    Leaving one tells nothing: who moves joins another, and who leaves is told of by the list of users.
    """

    name = GROUPS
    kind = PERSON_ROW

    def __init__(self, graph_url: str, units: Mapping[str, str]) -> None:
        self._units = {group.lower(): unit for group, unit in units.items()}
        chosen = " or ".join(f"id eq '{group}'" for group in sorted(self._units))
        query = f"$select=id,members&$filter={quote(chosen, safe='')}"
        graph = graph_url.rstrip("/")
        terms = f"{graph}?{query}" + "".join(f"&{group}={unit}" for group, unit in sorted(self._units.items()))
        self._listed = Listed(graph, GROUPS_PATH, query, terms, FIELDS, self._members, rolled=False)

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk:
        """Read who joined since the position; without one, or with other groups than then, all members."""
        return DeltaWalk(self._listed, position, now)

    def _members(self, rows: Sequence[msgspec.Raw]) -> Taken:
        joined: dict[str, str | None] = {}
        for row in rows:
            try:
                group = decode_json(_group, bytes(row))
            except Untranslatable:
                continue
            unit = self._units.get(str(group.id).lower())
            for member in group.members if unit is not None else ():
                is_user = str(member.kind).lower().endswith(".user")
                if is_user and member.removed is None and isinstance(member.id, str):
                    joined[member.id] = unit
        return Taken([], joined)
