"""What a person's act on a request has in common: one transaction, its key, its audit line, the request held."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from services.access import audit
from services.access.directory import Directory
from services.access.viewer import Viewer
from services.clock import Clock
from services.database.pool import Connection, Pool
from services.errors import BadInput, NotAllowed, NotFound, RuleBroken
from services.machines import Actor
from services.requests import store
from services.requests.rules.deciding import managed_units
from services.requests.rules.parts import parts_of
from services.requests.store import Held

NO_SUCH = "There is no such request, or it is not one you may see."


@asynccontextmanager
async def acting(pool: Pool, clock: Clock, viewer: Viewer, action: str, subject: str) -> AsyncIterator[Connection]:
    """One transaction; what is refused is audited after it was undone."""
    async with pool.acquire() as connection:
        try:
            async with connection.transaction():
                yield connection
        except (NotAllowed, NotFound, RuleBroken):
            await audit.record(connection, clock.now(), viewer, action, subject, granted=False)
            raise


async def hold(connection: Connection, viewer: Viewer, request_id: UUID) -> Held:
    """The request, held. Raises NotFound."""
    held = await store.lock_request(connection, viewer, request_id)
    if held is None:
        raise NotFound(NO_SUCH)
    return held


async def used(connection: Connection, viewer: Viewer, command: str, key: str, about: UUID, now: datetime) -> bool:
    """Whether this act was done before under the same key."""
    return await store.use_key(connection, viewer.email, command, key, about, now) is not None


def actors(viewer: Viewer, held: Held, directory: Directory) -> Collection[Actor]:
    """What the viewer is to the request."""
    return parts_of(
        viewer.email,
        viewer.roles,
        requester_email=held.requester_email,
        recipient_email=held.recipient_email,
        manages=held.unit in managed_units(viewer, directory),
    )


def words(text: str, where: str, most: int) -> str:
    """What somebody wrote, trimmed. Raises BadInput if there is nothing, or too much."""
    trimmed = " ".join(text.split())
    if not trimmed or len(trimmed) > most:
        raise BadInput(f"write up to {most} characters here", where=where)
    return trimmed
