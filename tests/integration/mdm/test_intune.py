"""What Intune's adapter makes of records that the simulator does not hold."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.mdm.mdms.intune import Intune
from services.mdm.rules.looking import Action, Seen
from services.outbound.caller import Caller
from services.outbound.credentials import BearerAuthorisation
from services.outbound.errors import Refused

RECORD: dict[str, Any] = {
    "id": "7",
    "serialNumber": "0",
    "operatingSystem": "Android",
    "managedDeviceOwnerType": "company",
    "lastSyncDateTime": "0001-01-01T00:00:00Z",
    "deviceActionResults": [
        {"actionName": "wipe", "actionState": "failed", "startDateTime": "2024-11-04T09:00:00Z"},
        {"actionName": "factoryReset", "actionState": "canceled", "startDateTime": "2024-11-04T09:00:00.1234567Z"},
        {"actionName": "remoteLock", "actionState": "pending", "startDateTime": "2024-11-05T09:00:00Z"},
        {"actionName": "rebootNow", "actionState": "pending", "startDateTime": None},
    ],
}


async def looked_at(action: Action, record: dict[str, Any], status: int = 200) -> Seen | None:
    """What is seen where Graph answers this."""
    application = web.Application()

    async def answer(_: web.Request) -> web.Response:
        return web.json_response(record, status=status)

    application.router.add_get("/v1.0/deviceManagement/managedDevices/7", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        caller = Caller(session, str(server.make_url("")), BearerAuthorisation("token"))
        return await Intune(caller).look("7", action)


async def test_the_newest_action_of_a_kind_marks_it_and_others_do_not() -> None:
    wipe, lock = await looked_at("wipe", RECORD), await looked_at("lock", RECORD)
    assert wipe == Seen(handle="7", mark="2024-11-04T09:00:00.1234567")
    assert lock == Seen(handle="7", mark="2024-11-05T09:00:00", under_way=True)


async def test_a_device_that_belongs_to_its_holder_is_not_touched() -> None:
    seen = await looked_at("wipe", RECORD | {"managedDeviceOwnerType": "personal"})
    assert seen is not None
    assert seen.bar is not None
    assert "belongs to its holder" in seen.bar
    assert seen.cannot == ("lock", "wipe")


@pytest.mark.parametrize(
    ("system", "cannot"),
    [
        ("Windows", ("lock",)),
        ("ChromeOS", ("lock",)),
        ("Linux (ubuntu)", ("lock",)),
        ("macOS", ()),
        ("iOS", ()),
        (None, ()),
    ],
)
async def test_what_intune_cannot_lock_is_known_before_it_is_asked_and_may_be_wiped(
    system: str | None, cannot: tuple[Action, ...]
) -> None:
    for action in ("lock", "wipe"):
        seen = await looked_at(action, RECORD | {"operatingSystem": system})  # type: ignore[arg-type]  # both are
        assert seen is not None
        assert seen.cannot == cannot
        assert (seen.bar is not None) == (action in cannot)


async def test_only_graphs_own_404_says_that_there_is_no_such_device() -> None:
    assert await looked_at("wipe", {"error": {"code": "ResourceNotFound", "message": "Gone."}}, 404) is None
    with pytest.raises(Refused, match="it answered 404"):
        await looked_at("wipe", {"detail": "no such page"}, 404)


async def test_a_long_refusal_is_shortened() -> None:
    with pytest.raises(Refused) as raised:
        await looked_at("wipe", {"error": {"code": "Forbidden", "message": "No. " * 300}}, 403)
    assert len(str(raised.value)) == 200


async def test_a_message_that_intune_wraps_into_one_of_graphs_is_unwrapped() -> None:
    inner = '{"_version": 3, "Message": "The device cannot be wiped. - Operation ID: 00", "CustomApiErrorPhrase": ""}'
    with pytest.raises(Refused, match="The device cannot be wiped"):
        await looked_at("wipe", {"error": {"code": "BadRequest", "message": inner}}, 400)
