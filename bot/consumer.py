"""Hears of alerts, requests, waves and losses and writes what is to be said about them.

Delivery: at least once, effects once (the inbox, and messages that only ever move to a higher revision). Nothing is
posted here: the sender does that after the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot import notices, outgoing
from bot.alert_notices import of_alert
from bot.delivery_notices import of_delivery
from bot.desk import Desk
from bot.loss_notices import of_loss
from bot.outgoing import OutgoingMessage
from bot.settings import BotSettings
from bot.wave_notices import of_wave
from schemas.events.alert import (
    AlertAcknowledged,
    AlertAssigned,
    AlertCleared,
    AlertEvent,
    AlertRaised,
    AlertSnoozed,
    AlertUpdated,
    AlertWoken,
)
from schemas.events.loss import LossMoved
from schemas.events.request import RequestApproved, RequestProgressed, RequestRaised, RequestRefused
from schemas.events.wave import OrderRaised, WaveCommitted, WaveRefused, WaveReleased
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.eventlog.outbox import Outgoing
from services.losses import queries as losses_queries
from services.refresh.wave_queries import WaveStatus
from services.requests import queries as requests_queries

_BOT = Viewer("quartermaster", "Quartermaster", frozenset({Role.STAFF, Role.PLANNER}), None, None)
"""Reads losses on behalf of their own people; sees no prices."""

Heard = (
    AlertRaised
    | AlertUpdated
    | AlertCleared
    | AlertAcknowledged
    | AlertSnoozed
    | AlertAssigned
    | AlertWoken
    | WaveReleased
    | OrderRaised
    | WaveCommitted
    | WaveRefused
    | RequestRaised
    | RequestApproved
    | RequestRefused
    | RequestProgressed
    | LossMoved
)


class BotConsumer:
    """`wake` tells the sender that there may be something new."""

    def __init__(self, desk: Desk, settings: BotSettings, wake: Callable[[], None]) -> None:
        self._desk = desk
        self._settings = settings
        self._wake = wake

    async def apply(self, connection: Connection, events: Sequence[Heard]) -> Sequence[Outgoing]:
        """Write messages in the given transaction. Nothing follows on the log."""
        told: list[OutgoingMessage] = []
        requests = set()
        losses = set()
        for event in events:
            if isinstance(event, AlertEvent):
                told += await of_alert(self._desk, self._settings.destination_for, connection, event.data)
            elif isinstance(event, WaveReleased):
                told += await of_wave(self._desk, connection, event.data.wave)
            elif isinstance(event, WaveCommitted):
                told += await of_wave(self._desk, connection, event.data.wave, (WaveStatus.COMMITTED, event.data))
            elif isinstance(event, WaveRefused):
                told += await of_wave(self._desk, connection, event.data.wave, (WaveStatus.REFUSED, event.data))
            elif isinstance(event, LossMoved):
                losses.add(event.data.loss_id)
            elif not isinstance(event, OrderRaised):
                requests.add(event.data.request_id)
        if losses:
            for loss in await losses_queries.losses(connection, _BOT, self._desk.directory, losses):
                told += of_loss(self._desk, self._settings.security_destination, loss)
        # The request as it stands is newer than any of its events, so one read a request is enough.
        for request_id in sorted(requests):
            view = await requests_queries.whole(connection, request_id)
            if view is not None:
                if not view.reason.only_returns:
                    told += await notices.of_request(self._desk, connection, view)
                told += await of_delivery(self._desk, connection, view)
        await outgoing.put(connection, told)
        self._wake()
        return ()
