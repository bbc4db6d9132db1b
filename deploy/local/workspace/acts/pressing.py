"""People using elements: buttons, menus, pickers, in messages, modals and home tabs."""

from __future__ import annotations

from typing import Any

from deploy.local.workspace import payloads
from deploy.local.workspace.acts.result import Act, failure
from deploy.local.workspace.blocks.composition import options_of
from deploy.local.workspace.blocks.rules import Json
from deploy.local.workspace.blocks.surfaces import elements_of
from deploy.local.workspace.blocks.values import STATEFUL, NotAValueError, entry_for, merged
from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import RefusedError
from deploy.local.workspace.modals import hold_values
from deploy.local.workspace.seed import App
from deploy.local.workspace.store.messages import Stored
from deploy.local.workspace.store.views import StoredView
from deploy.local.workspace.uploads import attached


def _found(blocks: list[Json], block_id: str | None, action_id: str) -> tuple[Json, Json]:
    for block in blocks:
        if block_id is not None and block["block_id"] != block_id:
            continue
        for element in elements_of(block):
            if element["action_id"] == action_id:
                return block, element
    raise RefusedError("That control is no longer there.")


def _action(context: Context, block: Json, element: Json, value: Any) -> Json:
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": context.identities.ts(),
    }
    if element["type"] == "button":
        return action | {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    if element["type"] == "overflow":
        for option in options_of(element):
            if option["value"] == value:
                return action | {"selected_option": option}
        raise RefusedError("Please choose one of the listed options.")
    try:
        return action | entry_for(element, value)
    except NotAValueError as problem:
        raise RefusedError(str(problem)) from problem


def _given(element: Json, block: Json, value: Any, given: Json) -> Json:
    if element["type"] not in STATEFUL:
        return given
    own = {**given.get(block["block_id"], {}), element["action_id"]: value}
    return {**given, block["block_id"]: own}


async def press_in_message(
    context: Context,
    user: str,
    message: Stored,
    block_id: str | None,
    action_id: str,
    value: Any,
    given: Json,
) -> Act:
    """Use an element of a message. `given` are the plain values of the message's other elements."""
    app = context.app_of_user(message.author)
    conversation = context.store.people.conversation(message.conversation)
    if app is None or conversation is None:
        raise RefusedError("Nobody listens to that control.")
    blocks = message.body.get("blocks", [])
    block, element = _found(blocks, block_id, action_id)
    values, _ = merged(blocks, {}, _given(element, block, value, given))
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    payload = {
        "type": "block_actions",
        **payloads.who(context, app, user),
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.conversation,
            "is_ephemeral": message.visible_to is not None,
            **thread,
        },
        "trigger_id": context.triggers.issue(app.id, user),
        "channel": {"id": message.conversation, "name": payloads.channel_name(conversation)},
        "state": {"values": values},
        "response_url": payloads.response_url(context, app, user, conversation, message.ts, message.thread_ts),
        "actions": [_action(context, block, element, value)],
    }
    if message.visible_to is None:
        payload["message"] = message.public(metadata=True)
    return await _sent(context, app, payload)


async def press_in_view(
    context: Context,
    user: str,
    held: StoredView,
    block_id: str | None,
    action_id: str,
    value: Any,
    given: Json,
) -> Act:
    """Use an element of a modal or home tab; what was typed so far goes with it."""
    if not held.open:
        raise RefusedError("That window was closed.")
    app = context.app(held.app)
    block, element = _found(held.body["blocks"], block_id, action_id)
    values, _ = merged(held.body["blocks"], held.body["state"]["values"], _given(element, block, value, given))
    held = hold_values(context, held, attached(context, user, app, values))
    if block["type"] == "input" and not block.get("dispatch_action"):
        return Act(view_id=held.id)
    payload = {
        "type": "block_actions",
        **payloads.who(context, app, user),
        "container": {"type": "view", "view_id": held.id},
        "trigger_id": context.triggers.issue(app.id, user),
        "view": held.body,
        "actions": [_action(context, block, element, value)],
    }
    return await _sent(context, app, payload)


async def _sent(context: Context, app: App, payload: Json) -> Act:
    outcome = await context.couriers[app.id].deliver("interactive", payload)
    return Act() if outcome.acknowledged else failure(outcome)
