"""The parts every payload of a person's action has, written once."""

from __future__ import annotations

from deploy.local.workspace.context import Context
from deploy.local.workspace.identities import Identities
from deploy.local.workspace.seed import App
from deploy.local.workspace.store.connection import Json
from deploy.local.workspace.store.response_urls import ResponseUrl


def who(context: Context, app: App, user: str) -> Json:
    """Person, team and app of an interactive payload."""
    handle = (context.store.people.user(user) or {}).get("name", "")
    team = context.seed.team
    return {
        "user": {"id": user, "username": handle, "name": handle, "team_id": team.id},
        "team": {"id": team.id, "domain": team.domain},
        "api_app_id": app.id,
        "token": "unused",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_name(conversation: Json) -> str:
    """What payloads call a conversation."""
    return "directmessage" if conversation["kind"] == "im" else str(conversation["name"])


def response_url(
    context: Context,
    app: App,
    user: str,
    conversation: Json,
    message_ts: str | None = None,
    thread_ts: str | None = None,
) -> str:
    """A new response URL for what a person just did."""
    identity = Identities.make("", 24)
    expires = context.now() + context.limits.response_url
    uses = context.limits.response_url_uses
    context.store.response_urls.put(
        ResponseUrl(identity, app.id, user, conversation["id"], message_ts, thread_ts, expires, uses)
    )
    return f"{context.base_url}/hooks/{identity}"


def command(context: Context, app: App, user: str, conversation: Json, word: str, text: str) -> Json:
    """A slash command as an app receives it."""
    return {
        "token": "unused",
        "team_id": context.seed.team.id,
        "team_domain": context.seed.team.domain,
        "channel_id": conversation["id"],
        "channel_name": channel_name(conversation),
        "user_id": user,
        "user_name": (context.store.people.user(user) or {}).get("name", ""),
        "command": word,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": response_url(context, app, user, conversation),
        "trigger_id": context.triggers.issue(app.id, user),
    }
