"""reactions.*: an emoji on a message."""

from __future__ import annotations

import dataclasses
import re

from deploy.local.workspace import posting
from deploy.local.workspace.api.call import Call, Method
from deploy.local.workspace.errors import SlackError
from deploy.local.workspace.store.connection import Json
from deploy.local.workspace.store.messages import Stored

_NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


def _target(call: Call) -> tuple[Stored, str]:
    name = call.arguments.text("name").strip(":")
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name")
    conversation = call.conversation(call.arguments.required("channel"))
    stored = call.context.store.messages.get(conversation["id"], call.arguments.required("timestamp"))
    if stored is None or stored.visible_to is not None:
        raise SlackError("message_not_found")
    return stored, name


def _put(call: Call, stored: Stored, held: dict[str, list[str]]) -> Json:
    reactions = [{"name": name, "users": users, "count": len(users)} for name, users in held.items() if users]
    body = {key: value for key, value in stored.body.items() if key != "reactions"}
    if reactions:
        body["reactions"] = reactions
    posting.refresh(call.context, dataclasses.replace(stored, body=body))
    return {}


def _held(stored: Stored) -> dict[str, list[str]]:
    return {reaction["name"]: list(reaction["users"]) for reaction in stored.body.get("reactions", [])}


def add(call: Call) -> Json:
    """reactions.add."""
    stored, name = _target(call)
    held = _held(stored)
    if call.app.user_id in held.get(name, []):
        raise SlackError("already_reacted")
    held.setdefault(name, []).append(call.app.user_id)
    return _put(call, stored, held)


def remove(call: Call) -> Json:
    """reactions.remove."""
    stored, name = _target(call)
    held = _held(stored)
    if call.app.user_id not in held.get(name, []):
        raise SlackError("no_reaction")
    held[name].remove(call.app.user_id)
    return _put(call, stored, held)


METHODS = {
    "reactions.add": Method(add, "reactions:write"),
    "reactions.remove": Method(remove, "reactions:write"),
}
