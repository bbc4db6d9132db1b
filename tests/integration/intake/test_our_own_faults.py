"""What is wrong on our side: the sender is asked to send again in the way it understands, and is told nothing else."""

from __future__ import annotations

import asyncio
import dataclasses

import aiohttp
import pytest
from aiohttp import web

from services.clock import FixedClock
from services.database.pool import Pool
from services.intake.door.app import make_application
from services.intake.measures import LastWords
from services.intake.source import Webhook
from tests.payloads import payload
from tests.sources.door import DESK, JAMF, SECRETS, SETTINGS, UNITS, Door
from tests.sources.opened import open_webhooks
from tests.unit.intake.context import NOW

pytestmark = pytest.mark.integration

CHECK_IN = payload("jamf/ComputerCheckIn.json")
JAMF_WEBHOOK = next(webhook for webhook in open_webhooks(SECRETS) if webhook.kind.source == "jamf")


async def _answer(webhook: Webhook, pool: Pool) -> tuple[int, str, str | None]:
    clock = FixedClock(NOW)
    application = make_application([webhook], lambda: pool, clock, UNITS, LastWords(clock, {"jamf"}), SETTINGS)
    runner = web.AppRunner(application, access_log=None, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}{webhook.path}"
    async with aiohttp.ClientSession() as session, session.post(address, data=CHECK_IN, headers=JAMF) as answer:
        result = answer.status, await answer.text(), answer.headers.get("Retry-After")
    await runner.cleanup()
    return result


@pytest.mark.parametrize("busy_status", [503, 429])
async def test_a_source_declares_what_makes_its_sender_try_again(pool: Pool, busy_status: int) -> None:
    await pool.execute("ALTER TABLE outbox RENAME TO hidden")
    status, text, retry_after = await _answer(dataclasses.replace(JAMF_WEBHOOK, busy_status=busy_status), pool)
    assert (status, retry_after) == (busy_status, "5")
    assert "outbox" not in text
    assert await pool.fetchval("SELECT count(*) FROM inbox") == 0


async def test_a_translator_that_breaks_keeps_the_bytes(pool: Pool) -> None:
    def broken(*_: object) -> list[object]:
        raise ZeroDivisionError("private words")

    for kind in (
        dataclasses.replace(JAMF_WEBHOOK.kind, translate=broken),
        dataclasses.replace(JAMF_WEBHOOK.kind, split=broken),
    ):
        status, text, _ = await _answer(dataclasses.replace(JAMF_WEBHOOK, kind=kind), pool)
        assert status == 202
        assert "private words" not in text
    (letter,) = await pool.fetch("SELECT * FROM dead_letters")
    assert (letter["reason"], letter["body"], letter["seen"]) == (
        "translator fault: ZeroDivisionError",
        CHECK_IN,
        2,
    )


async def test_a_fault_that_nobody_foresaw_is_answered_without_its_trace() -> None:
    status, text, retry_after = await _answer(JAMF_WEBHOOK, object())  # type: ignore[arg-type]  # no pool at all
    assert (status, retry_after) == (503, "60")
    assert text == '{"error": "a fault of ours, send again"}'


async def test_a_body_in_broken_chunks_is_400(door: Door) -> None:
    host, port = door.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    headers = {"Host": "intake", **JAMF, "Transfer-Encoding": "chunked"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"POST /sources/jamf/webhook HTTP/1.1\r\n{head}\r\nzz\r\n".encode())
    await writer.drain()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert b"Traceback" not in answer
    assert await door.letters() == []


async def test_a_sender_that_is_too_fast_is_asked_to_wait_and_others_are_not(pool: Pool) -> None:
    settings = SETTINGS.model_copy(update={"intake_rates": {"jamf": 0.01}, "intake_burst": 2})
    clock = FixedClock(NOW)
    application = make_application(
        open_webhooks(SECRETS), lambda: pool, clock, UNITS, LastWords(clock, {"jamf", "servicenow"}), settings
    )
    runner = web.AppRunner(application, access_log=None, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    answers = []
    async with aiohttp.ClientSession() as session:
        for headers in ({"X-Quartermaster-Secret": "wrong"}, JAMF, JAMF, JAMF):
            async with session.post(base + JAMF_WEBHOOK.path, data=CHECK_IN, headers=headers) as answer:
                answers.append((answer.status, "Retry-After" in answer.headers))
        push = payload("servicenow/outbound_business_rule_custom.json")
        async with session.post(f"{base}/sources/servicenow/push", data=push, headers=DESK) as answer:
            answers.append((answer.status, "Retry-After" in answer.headers))
    await runner.cleanup()
    # Who cannot prove itself does not use up the allowance of who can.
    assert answers == [(401, False), (200, False), (200, False), (429, True), (200, False)]
