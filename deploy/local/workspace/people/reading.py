"""What a person sees: the frame of the page, conversations, messages, threads, views."""

from __future__ import annotations

from deploy.local.workspace.people.seat import Seat
from deploy.local.workspace.seed import App
from deploy.local.workspace.store.connection import Json


def frame(seat: Seat) -> Json:
    """Everything a page needs before it shows a conversation."""
    context = seat.context
    return {
        "team": {"id": context.seed.team.id, "name": context.seed.team.name},
        "me": seat.user,
        "users": context.store.people.users(),
        "apps": [_app(app) for app in context.seed.apps],
        "conversations": conversations(seat),
        "views": [held.body for held in context.store.views.stack(seat.user)],
    }


def _app(app: App) -> Json:
    return {
        "id": app.id,
        "name": app.name,
        "handle": app.handle,
        "user": app.user_id,
        "description": app.description,
        "home": app.home,
        "commands": [
            {"command": entry.command, "description": entry.description, "usage_hint": entry.usage_hint}
            for entry in app.commands
        ],
        "shortcuts": [
            {"name": entry.name, "callback_id": entry.callback_id, "type": entry.type} for entry in app.shortcuts
        ],
    }


def conversations(seat: Seat) -> list[Json]:
    """The conversations a person is in, with how much is unread. Every installed app has one."""
    people = seat.context.store.people
    for app in seat.context.seed.apps:
        people.direct(app.user_id, seat.user, int(seat.context.now()))
    found = [entry for entry in people.conversations() if people.is_member(entry["id"], seat.user)]
    return [conversation(seat, entry) for entry in found]


def conversation(seat: Seat, entry: Json) -> Json:
    """One conversation as the page lists it."""
    people = seat.context.store.people
    unread = seat.context.store.messages.unread(entry["id"], seat.user, people.read_to(entry["id"], seat.user))
    shown: Json = {"id": entry["id"], "kind": entry["kind"], "name": entry["name"], "unread": unread}
    if entry["kind"] == "im":
        others = [user for user in entry["pair"] if user != seat.user]
        return shown | {"user": others[0] if others else seat.user}
    return shown | {
        "topic": entry["topic"],
        "purpose": entry["purpose"],
        "members": people.members(entry["id"]),
    }


def history(seat: Seat, channel: str, before: str, limit: int) -> Json:
    """A page of a conversation, oldest first, with the person's ephemeral messages."""
    found = seat.context.store.messages.page(
        seat.conversation(channel)["id"], viewer=seat.user, latest=before or "~", limit=limit + 1
    )
    more = len(found) > limit
    messages = [message.public(metadata=True) for message in reversed(found[:limit])]
    return {"messages": messages, "has_more": more}


def thread(seat: Seat, channel: str, ts: str) -> Json:
    """A thread, oldest first."""
    found = seat.context.store.messages.thread(seat.conversation(channel)["id"], ts, seat.user)
    return {"messages": [message.public(metadata=True) for message in found]}
