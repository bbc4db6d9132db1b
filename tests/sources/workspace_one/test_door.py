from __future__ import annotations

import base64

import pytest

from tests.payloads import payload
from tests.sources.door import Door

pytestmark = pytest.mark.integration

PATH = "/sources/workspace-one/notifications"
BODY = payload("workspace_one/MDM_Enrollment_Complete.json")


def _headers(password: str) -> dict[str, str]:
    word = base64.b64encode(f"wsone:{password}".encode()).decode()
    return {"Authorization": f"Basic {word}", "Content-Type": "application/json"}


async def test_either_password_opens_and_the_same_notification_counts_once(door: Door) -> None:
    for password, accepted in (("wsone-new", 1), ("wsone-old", 0)):
        status, answer, _ = await door.post(PATH, BODY, _headers(password))
        assert (status, answer["accepted"], answer["repeated"]) == (200, accepted, 1 - accepted)
    assert len(await door.outbox()) == 1


async def test_another_password_does_not(door: Door) -> None:
    status, _, headers = await door.post(PATH, BODY, _headers("guess"))
    assert status == 401
    assert "Basic" in headers["WWW-Authenticate"]
    assert await door.letters() == []


async def test_the_console_s_test_of_the_address(door: Door) -> None:
    for password, expected in (("wsone-new", 200), ("guess", 401)):
        async with door.session.get(door.base + PATH, headers=_headers(password)) as answer:
            assert answer.status == expected


async def test_a_body_that_broke_off_is_kept_and_told(door: Door) -> None:
    status, answer, _ = await door.post(PATH, BODY[:200], _headers("wsone-new"))
    assert (status, answer["refused"]) == (400, 1)
    (letter,) = await door.letters()
    assert (letter["source"], letter["body"]) == ("workspace_one", BODY[:200])
