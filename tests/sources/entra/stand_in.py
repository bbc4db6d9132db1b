"""A strict Microsoft Graph: delta queries with tokens that run out, and subscriptions that prove an address first.

It refuses what Graph refuses: unknown tokens, a token with other parameters beside it, a subscription whose address
does not echo the token as plain text, a second one for the same resource, and lives longer than 29 days.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

from tests.integration.intake.vendors import StandIn

LONGEST = timedelta(minutes=41_760)
TOKEN = "Validation: Testing client application reachability + <b>é</b> for subscription %41 Request-Id: 5a1"
ANSWER_SECONDS = 3.0


class GraphStandIn(StandIn):
    """People and groups as Graph shows them, with `page` rows a page. `now` is the time subscriptions expire by."""

    def __init__(self, now: datetime, page: int = 3) -> None:
        super().__init__()
        self.now = now
        self.page = page
        self.people: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.without_enabled: set[str] = set()
        self.forgotten_status = 410
        self.calls: list[str] = []
        self._changed: list[tuple[str, str, dict[str, Any]]] = []
        self._members: dict[str, list[str]] = {}
        self._deltas: dict[str, tuple[str, dict[str, str], int]] = {}
        self._pages: dict[str, tuple[str, dict[str, str], list[dict[str, Any]], int]] = {}
        self._number = itertools.count(1)

    def route(self, application: web.Application) -> None:
        application.router.add_post("/tenant/oauth2/v2.0/token", self._token)
        application.router.add_get("/v1.0/{resource:users|groups}/delta", self._delta)
        application.router.add_post("/v1.0/directoryObjects/getByIds", self._by_ids)
        application.router.add_route("*", "/v1.0/subscriptions{rest:.*}", self._subscription)

    # What happens in the directory

    def person(self, person: str, **changes: Any) -> None:
        """Somebody is new, or changed."""
        self.people[person] = {**self.people.get(person, {"accountEnabled": True}), **changes, "id": person}
        self._changed.append(("users", person, {}))

    def remove(self, person: str, reason: str = "changed") -> None:
        """Somebody is deleted: what is left is the id."""
        del self.people[person]
        self._changed.append(("users", person, {"@removed": {"reason": reason}}))

    def join(self, group: str, *people: str) -> None:
        """Members come into a group."""
        self._members.setdefault(group, []).extend(people)
        members = [{"@odata.type": "#microsoft.graph.user", "id": person} for person in people]
        members.append({"@odata.type": "#microsoft.graph.group", "id": "a-group-inside"})
        self._changed.append(("groups", group, {"members@delta": members}))

    def leave(self, group: str, person: str) -> None:
        """A member goes from a group."""
        self._members[group].remove(person)
        gone = {"@odata.type": "#microsoft.graph.user", "id": person, "@removed": {"reason": "deleted"}}
        self._changed.append(("groups", group, {"members@delta": [gone]}))

    def forget(self) -> None:
        """Every token has run out."""
        self._deltas.clear()
        self._pages.clear()

    # Delta queries

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert (form["grant_type"], form["client_secret"]) == ("client_credentials", "hush")
        return web.json_response({"access_token": "token", "expires_in": 3600})

    async def _refused(self, request: web.Request) -> web.Response | None:
        self.calls.append(f"{request.method} {request.path}")
        if (instead := await self.mishap(request)) is not None:
            return instead
        if request.headers.get("Authorization") != "Bearer token":
            return web.Response(status=401)
        return None

    async def _delta(self, request: web.Request) -> web.Response:
        if (refused := await self._refused(request)) is not None:
            return refused
        resource, query = request.match_info["resource"], dict(request.query)
        if "$skiptoken" in query or "$deltatoken" in query:
            if len(query) != 1:
                return _error(400, "Request_UnsupportedQuery")
            ((kind, token),) = query.items()
            known = self._pages if kind == "$skiptoken" else self._deltas
            if token not in known or known[token][0] != resource:
                return _error(self.forgotten_status, "syncStateNotFound")
            if kind == "$skiptoken":
                _, asked, rows, since = self._pages[token]
                return self._answer(request, asked, rows, since)
            _, asked, since = self._deltas[token]
            return self._answer(request, asked, self._changes(resource, asked, since), len(self._changed))
        if not query.keys() <= {"$select", "$filter"} or "$select" not in query:
            return _error(400, "Request_UnsupportedQuery")
        rows = [self._row(person, query) for person in self.people] if resource == "users" else self._groups(query)
        return self._answer(request, query, rows, len(self._changed))

    def _answer(
        self, request: web.Request, asked: dict[str, str], rows: list[dict[str, Any]], since: int
    ) -> web.Response:
        here, token, resource = str(request.url.with_query(None)), secrets.token_hex(8), request.match_info["resource"]
        answer: dict[str, Any] = {"@odata.context": "…", "value": rows[: self.page]}
        if len(rows) > self.page:
            self._pages[token] = (resource, asked, rows[self.page :], since)
            answer["@odata.nextLink"] = f"{here}?$skiptoken={token}"
        else:
            self._deltas[token] = (resource, asked, since)
            answer["@odata.deltaLink"] = f"{here}?$deltatoken={token}"
        return web.json_response(answer)

    def _changes(self, resource: str, asked: dict[str, str], since: int) -> list[dict[str, Any]]:
        rows = []
        for kind, name, told in self._changed[since:]:
            if kind != resource or (kind == "groups" and f"'{name}'" not in asked.get("$filter", "")):
                continue
            if kind == "groups" or told:
                rows.append({"id": name, **told})
            elif name in self.people:
                rows.append(self._row(name, asked))
        return rows

    def _groups(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        chosen = [group for group in self._members if f"'{group}'" in asked["$filter"]]
        return [
            {"id": group, "members@delta": [{"@odata.type": "#microsoft.graph.user", "id": each} for each in members]}
            for group, members in self._members.items()
            if group in chosen and members
        ]

    def _row(self, person: str, asked: dict[str, str], *, whole: bool = False) -> dict[str, Any]:
        fields = set(asked["$select"].split(",")) | {"id"}
        if person in self.without_enabled and not whole:
            fields.discard("accountEnabled")
        return {name: value for name, value in self.people[person].items() if name in fields}

    async def _by_ids(self, request: web.Request) -> web.Response:
        if (refused := await self._refused(request)) is not None:
            return refused
        body = await request.json()
        assert body["types"] == ["user"]
        assert 0 < len(body["ids"]) <= 1000
        asked = dict(request.query)
        return web.json_response(
            {"value": [self._row(each, asked, whole=True) for each in body["ids"] if each in self.people]}
        )

    # Subscriptions

    async def _subscription(self, request: web.Request) -> web.Response:
        if (refused := await self._refused(request)) is not None:
            return refused
        name, _, action = request.match_info["rest"].strip("/").partition("/")
        if not name:
            return await self._create(await request.json()) if request.method == "POST" else self._list()
        if name not in self.subscriptions:
            return _error(404, "ResourceNotFound")
        if request.method == "DELETE":
            del self.subscriptions[name]
            return web.Response(status=204)
        if request.method == "POST" and action == "reauthorize":
            return web.Response(status=204)
        if request.method == "PATCH" and not action:
            asked = await request.json()
            if asked.keys() != {"expirationDateTime"} or not self._may_live(asked["expirationDateTime"]):
                return _error(400, "InvalidRequest")
            self.subscriptions[name] |= asked
            return web.json_response(self._shown(self.subscriptions[name]))
        return web.Response(status=405)

    async def _create(self, asked: dict[str, Any]) -> web.Response:
        if (
            not set(asked["changeType"].split(",")) <= {"updated", "deleted"}
            or asked["resource"] not in ("users", "groups")
            or not 0 < len(asked["clientState"]) <= 128
            or not self._may_live(asked["expirationDateTime"])
        ):
            return _error(400, "InvalidRequest")
        for address in (asked["notificationUrl"], asked["lifecycleNotificationUrl"]):
            if not await self._echoes(address):
                return _error(400, "ValidationError")
        for other in self.subscriptions.values():
            if (other["resource"], other["changeType"]) == (asked["resource"], asked["changeType"]):
                return _error(409, "Conflict")
        name = f"subscription-{next(self._number)}"
        self.subscriptions[name] = {**asked, "id": name}
        return web.json_response(self._shown(self.subscriptions[name]), status=201)

    def _list(self) -> web.Response:
        return web.json_response({"value": [self._shown(each) for each in self.subscriptions.values()]})

    @staticmethod
    def _shown(subscription: dict[str, Any]) -> dict[str, Any]:
        return {**subscription, "clientState": None}

    def _may_live(self, until: str) -> bool:
        return self.now < datetime.fromisoformat(until) <= self.now + LONGEST

    async def _echoes(self, address: str) -> bool:
        url = f"{address}?validationToken={quote(TOKEN, safe='')}"
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        try:
            async with (
                asyncio.timeout(10),
                aiohttp.ClientSession() as session,
                session.post(aiohttp.client.URL(url, encoded=True), data=b"", headers=headers) as answer,
            ):
                return (answer.status, answer.content_type, await answer.text()) == (200, "text/plain", TOKEN)
        except (OSError, aiohttp.ClientError, TimeoutError):
            return False

    # Notifications

    def change(self, subscription: str, person: str, kind: str = "updated", **other: Any) -> dict[str, Any]:
        """An element of a change notification."""
        told = self.subscriptions[subscription]
        resource = f"{told['resource'].title()}/{person}"
        return {
            "subscriptionId": subscription,
            "subscriptionExpirationDateTime": told["expirationDateTime"],
            "clientState": told["clientState"],
            "changeType": kind,
            "resource": resource,
            "tenantId": "tenant",
            "resourceData": {"@odata.type": "#Microsoft.Graph.User", "@odata.id": resource, "id": person},
            **other,
        }

    def life(self, subscription: str, event: str) -> dict[str, Any]:
        """An element that tells of a subscription's life."""
        told = self.subscriptions[subscription]
        return {
            "subscriptionId": subscription,
            "subscriptionExpirationDateTime": told["expirationDateTime"],
            "tenantId": "tenant",
            "clientState": told["clientState"],
            "lifecycleEvent": event,
        }

    async def deliver(self, *elements: dict[str, Any]) -> int:
        """Send notifications in one delivery to the address of the first's subscription; its status, within 3 s."""
        address = self.subscriptions[elements[0]["subscriptionId"]]["notificationUrl"]
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            aiohttp.ClientSession() as session,
            session.post(address, json={"value": list(elements)}) as answer,
        ):
            return answer.status


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": "…"}}, status=status)
