"""Messages coming into being, changing and going: kept, shown live, and told to the apps that subscribed."""

from __future__ import annotations

import dataclasses

from deploy.local.workspace.context import Context
from deploy.local.workspace.seed import App
from deploy.local.workspace.store.connection import Json
from deploy.local.workspace.store.messages import Stored

_SUBSCRIPTIONS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
_SCOPES = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}


def post(
    context: Context,
    conversation: Json,
    author: str,
    content: Json,
    *,
    thread_ts: str | None = None,
    visible_to: str | None = None,
    metadata: Json | None = None,
) -> Stored:
    """Put a message into a conversation; `content` holds text, blocks, files and the like."""
    ts = context.identities.ts()
    app = context.app_of_user(author)
    body: Json = {"type": "message", "user": author, "ts": ts, "team": context.seed.team.id, **content}
    if app is not None:
        body |= {"bot_id": app.bot_id, "app_id": app.id}
        body["bot_profile"] = {
            "id": app.bot_id,
            "app_id": app.id,
            "name": app.name,
            "team_id": context.seed.team.id,
        }
    if thread_ts:
        body["thread_ts"] = thread_ts
    if visible_to:
        body["is_ephemeral"] = True
    stored = Stored(conversation["id"], ts, author, body, visible_to, thread_ts, metadata)
    context.store.messages.put(stored)
    if thread_ts and not visible_to:
        _count_reply(context, conversation, thread_ts, stored)
    _show(context, stored, "message")
    if not visible_to:
        _announce(context, conversation, {**stored.public(metadata=True)})
    return stored


def change(context: Context, conversation: Json, old: Stored, content: Json, metadata: Json | None) -> Stored:
    """Put new content in a message's place. Fields given as None are removed."""
    merged = {**old.body, **content}
    body = {key: value for key, value in merged.items() if value is not None}
    body["edited"] = {"user": old.author, "ts": f"{int(context.now())}.000000"}
    stored = dataclasses.replace(old, body=body, metadata=metadata or old.metadata)
    context.store.messages.put(stored)
    _show(context, stored, "message_changed")
    if not old.visible_to:
        event = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "message": stored.public(metadata=True),
            "previous_message": old.public(metadata=True),
            "ts": context.identities.ts(),
        }
        _announce(context, conversation, event)
    return stored


def remove(context: Context, conversation: Json, old: Stored) -> None:
    """Take a message away."""
    context.store.messages.remove(old.conversation, old.ts)
    _show(context, old, "message_deleted")
    if not old.visible_to:
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "deleted_ts": old.ts,
            "previous_message": old.public(),
            "ts": context.identities.ts(),
        }
        _announce(context, conversation, event)


def refresh(context: Context, stored: Stored) -> None:
    """Keep and show a message whose reactions or replies changed, without an event of an edit."""
    context.store.messages.put(stored)
    _show(context, stored, "message_changed")


def _count_reply(context: Context, conversation: Json, thread_ts: str, reply: Stored) -> None:
    parent = context.store.messages.get(conversation["id"], thread_ts)
    if parent is None:
        return
    people = [*parent.body.get("reply_users", [])]
    if reply.author not in people:
        people.append(reply.author)
    count = parent.body.get("reply_count", 0) + 1
    body = {
        **parent.body,
        "thread_ts": thread_ts,
        "reply_count": count,
        "reply_users": people,
        "reply_users_count": len(people),
        "latest_reply": reply.ts,
    }
    refresh(context, dataclasses.replace(parent, body=body))


def _show(context: Context, stored: Stored, what: str) -> None:
    viewers = [stored.visible_to] if stored.visible_to else context.store.people.members(stored.conversation)
    update = {
        "type": what,
        "channel": stored.conversation,
        "ts": stored.ts,
        "message": stored.public(metadata=True),
    }
    context.live.tell(viewers, update)


def _announce(context: Context, conversation: Json, event: Json) -> None:
    kind = conversation["kind"]
    members = set(context.store.people.members(conversation["id"]))
    event = {**event, "channel": conversation["id"], "event_ts": event["ts"], "channel_type": kind}
    for app in context.seed.apps:
        if app.user_id not in members:
            continue
        if _SUBSCRIPTIONS[kind] in app.events and _SCOPES[kind] in app.scopes:
            context.events.send(app, event)
        if kind != "im" and _mentions(app, event):
            mention = {key: value for key, value in event.items() if key != "channel_type"}
            context.events.send(app, {**mention, "type": "app_mention"})


def _mentions(app: App, event: Json) -> bool:
    wanted = "app_mention" in app.events and "app_mentions:read" in app.scopes
    text = event.get("text") or ""
    return wanted and "subtype" not in event and event.get("user") != app.user_id and f"<@{app.user_id}>" in text
