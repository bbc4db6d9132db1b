"""chat.*: posting, changing and deleting messages."""

from __future__ import annotations

from typing import Any

from deploy.local.workspace import posting
from deploy.local.workspace.api.call import Call, Method
from deploy.local.workspace.errors import SlackError, refused_arguments
from deploy.local.workspace.responses import message_content
from deploy.local.workspace.store.connection import Json
from deploy.local.workspace.store.messages import Stored
from deploy.local.workspace.uploads import image_problems, images_in

LONGEST_UPDATE = 4_000


def _metadata(call: Call) -> Json | None:
    metadata: Any = call.arguments.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    shaped = isinstance(metadata, dict) and isinstance(metadata.get("event_type"), str)
    if not shaped or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def _target(call: Call) -> Json:
    reference = call.arguments.text("channel")
    if not reference:
        raise SlackError("channel_not_found")
    people = call.context.store.people
    if reference.startswith(("U", "W")) and people.user(reference):
        return people.direct(call.app.user_id, reference, int(call.context.now()))
    found = call.conversation(reference)
    if not call.is_in(found) and "chat:write.public" not in call.token.scopes:
        raise SlackError("not_in_channel")
    return found


def _content(call: Call, **limits: int) -> Json:
    blocks = call.arguments.structure("blocks", "invalid_blocks_format")
    content = message_content(call.arguments.given.get("text"), blocks, **limits)
    if problems := image_problems(call.context, call.app, blocks):
        raise refused_arguments("invalid_blocks", problems)
    return content


def _thread(call: Call, conversation: Json) -> str | None:
    ts = call.arguments.text("thread_ts")
    if ts and call.context.store.messages.get(conversation["id"], ts) is None:
        raise SlackError("cannot_reply_to_message")
    return ts or None


def post_message(call: Call) -> Json:
    """chat.postMessage."""
    conversation = _target(call)
    content = _content(call)
    metadata = _metadata(call)
    thread_ts = _thread(call, conversation)
    call.context.pace.take(call.app.id, conversation["id"])
    stored = posting.post(call.context, conversation, call.app.user_id, content, thread_ts=thread_ts, metadata=metadata)
    # Who posts a file shares it with all who read there (slackapi/bolt-python issue 1018).
    for _, identity in images_in(content.get("blocks")):
        call.context.store.files.share(identity, conversation["id"])
    return {"channel": conversation["id"], "ts": stored.ts, "message": stored.public(metadata=True)}


def post_ephemeral(call: Call) -> Json:
    """chat.postEphemeral."""
    conversation = _target(call)
    user = call.person(call.arguments.required("user"))["id"]
    if not call.context.store.people.is_member(conversation["id"], user):
        raise SlackError("user_not_in_channel")
    content = _content(call)
    call.context.pace.take(call.app.id, conversation["id"])
    stored = posting.post(
        call.context,
        conversation,
        call.app.user_id,
        content,
        thread_ts=_thread(call, conversation),
        visible_to=user,
    )
    return {"message_ts": stored.ts}


def _own(call: Call, refusal: str) -> tuple[Json, Stored]:
    conversation = call.conversation(call.arguments.required("channel"))
    stored = call.context.store.messages.get(conversation["id"], call.arguments.required("ts"))
    if stored is None or stored.visible_to is not None:
        raise SlackError("message_not_found")
    if stored.author != call.app.user_id:
        raise SlackError(refusal)
    return conversation, stored


def update(call: Call) -> Json:
    """chat.update: blocks that are not given stay unless there is a new text, as Slack does."""
    conversation, stored = _own(call, "cant_update_message")
    content = _content(call, longest=LONGEST_UPDATE)
    if "blocks" not in content:
        content["blocks"] = None
    changed = posting.change(call.context, conversation, stored, content, _metadata(call))
    return {
        "channel": conversation["id"],
        "ts": changed.ts,
        "text": changed.body["text"],
        "message": changed.public(metadata=True),
    }


def delete(call: Call) -> Json:
    """chat.delete."""
    conversation, stored = _own(call, "cant_delete_message")
    posting.remove(call.context, conversation, stored)
    return {"channel": conversation["id"], "ts": stored.ts}


def permalink(call: Call) -> Json:
    """chat.getPermalink."""
    conversation = call.conversation(call.arguments.required("channel"))
    ts = call.arguments.required("message_ts")
    if call.context.store.messages.get(conversation["id"], ts) is None:
        raise SlackError("message_not_found")
    link = f"{call.context.base_url}/#/c/{conversation['id']}/{ts}"
    return {"channel": conversation["id"], "permalink": link}


METHODS = {
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write"),
    "chat.update": Method(update, "chat:write"),
    "chat.delete": Method(delete, "chat:write"),
    "chat.getPermalink": Method(permalink),
}
