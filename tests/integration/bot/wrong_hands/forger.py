"""What an adversary sends: any interaction, signed well or badly, as anybody; and all that comes back of it."""

from __future__ import annotations

import dataclasses
import itertools
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from bot.front.http import PATH
from bot.wiring import Parts
from deploy.local.workspace import modals, uploads
from deploy.local.workspace.context import Context
from deploy.local.workspace.delivery.signed_http import signature
from deploy.local.workspace.responses import message_content
from deploy.local.workspace.seed import stable_id

Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded"
_MADE_BY_CHANCE = frozenset({"id", "hash", "block_id", "team_id", "bot_id", "root_view_id", "app_installed_team_id"})


@dataclasses.dataclass(slots=True)
class Answer:
    """All that came back: the status, what the acknowledgement carries, what was told, and the modal on screen."""

    status: int
    body: Json
    told: list[Json]
    view: Json | None = None

    @property
    def shown(self) -> str:
        """Everything that the person reads or that their client is sent, in one, but for ids that chance made."""
        return json.dumps(_without_ids([self.body, self.told, self.view]), ensure_ascii=False)

    @property
    def errors(self) -> Mapping[str, str]:
        """What the form says must be put right, by block."""
        return self.body.get("errors") or {}

    @property
    def is_ephemeral(self) -> bool:
        """Whether nobody else reads it, and no message that others see was changed."""
        return not any(
            each.get("response_type") == "in_channel" or each.get("replace_original") or each.get("delete_original")
            for each in self.told
        )


def _without_ids(sent: Any) -> Any:
    """Slack's own letters and digits spell a serial number now and then."""
    if isinstance(sent, dict):
        return {key: _without_ids(value) for key, value in sent.items() if key not in _MADE_BY_CHANCE}
    return [_without_ids(each) for each in sent] if isinstance(sent, list) else sent


def user_id(email: str) -> str:
    """The Slack user id that the local workspace gives somebody."""
    return stable_id("U", email.lower())


def text(words: Any) -> Json:
    """A filled text field."""
    return {"type": "plain_text_input", "value": words}


def chosen(value: Any) -> Json:
    """A menu with something chosen."""
    return {"type": "static_select", "selected_option": {"value": value}}


def ticked(*values: str) -> Json:
    """Ticked boxes."""
    return {"type": "checkboxes", "selected_options": [{"value": value} for value in values]}


def day(said: Any) -> Json:
    """A chosen day."""
    return {"type": "datepicker", "selected_date": said}


