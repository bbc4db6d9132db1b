"""People opening an app's home tab and running its shortcuts."""

from __future__ import annotations

from deploy.local.workspace import payloads
from deploy.local.workspace.acts.result import Act, failure
from deploy.local.workspace.blocks.rules import Json
from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import RefusedError
from deploy.local.workspace.seed import App
from deploy.local.workspace.store.messages import Stored


def open_home(context: Context, app: App, user: str, tab: str) -> Act:
    """Open an app's home or messages tab; the app hears of it if it subscribed."""
    conversation = context.store.people.direct(app.user_id, user, int(context.now()))
    held = context.store.views.home(app.id, user)
    if "app_home_opened" in app.events:
        ts = context.identities.ts()
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": conversation["id"],
            "tab": tab,
            "event_ts": ts,
        }
        if tab == "home" and held is not None:
            event["view"] = held.body
        context.events.send(app, event)
    return Act(view_id=held.id, view=held.body) if held and tab == "home" else Act()


async def run_shortcut(context: Context, user: str, callback_id: str, message: Stored | None) -> Act:
    """Run a global shortcut, or a message shortcut on a message."""
    wanted = "message" if message else "global"
    for app in context.seed.apps:
        for shortcut in app.shortcuts:
            if shortcut.callback_id == callback_id and shortcut.type == wanted:
                return await _run(context, app, user, callback_id, message)
    raise RefusedError("There is no such shortcut.")


async def _run(context: Context, app: App, user: str, callback_id: str, message: Stored | None) -> Act:
    payload: Json = {
        "type": "message_action" if message else "shortcut",
        **payloads.who(context, app, user),
        "callback_id": callback_id,
        "trigger_id": context.triggers.issue(app.id, user),
        "action_ts": context.identities.ts(),
    }
    if message:
        conversation = context.store.people.conversation(message.conversation)
        assert conversation is not None
        payload |= {
            "message_ts": message.ts,
            "message": message.public(metadata=True),
            "channel": {"id": message.conversation, "name": payloads.channel_name(conversation)},
            "response_url": payloads.response_url(context, app, user, conversation, None, message.thread_ts),
        }
    outcome = await context.couriers[app.id].deliver("interactive", payload)
    return Act() if outcome.acknowledged else failure(outcome)
