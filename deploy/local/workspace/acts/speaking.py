"""People writing: messages with mentions and files, and slash commands."""

from __future__ import annotations

import re
import uuid
from typing import Any

from deploy.local.workspace import payloads
from deploy.local.workspace.acts.result import Act
from deploy.local.workspace.context import Context
from deploy.local.workspace.errors import RefusedError, SlackError
from deploy.local.workspace.posting import post
from deploy.local.workspace.responses import answer, system_notice
from deploy.local.workspace.seed import App, Command
from deploy.local.workspace.store.connection import Json

_LINK = re.compile(r"(?<![<|\w])https?://[^\s<>|]+[^\s<>|.,;:!?)\]]")


def encoded(context: Context, text: str) -> str:
    """What a person typed in the form Slack keeps: escaped, with mentions and links marked."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _LINK.sub(lambda found: f"<{found[0]}>", text)
    for user in sorted(context.store.people.users(), key=lambda user: -len(user["real_name"])):
        for name in (user["real_name"], user["name"]):
            text = re.sub(rf"(?<![\w<])@{re.escape(name)}(?!\w)", f"<@{user['id']}>", text, flags=re.IGNORECASE)
    for conversation in context.store.people.conversations():
        if conversation["name"]:
            name = conversation["name"]
            text = re.sub(rf"(?<![\w<&])#{re.escape(name)}(?![\w-])", f"<#{conversation['id']}|{name}>", text)
    return text


def say(context: Context, user: str, conversation: Json, text: str, thread_ts: str | None, files: list[Json]) -> Act:
    """Post a person's message. Raises RefusedError when there is nothing in it or too much."""
    if not text.strip() and not files:
        raise RefusedError("Write something first.")
    if len(text) > 12_000:
        raise RefusedError("That message is too long: 12,000 characters is the most.")
    content: Json = {"text": encoded(context, text), "client_msg_id": str(uuid.uuid4())}
    if files:
        content |= {"files": files, "subtype": "file_share", "upload": True}
    stored = post(context, conversation, user, content, thread_ts=thread_ts)
    return Act(message_ts=stored.ts)


def find_command(context: Context, word: str) -> tuple[App, Command] | None:
    """The app and declaration of a slash command."""
    for app in context.seed.apps:
        for command in app.commands:
            if command.command == word and "commands" in app.scopes:
                return app, command
    return None


async def run_command(context: Context, user: str, conversation: Json, line: str) -> Act:
    """Run `/word text` as a person in a conversation; what fails is said to that person there."""
    word, _, text = line.strip().partition(" ")
    found = find_command(context, word)
    if found is None:
        notice = f"{word} is not a valid command. In here, slash commands come from the installed apps."
        system_notice(context, conversation, user, notice)
        return Act(outcome="refused", notice=notice)
    app, _ = found
    payload = payloads.command(context, app, user, conversation, word, text.strip())
    outcome = await context.couriers[app.id].deliver("slash_commands", payload)
    if not outcome.acknowledged:
        code = "operation_timeout" if outcome.status == "timed_out" else "dispatch_failed"
        notice = f'{word} failed with the error "{code}"'
        system_notice(context, conversation, user, notice)
        return Act(outcome=outcome.status, notice=notice)
    if not outcome.payload or not (outcome.payload.get("text") or outcome.payload.get("blocks")):
        return Act()
    return _answered(context, app, user, conversation, word, outcome.payload)


def _answered(context: Context, app: App, user: str, conversation: Json, word: str, payload: dict[str, Any]) -> Act:
    try:
        return Act(message_ts=answer(context, app, user, conversation, payload, None))
    except SlackError as error:
        notice = f'{word} failed because the app did not respond with a valid message ("{error.code}")'
        system_notice(context, conversation, user, notice)
        return Act(outcome="failed", notice=notice)
