"""Files: how one is described, and how it comes into a conversation."""

from __future__ import annotations

import mimetypes

from deploy.local.workspace.context import Context
from deploy.local.workspace.identities import Identities
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
