"""What every listener has at hand, and the ways to say something that all of them share."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import notices, outgoing
from bot.alert_notices import of_alert
from bot.answers.files import File
from bot.delivery_notices import of_delivery
from bot.desk import Desk
from bot.grammar import Asked, mentioned, parse
from bot.loss_notices import of_loss
from bot.outgoing import OutgoingMessage
from bot.people import People
from bot.photos import Photos
from bot.received import Received
from bot.render.message import Message
from bot.uploads import Uploads
from bot.wave_notices import of_wave
from schemas.events.alert import Alert
from services.access.viewer import Viewer
from services.errors import BadInput
from services.losses.queries import LossView
from services.requests import queries as requests_queries
from services.requests.queries import RequestView


@dataclasses.dataclass(frozen=True, slots=True)
class Room:
    """One a process."""

    desk: Desk
    people: People
    wake_sender: Callable[[], None]
    security: str
    """Where messages about losses go."""
    uploads: Uploads
    photos: Photos
    alert_destination: Callable[[str], str]
    """Where an alert of an audience goes."""
    received: Received

    async def viewer(self, body: Mapping[str, Any]) -> Viewer:
        """Who sent a command, a press or a form."""
        return await self.people.viewer(body["user_id"] if "user_id" in body else body["user"]["id"])

    async def read(self, text: str) -> Asked:
        """What somebody said. Whom they mention where a person belongs is meant by their address."""
        for mention, user_id in mentioned(text).items():
            with contextlib.suppress(BadInput):  # an app, or nobody of ours: the mention goes, as any other does
                text = text.replace(mention, (await self.people.picked(user_id)).email)
        return parse(text)

    async def tell_of_request(self, request: RequestView) -> None:
        """Bring everybody's messages of a request up to how it stands."""
        await self.tell_of_requests([request])

    async def tell_of_requests(self, requests: Iterable[RequestView]) -> None:
        """The same of several."""
        async with self.desk.pool.acquire() as connection:
            for each in requests:
                # Not as whoever just did something sees it: others may see more, or less.
                view = await requests_queries.whole(connection, each.request_id) or each
                # What only goes back is no request to those it concerns: they have messages of its return.
                tell = of_delivery if view.reason.only_returns else notices.of_request
                await outgoing.put(connection, await tell(self.desk, connection, view))
        self.wake_sender()

    async def tell_of_wave(self, reference: str) -> None:
        """Bring everybody's message of a wave up to how it stands."""
        async with self.desk.pool.acquire() as connection:
            await outgoing.put(connection, await of_wave(self.desk, connection, reference))
        self.wake_sender()

    async def tell_of_loss(self, loss: LossView) -> None:
        """Bring the messages of security and of everybody concerned up to how a loss stands."""
        await self._put(of_loss(self.desk, self.security, loss))

    async def tell_of_alert(self, alert: Alert) -> None:
        """Bring everybody's messages of an alert up to how it stands."""
        async with self.desk.pool.acquire() as connection:
            await outgoing.put(connection, await of_alert(self.desk, self.alert_destination, connection, alert))
        self.wake_sender()

    async def say_once(self, key: str, channel: str, told: Message) -> None:
        """Answer in a conversation, once even if the delivery is handled again after a crash."""
        await self._put([OutgoingMessage(f"answer/{key}", f"channel:{channel}", 0, told)])

    async def say_directly(self, key: str, user_id: str, told: Message) -> None:
        """The same in somebody's own conversation with us."""
        await self.say_once(key, await self.people.direct_channel(user_id), told)

    async def _put(self, messages: list[OutgoingMessage]) -> None:
        async with self.desk.pool.acquire() as connection:
            await outgoing.put(connection, messages)
        self.wake_sender()

    async def send_file(self, client: AsyncWebClient, user_id: str, file: File) -> None:
        """A file in the person's own conversation with us, wherever they asked: it may hold what others may not see."""
        channel = await self.people.direct_channel(user_id)
        await client.files_upload_v2(
            channel=channel, filename=file.name, title=file.title, content=file.content, alt_txt=file.described
        )


OPEN_VIEW = "open_view"
"""Where bolt's context holds the id of a modal that we opened, so that a failure is told there."""
