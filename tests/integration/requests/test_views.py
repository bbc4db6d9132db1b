"""Who sees which request."""

from __future__ import annotations

import pytest

from services.database.pool import Pool
from services.requests import queries
from services.requests.commands import Requests
from tests.fixtures.people import viewer
from tests.integration.requests.conftest import Asks

pytestmark = pytest.mark.integration


async def test_everyone_sees_what_is_theirs_to_see(pool: Pool, ask: Asks) -> None:
    amara = await ask("Amara Osei", key="a")
    tom = await ask("Tom Whitfield", key="t")
    expected = {
        "Amara Osei": {amara.reference},
        "Tom Whitfield": {tom.reference},
        "Priya Nair": {amara.reference},
        "Daniel Reyes": {tom.reference},
        "Helen Marsh": {amara.reference, tom.reference},
        "Catherine Doyle": {amara.reference, tom.reference},
        "Some Stranger": set(),
    }
    for name, references in expected.items():
        seen = {
            found.reference
            for each in (amara, tom)
            for found in (
                await queries.request_by_reference(pool, viewer(name), f" {each.reference.lower()} "),
                await queries.request(pool, viewer(name), each.request_id),
            )
            if found is not None
        }
        assert seen == references, name


async def test_what_waits_for_whom(pool: Pool, requests: Requests, ask: Asks) -> None:
    amara = await ask("Amara Osei", key="a")
    await ask("Tom Whitfield", key="t")
    priya = await ask("Priya Nair", key="p")

    async def waiting(name: str) -> list[str]:
        return [each.reference for each in await queries.waiting_for(pool, viewer(name))]

    assert await waiting("Priya Nair") == ["R-1"], "her own request is not hers to decide"
    assert await waiting("Daniel Reyes") == ["R-2"]
    assert await waiting("Catherine Doyle") == [priya.reference, "R-1", "R-2"], "those naming her come first"
    assert await waiting("Amara Osei") == []
    assert await waiting("Helen Marsh") == []
    await requests.approve(viewer("Priya Nair"), amara.request_id, idempotency_key="k")
    assert await waiting("Priya Nair") == []


async def test_ones_own_open_requests(pool: Pool, requests: Requests, ask: Asks) -> None:
    first, second = await ask(key="1"), await ask(key="2")
    await requests.refuse(viewer("Priya Nair"), first.request_id, refusal="No", idempotency_key="k")
    mine = await queries.open_requests(pool, viewer("Amara Osei"))
    assert [each.reference for each in mine] == [second.reference]
    assert await queries.open_requests(pool, viewer("Priya Nair")) == []
