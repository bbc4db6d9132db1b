"""conversations.*: what rooms there are, who is in them, what was said."""

from __future__ import annotations

from deploy.local.workspace.api.call import Call, Method
from deploy.local.workspace.api.paging import cursor_for, page_of, position_of
from deploy.local.workspace.errors import SlackError, missing_scope
from deploy.local.workspace.store.connection import Json
from deploy.local.workspace.store.messages import Stored

_FAMILY = {"channel": "channels", "group": "groups", "im": "im"}
_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def shown(call: Call, conversation: Json) -> Json:
    """A conversation in Slack's shape."""
    kind = conversation["kind"]
    common = {"id": conversation["id"], "created": conversation["created"], "is_archived": False}
    common |= {"is_org_shared": False, "context_team_id": call.context.seed.team.id, "is_im": kind == "im"}
    if kind == "im":
        other = [user for user in conversation["pair"] if user != call.app.user_id]
        return common | {"user": other[0] if other else call.app.user_id, "is_user_deleted": False}
    return common | {
        "name": conversation["name"],
        "name_normalized": conversation["name"],
        "is_channel": kind == "channel",
        "is_group": kind == "group",
        "is_mpim": False,
        "is_private": kind == "group",
        "is_general": conversation["name"] == "general",
        "is_member": call.is_in(conversation),
        "creator": conversation["creator"],
        "topic": {"value": conversation["topic"], "creator": "", "last_set": 0},
        "purpose": {"value": conversation["purpose"], "creator": "", "last_set": 0},
        "num_members": len(call.context.store.people.members(conversation["id"])),
    }


def _readable(call: Call, right: str) -> Json:
    conversation = call.conversation(call.arguments.required("channel"))
    call.need(f"{_FAMILY[conversation['kind']]}:{right}")
    return conversation


def list_all(call: Call) -> Json:
    """conversations.list."""
    wanted = [word.strip() for word in (call.arguments.text("types") or "public_channel").split(",")]
    if not set(wanted) <= set(_TYPES):
        raise SlackError("invalid_types")
    kinds = {_TYPES[word] for word in wanted} - {"mpim"}
    for kind in sorted(kinds):
        call.need(f"{_FAMILY[kind]}:read")
    found = [
        shown(call, conversation)
        for conversation in call.context.store.people.conversations()
        if conversation["kind"] in kinds and (conversation["kind"] == "channel" or call.is_in(conversation))
    ]
    page, more = page_of(found, call.arguments.text("cursor"), call.arguments.number("limit", 100, 1000))
    return {"channels": page, **more}


def info(call: Call) -> Json:
    """conversations.info."""
    return {"channel": shown(call, _readable(call, "read"))}


def members(call: Call) -> Json:
    """conversations.members."""
    found = call.context.store.people.members(_readable(call, "read")["id"])
    page, more = page_of(found, call.arguments.text("cursor"), call.arguments.number("limit", 100, 1000))
    return {"members": page, **more}


def _told(messages: list[Stored], call: Call) -> list[Json]:
    metadata = call.arguments.flag("include_all_metadata")
    return [message.public(metadata=metadata) for message in messages]


def history(call: Call) -> Json:
    """conversations.history, newest first."""
    conversation = _readable(call, "history")
    if not call.is_in(conversation):
        raise SlackError("not_in_channel")
    limit = call.arguments.number("limit", 100, 999)
    position = position_of(call.arguments.text("cursor"))
    found = call.context.store.messages.page(
        conversation["id"],
        viewer=None,
        oldest=call.arguments.text("oldest") or "",
        latest=position or call.arguments.text("latest") or "~",
        inclusive=call.arguments.flag("inclusive") and not position,
        limit=limit + 1,
    )
    more = len(found) > limit
    found = found[:limit]
    answer: Json = {"messages": _told(found, call), "has_more": more, "pin_count": 0}
    if more:
        answer["response_metadata"] = {"next_cursor": cursor_for(found[-1].ts)}
    return answer


def replies(call: Call) -> Json:
    """conversations.replies, oldest first."""
    conversation = _readable(call, "history")
    found = call.context.store.messages.thread(conversation["id"], call.arguments.required("ts"))
    if not found:
        raise SlackError("thread_not_found")
    page, more = page_of(_told(found, call), call.arguments.text("cursor"), call.arguments.number("limit", 1000, 1000))
    return {"messages": page, "has_more": bool(more["response_metadata"]["next_cursor"]), **more}


def open_direct(call: Call) -> Json:
    """conversations.open for one person."""
    channel = call.arguments.text("channel")
    if channel:
        return {"channel": shown(call, call.conversation(channel))}
    users = [user.strip() for user in call.arguments.required("users").split(",") if user.strip()]
    if len(users) != 1:
        raise SlackError("method_not_supported_for_channel_type")
    user = call.person(users[0])["id"]
    conversation = call.context.store.people.direct(call.app.user_id, user, int(call.context.now()))
    return {"channel": shown(call, conversation) if call.arguments.flag("return_im") else {"id": conversation["id"]}}


def join(call: Call) -> Json:
    """conversations.join."""
    found = call.context.store.people.conversation(call.arguments.required("channel"))
    if found is None or found["kind"] != "channel":
        raise SlackError("channel_not_found" if found is None else "method_not_supported_for_channel_type")
    if "channels:join" not in call.token.scopes:
        raise missing_scope("channels:join", call.token.scopes)
    call.context.store.people.join(found["id"], call.app.user_id)
    return {"channel": shown(call, found)}


METHODS = {
    "conversations.list": Method(list_all),
    "conversations.info": Method(info),
    "conversations.members": Method(members),
    "conversations.history": Method(history),
    "conversations.replies": Method(replies),
    "conversations.open": Method(open_direct, "im:write"),
    "conversations.join": Method(join),
}
