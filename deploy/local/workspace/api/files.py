"""files.*: the three-step upload, and what is known of a file."""

from __future__ import annotations

from typing import Any

from deploy.local.workspace import posting
from deploy.local.workspace.api.call import Call, Method
from deploy.local.workspace.errors import SlackError, refused_arguments
from deploy.local.workspace.store.connection import Json
from deploy.local.workspace.uploads import announced


def get_upload_url(call: Call) -> Json:
    """files.getUploadURLExternal: the first step."""
    name = call.arguments.required("filename")
    length = call.arguments.text("length")
    if not length.isdigit() or int(length) < 1:
        raise refused_arguments("invalid_arguments", ["length must be a positive number of bytes"])
    if int(length) > call.context.limits.upload_bytes:
        raise SlackError("file_upload_size_restricted")
    body = announced(call.context, call.app.user_id, name, int(length), call.arguments.text("alt_txt"))
    return {"upload_url": f"{call.context.base_url}/upload/v1/{body['id']}", "file_id": body["id"]}


def _conversations(call: Call) -> list[Json]:
    one, several = call.arguments.text("channel_id"), call.arguments.text("channels")
    found = [call.conversation(reference) for reference in [one, *several.split(",")] if reference]
    for conversation in found:
        if not call.is_in(conversation):
            raise SlackError("not_in_channel")
    return found


def complete_upload(call: Call) -> Json:
    """files.completeUploadExternal: the last step, which shares the files."""
    wanted: Any = call.arguments.structure("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(item, dict) for item in wanted):
        raise refused_arguments("invalid_arguments", ["missing required field: files"])
    conversations = _conversations(call)
    files = call.context.store.files
    bodies = []
    for item in wanted:
        held = files.get(str(item.get("id")))
        if held is None or held.owner != call.app.user_id or held.state != "uploaded":
            raise SlackError("file_not_found")
        bodies.append({**held.body, "title": item.get("title") or held.body["name"]})
    shared = {"channels": [conversation["id"] for conversation in conversations]}
    for body in bodies:
        body |= shared
        files.complete(body["id"], body)
    for conversation in conversations:
        for body in bodies:
            files.share(body["id"], conversation["id"])
        content = {"text": call.arguments.text("initial_comment"), "files": bodies, "upload": True}
        thread_ts = call.arguments.text("thread_ts") or None
        posting.post(call.context, conversation, call.app.user_id, content, thread_ts=thread_ts)
    return {"files": bodies}


def info(call: Call) -> Json:
    """files.info."""
    held = call.context.store.files.get(call.arguments.text("file"))
    if held is None or not call.context.store.files.visible_to(held.id, call.app.user_id):
        raise SlackError("file_not_found")
    return {"file": held.body, "comments": [], "response_metadata": {"next_cursor": ""}}


def delete(call: Call) -> Json:
    """files.delete: an app deletes what it uploaded itself, and nothing of somebody else's."""
    held = call.context.store.files.get(call.arguments.text("file"))
    if held is None or not call.context.store.files.visible_to(held.id, call.app.user_id):
        raise SlackError("file_not_found")
    if held.owner != call.app.user_id:
        raise SlackError("cant_delete_file")
    call.context.store.files.delete(held.id)
    return {}


def upload(call: Call) -> Json:
    """files.upload, which Slack has retired."""
    raise SlackError("method_deprecated")


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, "files:write"),
    "files.completeUploadExternal": Method(complete_upload, "files:write"),
    "files.info": Method(info, "files:read"),
    "files.delete": Method(delete, "files:write"),
    "files.upload": Method(upload),
}
