"""One call of a Web API method: who calls, with what arguments, and how a method declares itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec

from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import SlackError, missing_scope, refused_arguments
from deploy.local.workspace.seed import App
from deploy.local.workspace.store.connection import Json
from deploy.local.workspace.store.people import Token


@dataclasses.dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call, from a JSON body, a form or the query, where structures may come as JSON
    text."""

    given: Json

    def text(self, name: str) -> str:
        """A string argument, empty when it was not given."""
        value = self.given.get(name)
        return "" if value is None else str(value)

    def required(self, name: str) -> str:
        """A string argument that must be there. Raises SlackError invalid_arguments."""
        value = self.text(name)
        if not value:
            raise refused_arguments("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        """A true-or-false argument in any of the ways clients send it."""
        return str(self.given.get(name, "")).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        """A count between 1 and `most`. Raises SlackError invalid_limit."""
        value = self.given.get(name)
        if value is None or value == "":
            return default
        if not str(value).isdigit() or int(value) < 1:
            raise SlackError("invalid_limit")
        return min(int(value), most)

    def structure(self, name: str, otherwise: str) -> Any:
        """An object or list, parsed where it came as text; None when absent. Raises SlackError
        `otherwise`."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            raise SlackError(otherwise) from None


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """A call by an app's token."""

    context: Context
    app: App
    token: Token
    arguments: Arguments

    def need(self, scope: str) -> None:
        """Raises SlackError missing_scope unless the token has the scope."""
        if scope not in self.token.scopes:
            raise missing_scope(scope, self.token.scopes)

    def conversation(self, reference: str) -> Json:
        """A conversation the app can see. Raises SlackError channel_not_found, also for private ones it is
        not in."""
        found = self.context.store.people.conversation(reference)
        if found is None or (found["kind"] != "channel" and not self.is_in(found)):
            raise SlackError("channel_not_found")
        return found

    def is_in(self, conversation: Json) -> bool:
        """Whether the app's bot is in a conversation."""
        return self.context.store.people.is_member(conversation["id"], self.app.user_id)

    def person(self, user: str, otherwise: str = "user_not_found") -> Json:
        """A member by id. Raises SlackError."""
        found = self.context.store.people.user(user)
        if found is None:
            raise SlackError(otherwise)
        return found


@dataclasses.dataclass(frozen=True, slots=True)
class Method:
    """A Web API method: the function, the scope it needs (empty for none) and the kind of token it takes."""

    run: Callable[[Call], Json]
    scope: str = ""
    kind: str = "bot"
