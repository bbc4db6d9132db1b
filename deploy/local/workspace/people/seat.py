"""Who is acting, and what that person may reach."""

from __future__ import annotations

import dataclasses

import msgspec
from aiohttp import web

from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import RefusedError
from deploy.local.workspace.store.connection import Json
from deploy.local.workspace.store.messages import Stored
from deploy.local.workspace.store.views import StoredView

ACT_AS = "X-Act-As"


@dataclasses.dataclass(frozen=True, slots=True)
class Seat:
    """A person acting in the workspace."""

    context: Context
    user: str

    def conversation(self, reference: str) -> Json:
        """A conversation the person is in. Raises RefusedError."""
        found = self.context.store.people.conversation(reference)
        if found is None or not self.context.store.people.is_member(found["id"], self.user):
            raise RefusedError("You are not in that conversation.")
        return found

    def message(self, channel: str, ts: str) -> Stored:
        """A message the person can see. Raises RefusedError."""
        found = self.context.store.messages.get(self.conversation(channel)["id"], ts)
        if found is None or found.visible_to not in (None, self.user):
            raise RefusedError("That message is no longer there.")
        return found

    def view(self, view: str) -> StoredView:
        """A view in front of the person. Raises RefusedError."""
        found = self.context.store.views.get(view)
        if found is None or found.user != self.user:
            raise RefusedError("That window is not yours.")
        return found


def seat_of(context: Context, request: web.Request) -> Seat:
    """The person a request acts as, by id or e-mail address. Raises HTTPUnauthorized."""
    reference = request.headers.get(ACT_AS) or request.query.get("as", "")
    people = context.store.people
    found = people.user_by_email(reference) if "@" in reference else people.user(reference)
    if found is None or found["is_bot"]:
        raise web.HTTPUnauthorized(text="say whom you act as")
    return Seat(context, found["id"])


async def body_of(request: web.Request) -> Json:
    """A request's JSON object. Raises HTTPBadRequest."""
    try:
        body = msgspec.json.decode(await request.read() or b"{}")
    except msgspec.DecodeError as error:
        raise web.HTTPBadRequest(text=str(error)) from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object is expected")
    return body
