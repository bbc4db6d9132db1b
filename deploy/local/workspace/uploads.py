"""Files: how one is described, how it comes into a conversation, and into a field of a modal."""

from __future__ import annotations

import mimetypes
import re
from typing import Any

from deploy.local.workspace.blocks.rules import note
from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import RefusedError
from deploy.local.workspace.identities import Identities
from deploy.local.workspace.seed import App
from deploy.local.workspace.store.connection import Json

_IN_ADDRESS = re.compile(r"/files/(F[A-Z0-9]+)/")
_PICTURES = frozenset({"png", "jpg", "jpeg", "gif"})


def announced(context: Context, owner: str, name: str, length: int, alt_text: str = "") -> Json:
    """A file about to be uploaded, remembered; its description in Slack's shape."""
    identity = Identities.make("F")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    link = f"{context.base_url}/files/{identity}/{name.replace('/', '_')}"
    body: Json = {
        "id": identity,
        "created": int(context.now()),
        "timestamp": int(context.now()),
        "name": name,
        "title": name,
        "mimetype": kind,
        "filetype": name.rpartition(".")[2].lower() if "." in name else "binary",
        "pretty_type": kind,
        "user": owner,
        "mode": "hosted",
        "size": length,
        "is_external": False,
        "is_public": False,
        "url_private": link,
        "url_private_download": f"{link}?download=1",
        "permalink": link,
    }
    if alt_text:
        body["alt_txt"] = alt_text
    context.store.files.announce(identity, owner, length, body)
    return body


def images_in(blocks: Any) -> list[tuple[str, str]]:
    """Pointer and file id of each image that names a file of Slack's, by its id or by one of its addresses."""
    found: list[tuple[str, str]] = []
    for place, block in enumerate(blocks or []):
        shown = [(f"/blocks/{place}", block), (f"/blocks/{place}/accessory", block.get("accessory") or {})]
        shown += [(f"/blocks/{place}/elements/{at}", part) for at, part in enumerate(block.get("elements") or [])]
        for pointer, element in shown:
            file = element.get("slack_file") if element.get("type") == "image" else None
            if file:
                named = _IN_ADDRESS.search(file.get("url") or "")
                found.append((f"{pointer}/slack_file", file.get("id") or (named[1] if named else "")))
    return found


def image_problems(context: Context, app: App, blocks: Any) -> list[str]:
    """What Slack refuses about images that name its files: each must be a picture that who posts it may see.

    docs.slack.dev/reference/block-kit/composition-objects/slack-file-object; the words are those of python-slack-sdk
    issue 1658.
    """
    problems: list[str] = []
    for pointer, identity in images_in(blocks):
        held = context.store.files.get(identity)
        seen = held is not None and held.state == "complete" and context.store.files.visible_to(identity, app.user_id)
        if not seen or held is None or held.body["filetype"] not in _PICTURES:
            note(problems, pointer, "invalid slack file")
    return problems


def attached(context: Context, user: str, app: App, values: Json) -> Json:
    """`state.values` with the files of file fields described, and readable to the app, which is about to hear of them.

    A file is given by id, or as it was described before. Raises RefusedError for one that is not the person's.
    """

    def described(file: str | Json) -> Json:
        identity = file if isinstance(file, str) else str(file["id"])
        held = context.store.files.get(identity)
        if held is None or held.owner != user or held.state != "complete":
            raise RefusedError("That file is not yours.")
        context.store.files.hand_to(identity, app.user_id)
        return held.body

    def entry(held: Json) -> Json:
        if held["type"] != "file_input":
            return held
        return {**held, "files": [described(file) for file in held["files"]]}

    return {block: {action: entry(held) for action, held in actions.items()} for block, actions in values.items()}
