from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator

import pytest
from prometheus_client import REGISTRY

from tests.payloads import changed, payload
from tests.sources.door import DESK, JAMF, Door

pytestmark = pytest.mark.integration

CHECK_IN = payload("jamf/ComputerCheckIn.json")
PUSH = payload("servicenow/outbound_business_rule_custom.json")
WEBHOOK = "/sources/jamf/webhook"
PUSH_PATH = "/sources/servicenow/push"


def _refused(source: str, status: int) -> float:
    return (
        REGISTRY.get_sample_value("quartermaster_intake_refused_total", {"source": source, "status": str(status)})
        or 0.0
    )


async def test_an_accepted_delivery_is_safe_when_it_is_answered(door: Door) -> None:
    status, answer, _ = await door.post(WEBHOOK, CHECK_IN, JAMF)
    assert (status, answer["accepted"]) == (200, 1)
    (event,) = await door.outbox()
    assert event["type"] == "quartermaster.device.checked_in"
    assert event["source"] == "quartermaster/intake/jamf"
    (row,) = await door.pool.fetch("SELECT topic, key FROM outbox")
    assert tuple(row) == ("device-observed", "C02ZP1QMD6NV")


async def test_a_repeat_changes_nothing(door: Door) -> None:
    await door.post(WEBHOOK, CHECK_IN, JAMF)
    status, answer, _ = await door.post(WEBHOOK, CHECK_IN, JAMF)
    assert (status, answer["accepted"], answer["repeated"]) == (200, 0, 1)
    assert len(await door.outbox()) == 1


async def test_repeats_at_the_same_moment_count_once(door: Door) -> None:
    answers = await asyncio.gather(*(door.post(WEBHOOK, CHECK_IN, JAMF) for _ in range(20)))
    assert {status for status, _, _ in answers} == {200}
    assert sum(answer["accepted"] for _, answer, _ in answers) == 1
    assert len(await door.outbox()) == 1


async def test_xml_is_accepted_too(door: Door) -> None:
    headers = {**JAMF, "Content-Type": "text/xml"}
    status, answer, _ = await door.post(WEBHOOK, payload("jamf/MobileDeviceCheckIn.xml"), headers)
    assert (status, answer["accepted"]) == (200, 1)


async def test_each_agreed_proof_opens_the_door(door: Door) -> None:
    for proof in (
        {"X-Quartermaster-Secret": "jamf-new"},
        {"X-Quartermaster-Secret": "jamf-old"},
        {"Authorization": "Basic amFtZjpqYW1mLXBhc3N3b3Jk"},
    ):
        status, _, _ = await door.post(WEBHOOK, CHECK_IN, {"Content-Type": "application/json", **proof})
        assert status == 200, proof


async def test_wrong_credentials_are_401_counted_and_leave_no_trace(door: Door) -> None:
    wrong: list[dict[str, str]] = [
        {},
        {"X-Quartermaster-Secret": ""},
        {"X-Quartermaster-Secret": "jamf-new, jamf-old"},
        {"X-Quartermaster-Secret": "desk-secret"},
        {"X-ServiceNow-Secret": "jamf-new"},
        {"Authorization": "Basic amFtZjp3cm9uZw=="},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Bearer amFtZjpqYW1mLXBhc3N3b3Jk"},
    ]
    before = _refused("jamf", 401)
    for proof in wrong:
        status, _, headers = await door.post(WEBHOOK, CHECK_IN, {"Content-Type": "application/json", **proof})
        assert status == 401, proof
        assert "WWW-Authenticate" in headers
    assert _refused("jamf", 401) == before + len(wrong)
    assert (await door.outbox(), await door.letters()) == ([], [])


async def test_other_methods_are_405_and_other_paths_404(door: Door) -> None:
    async with door.session.get(door.base + WEBHOOK, headers=JAMF) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    status, _, _ = await door.post("/sources/nobody/webhook", b"{}", JAMF)
    assert status == 404


async def test_a_vendor_s_ping_is_answered(door: Door) -> None:
    async with door.session.get(door.base + "/health") as answer:
        assert (answer.status, await answer.json()) == (200, {"live": True})


async def test_other_types_and_encodings_are_415(door: Door) -> None:
    for headers in ({"Content-Type": "text/html"}, {"Content-Encoding": "br"}, {"Content-Encoding": "gzip, gzip"}):
        status, answer, _ = await door.post(WEBHOOK, CHECK_IN, {**JAMF, **headers})
        assert status == 415, headers
        assert answer["error"]
    assert await door.letters() == []


async def test_a_compressed_body_is_read_and_counts_as_the_plain_one(door: Door) -> None:
    for encoding, body in (("gzip", gzip.compress(CHECK_IN)), ("deflate", zlib.compress(CHECK_IN))):
        status, answer, _ = await door.post(WEBHOOK, body, {**JAMF, "Content-Encoding": encoding})
        assert status == 200, answer
    assert len(await door.outbox()) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (gzip.compress(b" " * 15_000_000), 413),  # 15 kB that unfold to 15 MB
        (gzip.compress(CHECK_IN)[:-9], 400),
        (gzip.compress(CHECK_IN) + b"more", 400),
        (b"not gzip at all", 400),
    ],
)
async def test_a_bomb_or_a_broken_archive_is_refused(door: Door, body: bytes, status: int) -> None:
    answered, answer, _ = await door.post(WEBHOOK, body, {**JAMF, "Content-Encoding": "gzip"})
    assert (answered, await door.letters()) == (status, []), answer


