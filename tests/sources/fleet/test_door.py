from __future__ import annotations

import pytest

from tests.payloads import payload
from tests.sources.door import SECRETS, Door
from tests.sources.opened import open_webhooks

PATH = "/sources/fleet/webhook"
BODY = payload("fleet/activity_fleet_enrolled.json")
JSON = {"Content-Type": "application/json"}


def test_while_we_cannot_take_it_in_fleet_hears_the_one_status_after_which_it_sends_again() -> None:
    (webhook,) = [webhook for webhook in open_webhooks(SECRETS) if webhook.path == PATH]
    assert webhook.busy_status == 429


@pytest.mark.integration
async def test_the_address_is_the_proof_and_an_outage_of_ours_is_told_as_too_many_requests(door: Door) -> None:
    async with door.pool.acquire() as connection:
        await connection.execute("ALTER TABLE inbox RENAME TO inbox_away")
    status, _, headers = await door.post(f"{PATH}?secret=fleet-new", BODY, JSON)
    assert (status, headers["Retry-After"]) == (429, "5")
    async with door.pool.acquire() as connection:
        await connection.execute("ALTER TABLE inbox_away RENAME TO inbox")
    for secret, expected in (("fleet-new", 200), ("fleet-old", 200), ("guess", 401), ("", 401)):
        status, _, _ = await door.post(f"{PATH}?secret={secret}", BODY, JSON)
        assert status == expected
    assert (await door.post(PATH, BODY, {**JSON, "Authorization": "Bearer fleet-new"}))[0] == 401
    assert len(await door.outbox()) == 1
    # A body that broke off is kept, and told.
    status, answer, _ = await door.post(f"{PATH}?secret=fleet-new", BODY[:90], JSON)
    assert (status, answer["refused"]) == (400, 1)
    (letter,) = await door.letters()
    assert (letter["source"], letter["body"]) == ("fleet", BODY[:90])
