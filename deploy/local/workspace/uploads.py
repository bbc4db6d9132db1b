"""Files: how one is described, how it comes into a conversation, and into a field of a modal."""

from __future__ import annotations

import mimetypes

from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import RefusedError
from deploy.local.workspace.identities import Identities
from deploy.local.workspace.seed import App
from deploy.local.workspace.store.connection import Json


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
