"""The one place where a failure reaches the person: a sentence where they are looking, and the story in the log."""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.errors import explain
from bot.listeners.room import OPEN_VIEW, Room
from bot.middleware.finished import ACKNOWLEDGED
from bot.middleware.once import KEY, RESUMED
from bot.render import replacement
from bot.render.message import escape, message, section

Json = dict[str, Any]
TITLE = "That did not work"

log = structlog.stdlib.get_logger()


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def failed(
        error: Exception,
        body: Json,
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
        response: BoltResponse | None,
    ) -> BoltResponse | None:
        context[ACKNOWLEDGED] = context.ack.response
        explanation = explain(error)
        delivery = context.get(KEY)
        if explanation.reference is None:
            log.info("a person was told why not", delivery=delivery, why=explanation.sentence)
        else:
            log.error("a delivery failed", reference=explanation.reference, delivery=delivery, exc_info=error)
        if delivery is None:
            return None  # not stored, so not acknowledged: Slack will bring it again
        try:
            return await _tell(explanation.sentence, body, context, client, respond, response)
        except Exception:
            log.exception("a failure could not be told", reference=explanation.reference, delivery=delivery)
            return None

    async def _tell(
        sentence: str,
        body: Json,
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
        response: BoltResponse | None,
    ) -> BoltResponse | None:
        view = replacement.notice(TITLE, _readable(sentence), ids.VIEW_DONE)
        if body.get("type") == "view_submission" and response is not None and not context.get(RESUMED):
            return BoltResponse(status=200, body={"response_action": "update", "view": view})
        if context.get(OPEN_VIEW):
            await client.views_update(view_id=context[OPEN_VIEW], view=view)
            return None
        told = message(sentence, [section(_readable(sentence))])
        if body.get("response_url"):
            await respond(text=told.text, blocks=told.blocks, replace_original=False)
            return None
        event = body.get("event") or {}
        user = event.get("user") or (body.get("user") or {}).get("id")
        if event.get("type") == ids.EVENT_MENTION and user:
            await client.chat_postEphemeral(channel=event["channel"], user=user, text=told.text, blocks=told.blocks)
        elif user:
            channel = await room.people.direct_channel(user)
            await room.say_once(f"{context[KEY]}/failure", channel, told)
        return None

    app.error(failed)


def _readable(sentence: str) -> str:
    # Our own sentences quote commands in back-ticks; nothing else in them is markup.
    return "`".join(escape(part) for part in sentence.split("`"))
