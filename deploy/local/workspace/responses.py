"""Answers that are messages: what a command's acknowledgement or a response URL carries."""

from __future__ import annotations

from typing import Any

from deploy.local.workspace.blocks.surfaces import block_problems, with_ids
from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import SlackError, refused_arguments
from deploy.local.workspace.identities import Identities
from deploy.local.workspace.posting import change, post, remove
from deploy.local.workspace.seed import App
from deploy.local.workspace.store.connection import Json
from deploy.local.workspace.store.people import SYSTEM_USER
from deploy.local.workspace.store.response_urls import ResponseUrl

LONGEST_TEXT = 40_000


def message_content(text: Any, blocks: Any, *, longest: int = LONGEST_TEXT) -> Json:
    """Text and blocks of a message, checked. Raises SlackError: no_text, msg_too_long,
    invalid_blocks(_format)."""
    if blocks is not None and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if not blocks and not (isinstance(text, str) and text.strip()):
        raise SlackError("no_text")
    if isinstance(text, str) and len(text) > longest:
        raise SlackError("msg_too_long")
    content: Json = {"text": text if isinstance(text, str) else ""}
    if blocks:
        problems = block_problems(blocks)
        if problems:
            raise refused_arguments("invalid_blocks", problems)
        content["blocks"] = with_ids(blocks, Identities.short)
    return content


def system_notice(context: Context, conversation: Json, user: str, text: str) -> str:
    """Tell one person something in the workspace's own name; the text is returned."""
    post(context, conversation, SYSTEM_USER, {"text": text}, visible_to=user)
    return text


def answer(context: Context, app: App, user: str, conversation: Json, payload: Json, thread_ts: str | None) -> str:
    """Post an answer as the app: to one person, or to the channel when `response_type` says so; its
    timestamp."""
    content = message_content(payload.get("text"), payload.get("blocks"))
    everybody = payload.get("response_type") == "in_channel"
    stored = post(
        context,
        conversation,
        app.user_id,
        content,
        visible_to=None if everybody else user,
        thread_ts=payload.get("thread_ts") or thread_ts,
        metadata=payload.get("metadata"),
    )
    return stored.ts


def use_response_url(context: Context, url: ResponseUrl, payload: Json) -> None:
    """Do what a post to a response URL asks: answer, replace the message it came from, or delete it.

    Raises SlackError: expired_url, used_url, and what a message may be refused for.
    """
    if context.now() > url.expires:
        raise SlackError("expired_url")
    if url.uses < 1:
        raise SlackError("used_url")
    app = context.app(url.app)
    conversation = context.store.people.conversation(url.conversation)
    assert conversation is not None
    original = context.store.messages.get(url.conversation, url.message_ts) if url.message_ts else None
    if payload.get("delete_original"):
        if original is not None:
            remove(context, conversation, original)
    elif payload.get("replace_original") and original is not None:
        content = message_content(payload.get("text"), payload.get("blocks"))
        change(context, conversation, original, {"blocks": None, **content}, payload.get("metadata"))
    else:
        answer(context, app, url.user, conversation, payload, url.thread_ts)
    context.store.response_urls.use(url.id)
