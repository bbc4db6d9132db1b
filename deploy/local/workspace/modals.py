"""Views coming up, changing and going: modals stacked in front of a person, and home tabs."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec

from deploy.local.workspace.blocks.surfaces import elements_of, view_problems, with_ids
from deploy.local.workspace.blocks.values import merged
from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import SlackError, missing_scope, refused_arguments
from deploy.local.workspace.identities import Identities
from deploy.local.workspace.seed import App
from deploy.local.workspace.store.connection import Json
from deploy.local.workspace.store.views import StoredView
from deploy.local.workspace.uploads import image_problems

MOST_STACKED = 3


def checked_view(context: Context, app: App, view: Any, expected: str) -> Json:
    """A view as an app sent it. Raises SlackError invalid_arguments saying where, view_too_large, or missing_scope."""
    problems = view_problems(view, expected) or image_problems(context, app, view["blocks"])
    if problems:
        raise refused_arguments("invalid_arguments", problems)
    if len(msgspec.json.encode(view)) > context.limits.view_bytes:
        raise SlackError("view_too_large")
    asks_files = any(element["type"] == "file_input" for block in view["blocks"] for element in elements_of(block))
    if asks_files and "files:read" not in app.scopes:
        raise missing_scope("files:read", app.scopes)
    return {**view}


def _built(context: Context, app: App, view: Json, identity: str, held: Json) -> Json:
    blocks = with_ids(view["blocks"], Identities.short)
    values, _ = merged(blocks, held, {})
    return {
        "id": identity,
        "team_id": context.seed.team.id,
        "type": view["type"],
        "blocks": blocks,
        "private_metadata": view.get("private_metadata") or "",
        "callback_id": view.get("callback_id") or "",
        "state": {"values": values},
        "hash": f"{int(context.now())}.{Identities.make('', 8)}",
        "title": view.get("title"),
        "clear_on_close": view.get("clear_on_close", False),
        "notify_on_close": view.get("notify_on_close", False),
        "close": view.get("close"),
        "submit": view.get("submit"),
        "previous_view_id": None,
        "root_view_id": identity,
        "app_id": app.id,
        "external_id": view.get("external_id") or "",
        "app_installed_team_id": context.seed.team.id,
        "bot_id": app.bot_id,
    }


def _free_external_id(context: Context, app: App, view: Json, own: str | None = None) -> None:
    external = view.get("external_id")
    taken = context.store.views.by_external_id(app.id, external) if external else None
    if taken is not None and taken.id != own:
        raise SlackError("duplicate_external_id")


def show_modal(context: Context, app: App, user: str, view: Json, *, push: bool) -> StoredView:
    """Put a checked modal in front of a person: alone, or on top of the stack.

    Raises SlackError: duplicate_external_id, not_found (nothing to push onto), push_limit_reached.
    """
    stack = [held for held in context.store.views.stack(user) if held.app == app.id]
    _free_external_id(context, app, view)
    if push and not stack:
        raise SlackError("not_found")
    if push and len(stack) >= MOST_STACKED:
        raise SlackError("push_limit_reached")
    if not push:
        for held in context.store.views.stack(user):
            context.store.views.close(held.id)
    body = _built(context, app, view, Identities.make("V"), {})
    if push:
        body |= {"previous_view_id": stack[-1].id, "root_view_id": stack[0].body["root_view_id"]}
    depth = stack[-1].depth + 1 if push else 0
    stored = StoredView(body["id"], app.id, user, "modal", body, depth, True, body["external_id"] or None)
    context.store.views.put(stored)
    context.live.tell([user], {"type": "view_pushed" if push else "view_opened", "view": body})
    return stored


def change_modal(context: Context, app: App, held: StoredView, view: Json, given_hash: str | None) -> StoredView:
    """Put a checked modal in an open one's place, keeping what was typed into fields that stay.

    Raises SlackError: not_found when it was closed, hash_conflict when it changed since the hash was read.
    """
    if not held.open:
        raise SlackError("not_found")
    if given_hash and given_hash != held.body["hash"]:
        raise SlackError("hash_conflict")
    _free_external_id(context, app, view, held.id)
    body = _built(context, app, view, held.id, held.body["state"]["values"])
    body |= {key: held.body[key] for key in ("previous_view_id", "root_view_id")}
    stored = dataclasses.replace(held, body=body, external_id=body["external_id"] or None)
    context.store.views.put(stored)
    context.live.tell([held.user], {"type": "view_updated", "view": body})
    return stored


def publish_home(context: Context, app: App, user: str, view: Json, given_hash: str | None) -> StoredView:
    """Put a checked home tab in place for a person. Raises SlackError hash_conflict."""
    held = context.store.views.home(app.id, user)
    if held is not None and given_hash and given_hash != held.body["hash"]:
        raise SlackError("hash_conflict")
    identity = held.id if held else Identities.make("V")
    body = _built(context, app, view, identity, held.body["state"]["values"] if held else {})
    stored = StoredView(identity, app.id, user, "home", body, 0, True, body["external_id"] or None)
    context.store.views.put(stored)
    context.live.tell([user], {"type": "home_published", "app": app.id, "view": body})
    return stored


def hold_values(context: Context, held: StoredView, values: Json) -> StoredView:
    """Remember what a person has typed into a view so far."""
    stored = dataclasses.replace(held, body={**held.body, "state": {"values": values}})
    context.store.views.put(stored)
    return stored


def close_modal(context: Context, held: StoredView) -> None:
    """Take one modal away."""
    context.store.views.close(held.id)
    context.live.tell([held.user], {"type": "view_closed", "view_id": held.id})


def clear_modals(context: Context, user: str) -> None:
    """Take all of a person's modals away."""
    for held in context.store.views.stack(user):
        close_modal(context, held)