async def _chunks(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 1_000):
        yield b" " * 1_000


async def test_an_oversize_body_is_413_whether_it_says_so_or_comes_in_chunks(door: Door) -> None:
    status, _, _ = await door.post(WEBHOOK, b" " * 20_001, JAMF)
    assert status == 413
    status, _, _ = await door.post(WEBHOOK, _chunks(40_000), JAMF)
    assert status == 413
    status, answer, _ = await door.post(WEBHOOK, CHECK_IN + b" " * (20_000 - len(CHECK_IN)), JAMF)
    assert (status, answer["accepted"]) == (200, 1)


async def test_broken_json_is_400_that_says_where_and_is_kept(door: Door) -> None:
    broken = PUSH.replace(b"Laptop lost", b'Laptop "lost"')
    status, answer, _ = await door.post(PUSH_PATH, broken, DESK)
    assert status == 400
    assert "byte" in answer["error"]
    (letter,) = await door.letters()
    assert (letter["source"], letter["body"]) == ("servicenow/push", broken)
    assert str(letter["fingerprint"]) == answer["dead_letters"][0]["dead_letter"]


async def test_an_empty_body_is_400(door: Door) -> None:
    status, answer, _ = await door.post(WEBHOOK, b" \n", JAMF)
    assert (status, answer["error"]) == (400, "the body is empty")


async def test_what_cannot_be_translated_is_202_and_kept_with_its_reason(door: Door) -> None:
    body = changed(PUSH, sys_mod_count=None)
    status, answer, _ = await door.post(PUSH_PATH, body, DESK)
    assert status == 202
    (kept,) = answer["dead_letters"]
    assert kept["where"] == "sys_mod_count"
    (letter,) = await door.letters()
    assert (str(letter["fingerprint"]), letter["body"]) == (kept["dead_letter"], body)
    await door.post(PUSH_PATH, body, DESK)
    (letter,) = await door.letters()
    assert letter["seen"] == 2


async def test_known_events_of_no_use_are_200_and_ignored(door: Door) -> None:
    status, answer, _ = await door.post(WEBHOOK, payload("jamf/MobileDeviceCommandCompleted.json"), JAMF)
    assert (status, answer["ignored"]) == (200, 1)
    assert (await door.outbox(), await door.letters()) == ([], [])


async def test_input_with_null_characters_is_never_a_fault_of_ours(door: Door) -> None:
    delivery = json.loads(CHECK_IN)
    delivery["event"]["serialNumber"] = "AB\x00C12"
    delivery["event"]["model"] = "\x00"
    status, _, _ = await door.post(WEBHOOK, json.dumps(delivery), JAMF)
    assert status == 200
    delivery["webhook"]["webhookEvent"] = "Nul\x00Event"
    status, _, _ = await door.post(WEBHOOK, json.dumps(delivery), JAMF)
    assert status == 202
    status, _, _ = await door.post(WEBHOOK, b"\x00\x01\xff", JAMF)
    assert status == 400
    assert len(await door.letters()) == 2


async def test_a_body_that_breaks_off_changes_nothing(door: Door) -> None:
    host, port = door.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = "\r\n".join(f"{name}: {value}" for name, value in JAMF.items())
    writer.write(f"POST {WEBHOOK} HTTP/1.1\r\nHost: intake\r\n{head}\r\nContent-Length: 5000\r\n\r\n{{".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert await reader.read() == b""
    status, _, _ = await door.post(WEBHOOK, CHECK_IN, JAMF)
    assert status == 200
    assert len(await door.outbox()) == 1


async def test_what_was_sent_is_accepted_repeated_ignored_kept_or_refused(door: Door) -> None:
    bodies = []
    for number in range(120):
        delivery = json.loads(CHECK_IN)
        delivery["webhook"]["eventTimestamp"] += number // 2  # every one twice
        if number % 10 == 0:
            delivery["webhook"]["webhookEvent"] = "PushSent"
        elif number % 10 == 1:
            delivery["webhook"]["webhookEvent"] = f"Unheard{number}"
        bodies.append((json.dumps(delivery), JAMF if number % 12 else {**JAMF, "X-Quartermaster-Secret": "wrong"}))
    answers = await asyncio.gather(*(door.post(WEBHOOK, body, headers) for body, headers in bodies))
    refused = sum(status == 401 for status, _, _ in answers)
    taken = [answer for status, answer, _ in answers if status < 300]
    total = {name: sum(answer[name] for answer in taken) for name in ("accepted", "repeated", "ignored", "refused")}
    assert refused == 10
    assert sum(total.values()) + refused == len(bodies)
    assert total["accepted"] == len(await door.outbox())
    assert total["refused"] == len(await door.letters())
