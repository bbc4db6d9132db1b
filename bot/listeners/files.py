"""Buttons for charts and files. They come in the person's own conversation: others may not see what they hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot import ids
from bot.answers import audit, budget, counts, custody, due, idle, queue, surplus, wave
from bot.answers.files import File
from bot.desk import Desk
from bot.grammar import Audit, Budget, Counts, CustodyList, Disposals, Due, Idle, Queue, Surplus, parse
from bot.listeners.carried import line_of
from bot.listeners.room import Room
from services.access.viewer import Viewer
from services.errors import BadInput

Json = dict[str, Any]
Asks = TypeVar("Asks", Audit, Budget, Counts, CustodyList, Disposals, Due, Idle, Queue, Surplus)
Make = Callable[[Desk, Viewer, str], Awaitable[File]]


def register(app: AsyncApp, room: Room) -> None:
    """Attach to the app."""

    def sends(make: Make) -> Callable[..., Awaitable[None]]:
        async def send(ack: AsyncAck, body: Json, action: Json, client: AsyncWebClient) -> None:
            await ack()
            file = await make(room.desk, await room.viewer(body), line_of(action))
            await room.send_file(client, body["user"]["id"], file)

        return send

    for action_id, make in _FILES.items():
        app.action(action_id)(sends(make))


def _of(kind: type[Asks], make: Callable[[Desk, Viewer, Asks], Awaitable[File]]) -> Make:
    """For buttons that carry their question as a line of our grammar."""

    async def made(desk: Desk, viewer: Viewer, line: str) -> File:
        asked = parse(line)
        if not isinstance(asked, kind):
            raise BadInput("this button is from an older version; ask anew")
        return await make(desk, viewer, asked)

    return made


_FILES: Mapping[str, Make] = {
    ids.COUNTS_CHART: _of(Counts, counts.chart_file),
    ids.COUNTS_CSV: _of(Counts, counts.csv_file),
    ids.BUDGET_CHART: _of(Budget, budget.chart_file),
    ids.BUDGET_CSV: _of(Budget, budget.csv_file),
    ids.BUDGET_XLSX: _of(Budget, budget.xlsx_file),
    ids.QUEUE_CHART: _of(Queue, queue.chart_file),
    ids.QUEUE_CSV: _of(Queue, queue.csv_file),
    ids.QUEUE_XLSX: _of(Queue, queue.xlsx_file),
    ids.DUE_CHART: _of(Due, due.chart_file),
    ids.DUE_CSV: _of(Due, due.csv_file),
    ids.DUE_XLSX: _of(Due, due.xlsx_file),
    ids.IDLE_CSV: _of(Idle, idle.csv_file),
    ids.IDLE_XLSX: _of(Idle, idle.xlsx_file),
    ids.SURPLUS_CSV: _of(Surplus, surplus.csv_file),
    ids.SURPLUS_XLSX: _of(Surplus, surplus.xlsx_file),
    ids.CUSTODY_CERTIFICATE: custody.certificate_file,
    ids.CUSTODY_PROOF: custody.proof_file,
    ids.CUSTODY_CSV: _of(CustodyList, custody.list_file),
    ids.DISPOSALS_CSV: _of(Disposals, custody.disposals_csv),
    ids.DISPOSALS_XLSX: _of(Disposals, custody.disposals_xlsx),
    ids.AUDIT_CSV: _of(Audit, audit.csv_file),
    ids.WAVE_CHART: wave.chart_file,
    ids.WAVE_CSV: wave.csv_file,
    ids.WAVE_XLSX: wave.xlsx_file,
}
