"""The button that shows a request's photos, in the person's own conversation with us. Each look is audited."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import ids
from bot.listeners.carried import id_of
from bot.listeners.room import Room
from services.access import audit
from services.errors import NotFound
from services.requests import queries

Json = dict[str, Any]


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    async def show(ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        viewer, request_id = await room.viewer(body), id_of(action)
        async with room.desk.pool.acquire() as connection:
            view = await queries.request(connection, viewer, request_id, today=room.desk.today)
            photos = () if view is None else view.photos
            about = str(request_id) if view is None else view.reference
            await audit.record(connection, room.desk.clock.now(), viewer, "photos", about, granted=bool(photos))
        if view is None or not photos:
            raise NotFound("There are no photos of that request that you may see now.")
        channel = await room.people.direct_channel(body["user"]["id"])
        for place, link in enumerate(photos, 1):
            await room.photos.show(viewer, channel, request_id, link, f"{view.reference}, photo {place}")

    app.action(ids.SHOW_PHOTOS)(show)