class Forger:
    """Sends to the bot's own door. Response URLs lead to a server of the forger's, which checks as strictly as the
    workspace does what is told there.
    """

    def __init__(self, parts: Parts, port: int, secret: str, context: Context, session: aiohttp.ClientSession) -> None:
        self._parts = parts
        self._url = f"http://127.0.0.1:{port}{PATH}"
        self._secret = secret
        self._context = context
        self._app = context.seed.app("quartermaster").id
        self._session = session
        self._numbers = itertools.count(1)
        self._told: list[Json] = []
        self.response_url = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Forger]:
        """With the server for response URLs."""

        async def hear(request: web.Request) -> web.Response:
            payload = await request.json()
            message_content(payload.get("text"), payload.get("blocks"))
            self._told.append(payload)
            return web.Response(text="ok")

        app = web.Application()
        app.add_routes([web.post("/told", hear)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.response_url = f"http://127.0.0.1:{runner.addresses[0][1]}/told"
        try:
            yield self
        finally:
            await runner.cleanup()

    def pressed(self, email: str, action_id: str, value: Any, *, block_id: str = "b", **more: Any) -> Json:
        """The payload of a button that was pressed."""
        number = next(self._numbers)
        action = {"type": "button", "action_id": action_id, "block_id": block_id, "value": value}
        return self._who(email) | {
            "type": "block_actions",
            "response_url": self.response_url,
            "container": {"type": "message", "message_ts": f"1700000000.{number:06}", "channel_id": "C0FORGED"},
            "channel": {"id": "C0FORGED", "name": "forged"},
            "actions": [action | {"action_ts": f"1700000001.{number:06}"}],
            **more,
        }

    def filled(self, email: str, callback_id: str, metadata: Any, values: Mapping[str, Any], **more: Any) -> Json:
        """The payload of a form that was sent. `values` goes by block; the action is named as its block."""
        view = {
            "id": f"V0FORGED{next(self._numbers)}",
            "type": "modal",
            "callback_id": callback_id,
            "private_metadata": metadata,
            "hash": "1.forged",
            "blocks": [],
            "state": {"values": {block: {block: value} for block, value in values.items()}},
        }
        return self._who(email) | {"type": "view_submission", "view": view | more, "response_urls": []}

    def shortcut(self, email: str, callback_id: str, message: Json | None = None) -> Json:
        """The payload of a shortcut, of a message if there is one."""
        if message is None:
            return self._who(email) | {"type": "shortcut", "callback_id": callback_id, "action_ts": "1.1"}
        return self._who(email) | {
            "type": "message_action",
            "callback_id": callback_id,
            "message": message,
            "response_url": self.response_url,
            "channel": {"id": "C0FORGED", "name": "forged"},
        }

    def command(self, email: str, words: str) -> Json:
        """The fields of a slash command."""
        who = self._who(email)
        return {
            "command": "/kit",
            "text": words,
            "user_id": who["user"]["id"],
            "team_id": who["team"]["id"],
            "channel_id": "C0FORGED",
            "api_app_id": self._app,
            "trigger_id": who["trigger_id"],
            "response_url": self.response_url,
        }

    def _who(self, email: str) -> Json:
        user, team = user_id(email), self._context.seed.team
        return {
            "user": {"id": user, "team_id": team.id},
            "team": {"id": team.id, "domain": team.domain},
            "api_app_id": self._app,
            "trigger_id": self._context.triggers.issue(self._app, user),
        }

    @property
    def bot(self) -> str:
        """The bot's own user id."""
        return self._context.seed.app("quartermaster").user_id

    def user_of(self, email: str) -> str:
        """The user id of an address."""
        return user_id(email)

    def check(self, blocks: list[Json]) -> None:
        """Raise SlackError for blocks that Slack would not take."""
        message_content("x", blocks)

    def photo(self, email: str) -> str:
        """The address of a photo that somebody put into one of the bot's forms."""
        content, store = b"\x89PNG\r\n\x1a\n a cracked screen", self._context.store.files
        body = uploads.announced(self._context, user_id(email), "screen.png", len(content))
        store.receive(body["id"], content)
        store.complete(body["id"], body)
        store.hand_to(body["id"], self.bot)
        return str(body["permalink"])

    def files(self, email: str) -> int:
        """How many files somebody has been sent."""
        bot, context = self._context.seed.app("quartermaster").user_id, self._context
        conversation = context.store.people.direct(user_id(email), bot, 0)["id"]
        return sum("files" in each.body for each in context.store.messages.page(conversation, viewer=None, limit=1000))

    async def send(self, payload: Json, *, secret: str | None = None, age: float = 0) -> Answer:
        """Send it, `age` seconds late, and wait until the bot has done all. Signed well unless a secret is given."""
        user = payload["user"]["id"] if "user" in payload else payload["user_id"]
        modals.clear_modals(self._context, user)
        self._told.clear()
        fields = payload if "command" in payload else {"payload": json.dumps(payload)}
        body, stamp = urlencode(fields).encode(), str(int(time.time() - age))
        headers = {
            "Content-Type": FORM,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self._secret if secret is None else secret, stamp, body),
        }
        async with self._session.post(self._url, data=body, headers=headers) as answer:
            content = await answer.text()
            status = answer.status
        await self._parts.underway.drain(20)
        stack = self._context.store.views.stack(user)
        return Answer(
            status,
            json.loads(content) if content.startswith("{") else {},
            [*self._told],
            stack[-1].body if stack else None,
        )
