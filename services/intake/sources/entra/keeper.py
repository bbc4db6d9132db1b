"""Keeping Graph's subscriptions alive: making, renewing and reauthorising them, and making those anew that are gone.

One process does it at a time, in real time, since that is what they expire by. While it fails, the lists are polled all
the same; only the news comes later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
import structlog

from services.database.pool import Connection, Pool
from services.database.statements import load_statements
from services.intake import store
from services.intake.polling import wakes
from services.intake.polling.calls import Answer, Call, Method
from services.intake.polling.poller import PASSING
from services.intake.polling.vendor_http import Sleep, Vendor, VendorUnavailable
from services.intake.polling.wakes import Wake
from services.intake.reading.fields import moment
from services.intake.sources.entra.notifications import SUBSCRIPTIONS
from services.intake.sources.entra.subscriptions import (
    Held,
    Step,
    Wanted,
    creation,
    next_step,
    renewal,
    terms_of,
)
from services.intake.translation import Content, Untranslatable, decode_json

PATH = "/v1.0/subscriptions"
LOOK_EVERY_SECONDS = 600.0
AFTER_FAILURE_SECONDS = 60.0
CREATED, OK, CONFLICT, GONE = 201, 200, 409, 404

_SQL = load_statements(store.__file__, "store.sql")

log = structlog.stdlib.get_logger()


class _Subscription(msgspec.Struct, rename="camel"):
    id: str
    expiration_date_time: str | None = None
    resource: str | None = None
    notification_url: str | None = None


class _Subscriptions(msgspec.Struct):
    value: list[_Subscription]


_subscription = msgspec.json.Decoder(_Subscription)
_subscriptions = msgspec.json.Decoder(_Subscriptions)


class SubscriptionKeeper:
    """Keeps `wanted`, notified at `address` with `client_state`. `now` is real time, UTC."""

    def __init__(
        self,
        graph_url: str,
        address: str,
        client_state: str,
        wanted: Sequence[Wanted],
        vendor: Vendor,
        pool: Callable[[], Pool],
        now: Callable[[], datetime],
        sleep: Sleep,
    ) -> None:
        self._url = graph_url.rstrip("/") + PATH
        self._address = address
        self._client_state = client_state
        self._terms = terms_of(address, client_state)
        self._wanted = wanted
        self._vendor = vendor
        self._pool = pool
        self._now = now
        self._sleep = sleep

    async def run(self) -> None:
        """Look after them until cancelled."""
        while True:
            try:
                await self.look()
            except PASSING as error:
                log.warning("subscriptions are not as they should be", keeper=SUBSCRIPTIONS, error=repr(error))
                await self._sleep(AFTER_FAILURE_SECONDS)
            else:
                await wakes.sleep_unless_woken(self._pool(), SUBSCRIPTIONS, LOOK_EVERY_SECONDS, self._sleep)

    async def look(self) -> None:
        """Do what is to be done now; nothing if another process is at it. Raises one of PASSING."""
        async with store.holding(self._pool(), SUBSCRIPTIONS) as connection:
            if connection is None:
                return
            called = await wakes.begin(connection, SUBSCRIPTIONS)
            for wanted in self._wanted:
                await self._keep(connection, wanted, called=called > 0)
            await wakes.rest(connection, SUBSCRIPTIONS, called)

    async def _keep(self, connection: Connection, wanted: Wanted, *, called: bool) -> None:
        row = await connection.fetchrow(_SQL["subscription"], wanted.feed)
        held = Held(*row) if row is not None else None
        step = next_step(held, self._terms, self._now(), called=called)
        if step is not Step.KEEP:
            log.info("subscription", feed=wanted.feed, step=step.value)
        if held is None or step is Step.CREATE:
            await self._create(connection, wanted)
        elif step is Step.REPLACE:
            await self._delete(held.subscription)
            await self._create(connection, wanted)
        elif step is Step.RENEW:
            await self._renew(connection, wanted, held)
        elif step is Step.REAUTHORISE:
            await self._reauthorise(connection, wanted, held)

    async def _renew(self, connection: Connection, wanted: Wanted, held: Held) -> None:
        answer = await self._ask("PATCH", f"/{held.subscription}", {OK, GONE}, renewal(self._now()))
        if answer.status == GONE:
            await self._create(connection, wanted)
        else:
            await self._note(connection, wanted, answer)

    async def _reauthorise(self, connection: Connection, wanted: Wanted, held: Held) -> None:
        answer = await self._ask("POST", f"/{held.subscription}/reauthorize", {OK, 202, 204, GONE})
        if answer.status == GONE:
            await self._create(connection, wanted)

    async def _create(self, connection: Connection, wanted: Wanted) -> None:
        body = creation(wanted, self._address, self._client_state, self._now())
        answer = await self._ask("POST", "", {CREATED, CONFLICT}, body)
        if answer.status == CONFLICT:
            # One whose secret we may not know: we made it just before a crash, or our database is a restored one.
            await self._clear_away(wanted)
            answer = await self._ask("POST", "", {CREATED}, body)
        async with connection.transaction():
            await self._note(connection, wanted, answer)
            # What changed while nobody was notified.
            await wakes.wake(connection, [Wake(wanted.feed)])

    async def _clear_away(self, wanted: Wanted) -> None:
        answer = await self._ask("GET", "", {OK})
        for other in _decoded(_subscriptions, answer).value:
            if other.resource == wanted.resource and other.notification_url == self._address:
                await self._delete(other.id)

    async def _delete(self, subscription: str) -> None:
        await self._ask("DELETE", f"/{subscription}", {OK, 204, GONE})

    async def _note(self, connection: Connection, wanted: Wanted, answer: Answer) -> None:
        made = _decoded(_subscription, answer)
        try:
            expires_at = moment(made.expiration_date_time, "$.expirationDateTime")
        except Untranslatable as error:
            raise VendorUnavailable(str(error)) from None
        if expires_at is None:
            raise VendorUnavailable("a subscription that does not say when it expires")
        await connection.execute(_SQL["subscribed"], wanted.feed, made.id, self._terms, expires_at)

    async def _ask(self, method: Method, path: str, accepted: set[int], body: bytes | None = None) -> Answer:
        return await self._vendor.ask(Call(self._url + path, method, body, accepted=frozenset(accepted)))


def _decoded(decoder: msgspec.json.Decoder[Content], answer: Answer) -> Content:
    try:
        return decode_json(decoder, answer.body)
    except Untranslatable as error:
        raise VendorUnavailable(f"the answer about a subscription cannot be read: {error}") from None
