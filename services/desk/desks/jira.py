"""Jira Cloud by its REST API, version 3. Our key is a label: it is set in the very call that creates the issue, and any
account can search by it. An entity property would not show to people, but only an installed app can have one indexed.

Jira's search answers from an index that follows the issues by seconds, at times by minutes; one issue read by its id
is always as it stands. So what was found is read again, and a creation that broke off is looked for after `settles`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import structlog

from schemas.events.desk import TicketState
from services.desk.rules import Seen, Update, Words
from services.outbound.caller import Caller
from services.outbound.errors import CallFailed, Refused, Unclear

SETTLES = timedelta(minutes=2)
_FIELDS = "status,resolution,updated,labels"
_MOST_COMMENTS = "50"
_GIVEN_UP = ("cancel", "declin", "reject", "won't", "duplicate")
_PAUSED = ("waiting", "pending", "on hold")

log = structlog.stdlib.get_logger()


class _Named(msgspec.Struct):
    name: str


class _Category(msgspec.Struct):
    key: str


class _Status(msgspec.Struct, rename="camel"):
    name: str
    status_category: _Category


class _Fields(msgspec.Struct):
    status: _Status
    updated: str
    labels: list[str] = []
    resolution: _Named | None = None


class _Issue(msgspec.Struct):
    id: str
    key: str
    fields: _Fields


class _Reference(msgspec.Struct):
    id: str


class _Hits(msgspec.Struct):
    issues: list[_Reference] = []


class _User(msgspec.Struct, rename="camel"):
    account_id: str
    email_address: str | None = None
    active: bool = True


class _Transition(msgspec.Struct):
    id: str
    name: str


class _Transitions(msgspec.Struct):
    transitions: list[_Transition] = []


class _Comments(msgspec.Struct):
    comments: list[msgspec.Raw] = []


class Jira:
    """Issues of one project of one site. `moves` names the transition that leads to a state."""

    name = "jira"

    def __init__(
        self,
        caller: Caller,
        url: str,
        project: str,
        issue_type: str,
        moves: Mapping[TicketState, str],
        *,
        settles: timedelta = SETTLES,
    ) -> None:
        self.settles = settles
        self._caller = caller
        self._url = url.rstrip("/")
        self._project = project
        self._issue_type = issue_type
        self._moves = moves

    async def find(self, correlation: str) -> Seen | None:
        """By label, the oldest first: whoever clones an issue clones its labels."""
        jql = f'project = "{self._project}" AND labels = "{correlation}" ORDER BY created ASC'
        body = {"jql": jql, "fields": ["labels"], "maxResults": 1}
        for hit in (await self._caller.call("POST", "/rest/api/3/search/jql", _Hits, body=body)).issues:
            issue = await self._issue(hit.id)
            if correlation in issue.fields.labels:
                return self._seen(issue)
        return None

    async def create(self, correlation: str, words: Words) -> Seen:
        """POST one issue, with the requester as reporter where the project lets us say so."""
        reporter = await self._account(words.requester_email)
        fields = self._new(correlation, words, reporter)
        try:
            made = await self._caller.call("POST", "/rest/api/3/issue", _Reference, body={"fields": fields})
        except Refused as error:
            if reporter is None or error.status != 400 or b'"reporter"' not in error.body:
                raise
            log.warning("the project does not let us name the reporter", project=self._project)
            fields = self._new(correlation, words, None)
            made = await self._caller.call("POST", "/rest/api/3/issue", _Reference, body={"fields": fields})
        try:
            return await self.read(made.id)
        except (CallFailed, Refused) as error:
            raise Unclear(f"the issue was made, but could not be read: {error}") from None

    async def read(self, record: str) -> Seen:
        """GET one issue."""
        return self._seen(await self._issue(record))

    async def noted(self, record: str, mark: str) -> bool:
        """Among the latest comments."""
        query = {"orderBy": "-created", "maxResults": _MOST_COMMENTS}
        page = await self._caller.call("GET", f"/rest/api/3/issue/{record}/comment", _Comments, query=query)
        return any(mark in bytes(comment).decode() for comment in page.comments)

    async def update(self, record: str, update: Update, *, noted: bool) -> Seen:
        """A comment for the desk's people, then the transition; each can be done again where the other broke off."""
        path = f"/rest/api/3/issue/{record}"
        if not noted:
            comment = {
                "body": _document(update.note),
                "properties": [{"key": "sd.public.comment", "value": {"internal": True}}],
            }
            await self._caller.call("POST", f"{path}/comment", Any, body=comment)
        if update.state is not None and (await self.read(record)).state != update.state:
            await self._move(path, update.state)
        return await self.read(record)

    async def _move(self, path: str, state: TicketState) -> None:
        wanted = self._moves[state]
        offered = (await self._caller.call("GET", f"{path}/transitions", _Transitions)).transitions
        chosen = next((each for each in offered if each.name.casefold() == wanted.casefold()), None)
        if chosen is not None:
            await self._caller.call("POST", f"{path}/transitions", Any, body={"transition": {"id": chosen.id}})
            return
        names = ", ".join(each.name for each in offered) or "none"
        if state == "in_progress":  # the note says it; the desk's people move their ticket as they see fit
            log.warning("the desk offers no such transition", wanted=wanted, offered=names)
            return
        raise Refused(f"no transition is called {wanted!r} where the issue stands; there are: {names}", status=200)

    async def _issue(self, record: str) -> _Issue:
        return await self._caller.call("GET", f"/rest/api/3/issue/{record}", _Issue, query={"fields": _FIELDS})

    async def _account(self, email: str) -> str | None:
        """The one account that shows this very address; None where there is none, or it is hidden from us."""
        try:
            query = {"query": email, "maxResults": "2"}
            found = await self._caller.call("GET", "/rest/api/3/user/search", list[_User], query=query)
        except Refused as error:
            if error.status == 401:
                raise
            log.warning("the desk does not let us look users up", status=error.status)
            return None
        same = [each for each in found if each.active and (each.email_address or "").lower() == email.lower()]
        return same[0].account_id if len(same) == 1 else None

    def _new(self, correlation: str, words: Words, reporter: str | None) -> dict[str, Any]:
        description = words.description if reporter else f"{words.description}\nFor: {words.requester_email}"
        fields: dict[str, Any] = {
            "project": {"key": self._project},
            "issuetype": {"name": self._issue_type},
            "summary": words.title,
            "description": _document(description),
            "labels": [correlation],
        }
        return fields | ({"reporter": {"id": reporter}} if reporter else {})

    def _seen(self, issue: _Issue) -> Seen:
        return Seen(
            desk=self.name,
            record=issue.id,
            ticket=issue.key,
            state=_state(issue.fields),
            at=_moment(issue),
            link=f"{self._url}/browse/{issue.key}",
        )


def _state(fields: _Fields) -> TicketState:
    """Every site names its own statuses, but each belongs to one of three categories; names tell the rest apart."""
    name = fields.status.name.casefold()
    match fields.status.status_category.key:
        case "done":
            outcome = f"{name} {fields.resolution.name.casefold() if fields.resolution else ''}"
            if any(word in outcome for word in _GIVEN_UP):
                return "cancelled"
            return "closed" if name == "closed" else "resolved"
        case "indeterminate" if name != "waiting for support":
            return "waiting" if name.startswith(_PAUSED) else "in_progress"
        case _:
            return "open"


def _moment(issue: _Issue) -> datetime:
    try:
        return datetime.strptime(issue.fields.updated, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)
    except ValueError:
        raise Unclear(f"{issue.key} has no moment of change that can be read") from None


def _document(text: str) -> dict[str, Any]:
    """Text as Jira wants it, a paragraph a line; nothing in it is read as markup."""
    lines = [[{"type": "text", "text": line}] for line in text.split("\n") if line]
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": line} for line in lines]}
