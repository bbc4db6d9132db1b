"""Jira Cloud, as far as our tickets need it: issues that are as they stand, and a search that follows them."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from aiohttp import web

from schemas.events.desk import TicketState
from tests.integration.desk.standins import AMARA, AMARA_ID, DeskStandIn, StoodTicket, json_object

PROJECT, ISSUE_TYPE = "ITSD", "[System] Service request"
STATUSES: dict[TicketState, tuple[str, str]] = {
    "open": ("Waiting for support", "indeterminate"),
    "in_progress": ("In progress", "indeterminate"),
    "waiting": ("Waiting for customer", "indeterminate"),
    "resolved": ("Resolved", "done"),
    "closed": ("Closed", "done"),
    "cancelled": ("Canceled", "done"),
}
MOVES: dict[str, tuple[str, TicketState]] = {
    "11": ("In Progress", "in_progress"),
    "21": ("Cancel request", "cancelled"),
    "31": ("Resolve this issue", "resolved"),
}


class JiraStandIn(DeskStandIn):
    """Issues of one project. The search index holds what was indexed; with `lagging` that waits for `catch_up`,
    or comes `lag` seconds after the issue.
    """

    def __init__(self) -> None:
        super().__init__()
        self.issues: dict[str, dict[str, Any]] = {}
        self.states: dict[str, TicketState] = {}
        self.indexed: set[str] = set()
        self.lagging = False
        self.lag: float | None = None
        self.moves = dict(MOVES)
        self.reporter_allowed = True
        self.public_comments = 0

    def route(self, application: web.Application) -> None:
        issue = "/rest/api/3/issue"
        application.router.add_get("/rest/api/3/user/search", self._users)
        application.router.add_post("/rest/api/3/search/jql", self._find)
        application.router.add_post(issue, self._create)
        application.router.add_get(issue + "/{record}", self._read)
        application.router.add_get(issue + "/{record}/comment", self._comments)
        application.router.add_post(issue + "/{record}/comment", self._comment)
        application.router.add_get(issue + "/{record}/transitions", self._transitions)
        application.router.add_post(issue + "/{record}/transitions", self._move)

    def refusal(self, status: int, words: str, **errors: str) -> web.Response:
        return web.json_response({"errorMessages": [words], "errors": errors}, status=status)

    def catch_up(self) -> None:
        """The index holds every issue now."""
        self.indexed = set(self.issues)

    async def _users(self, request: web.Request) -> web.Response:
        known = {"accountId": AMARA_ID, "emailAddress": AMARA, "active": True}
        return web.json_response([known] if request.query["query"] == AMARA else [])

    async def _find(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        assert body is not None
        match = re.fullmatch(rf'project = "{PROJECT}" AND labels = "([a-zA-Z0-9-]+)" ORDER BY created ASC', body["jql"])
        assert match is not None, body["jql"]
        found = [each for each in self.indexed if match[1] in self.issues[each]["labels"]]
        hits = [{"id": each} for each in sorted(found, key=int)[: body["maxResults"]]]
        return await self.meet("find", request, lambda: web.json_response({"issues": hits, "isLast": True}))

    async def _create(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        if body is None:
            return self.refusal(400, "no JSON")
        fields = body["fields"]
        if fields["project"] != {"key": PROJECT} or fields["issuetype"] != {"name": ISSUE_TYPE}:
            return self.refusal(400, "", issuetype="Specify a valid issue type")
        if "reporter" in fields and not self.reporter_allowed:
            return self.refusal(400, "", reporter="Field 'reporter' cannot be set.")
        if any(" " in label for label in fields["labels"]) or "\n" in fields["summary"]:
            return self.refusal(400, "", labels="can't contain spaces")
        _check_document(fields["description"])

        def do() -> web.Response:
            record = str(10_234 + len(self.issues))
            self.issues[record] = {**fields, "key": f"{PROJECT}-{len(self.issues) + 1}", "comments": []}
            self._set(record, "open")
            if self.lag is not None:
                asyncio.get_running_loop().call_later(self.lag, self.indexed.add, record)
            elif not self.lagging:
                self.indexed.add(record)
            made = {"id": record, "key": self.issues[record]["key"], "self": f"{self.url}/rest/api/3/issue/{record}"}
            return web.json_response(made, status=201)

        return await self.meet("create", request, do)

    async def _read(self, request: web.Request) -> web.Response:
        record = request.match_info["record"]
        if record not in self.issues:
            return self.refusal(404, "Issue does not exist or you do not have permission to see it.")
        name, category = STATUSES[self.states[record]]
        shown = {
            "id": record,
            "key": self.issues[record]["key"],
            "fields": {
                "status": {"name": name, "statusCategory": {"id": 4, "key": category}},
                "resolution": {"name": "Done"} if category == "done" else None,
                "updated": self.issues[record]["updated"],
                "labels": self.issues[record]["labels"],
            },
        }
        return await self.meet("read", request, lambda: web.json_response(shown))

    async def _comments(self, request: web.Request) -> web.Response:
        assert request.query["orderBy"] == "-created"
        latest = list(reversed(self.issues[request.match_info["record"]]["comments"]))
        return web.json_response({"comments": latest[: int(request.query["maxResults"])], "total": len(latest)})

    async def _comment(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        assert body is not None
        _check_document(body["body"])
        if {"key": "sd.public.comment", "value": {"internal": True}} not in body.get("properties", []):
            self.public_comments += 1

        def do() -> web.Response:
            record = request.match_info["record"]
            self.issues[record]["comments"].append({"id": "1", "body": body["body"]})
            self._set(record, self.states[record])
            return web.json_response({"id": "1", "body": body["body"]}, status=201)

        return await self.meet("update", request, do)

    async def _transitions(self, request: web.Request) -> web.Response:
        return web.json_response({"transitions": [{"id": key, "name": name} for key, (name, _) in self.moves.items()]})

    async def _move(self, request: web.Request) -> web.Response:
        body = await json_object(request)
        assert body is not None
        _, state = self.moves[body["transition"]["id"]]

        def do() -> web.Response:
            self._set(request.match_info["record"], state)
            return web.Response(status=204)

        return await self.meet("update", request, do)

    def _set(self, record: str, state: TicketState) -> None:
        self.states[record] = state
        self.issues[record]["updated"] = f"{self.moment():%Y-%m-%dT%H:%M:%S}.113+0000"

    def tickets(self) -> list[StoodTicket]:
        return [
            StoodTicket(
                record,
                issue["labels"][0],
                issue["summary"],
                _text(issue["description"]),
                issue.get("reporter", {}).get("id", ""),
                self.states[record],
                [_text(comment["body"]) for comment in issue["comments"]],
            )
            for record, issue in self.issues.items()
        ]

    def agent_sets(self, record: str, state: TicketState) -> None:
        self._set(record, state)


def _check_document(document: Any) -> None:
    """The shape Jira asks for; it refuses a plain string, and an empty text."""
    assert (document["type"], document["version"]) == ("doc", 1)
    for paragraph in document["content"]:
        assert paragraph["type"] == "paragraph"
        assert all(part["type"] == "text" and part["text"] for part in paragraph["content"])


def _text(document: Any) -> str:
    return "\n".join("".join(part["text"] for part in paragraph["content"]) for paragraph in document["content"])
