"""Configuration files in tables: as the file has them, again and again, and a change audited once."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from schemas.vocabulary import Kind
from services.budget import configuration_store, queries
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import Procurement, VolumeCap, load_procurement
from services.database.pool import Pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW, YEAR, document, recorded
from tests.fixtures.finance import DocumentType as Type
from tests.fixtures.people import email_of, small_directory, viewer

pytestmark = pytest.mark.integration

FINANCE = viewer("Idris Bello")


async def fill(pool: Pool, procurement: Procurement) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await configuration_store.fill_all(
            connection, load_price_book(), load_prior_years(), procurement, small_directory(), NOW
        )


async def audited(pool: Pool) -> list[str]:
    rows = await pool.fetch("SELECT subject FROM access.audit WHERE action = 'configuration' ORDER BY entry")
    return [row["subject"] for row in rows]


async def test_a_change_is_audited_once(pool: Pool) -> None:
    content = load_procurement()
    assert await audited(pool) == ["price book 2024/25 assumed 1", "procurement 2024/25 assumed 1"]
    await fill(pool, content)
    assert len(await audited(pool)) == 2, "the same content again"
    changed = msgspec.structs.replace(content, version="2", volume_caps={YEAR: {Kind.LAPTOP: VolumeCap(devices=5)}})
    await fill(pool, changed)
    await fill(pool, changed)
    assert (await audited(pool))[2:] == ["procurement 2"]
    year = await queries.outturn(pool, FINANCE, YEAR, date(2024, 11, 4))
    assert [(each.kind, each.cap) for each in year.volumes] == [(Kind.LAPTOP, 5)]


async def test_directors_may_use_the_delegation(pool: Pool) -> None:
    (delegation,) = await queries.delegations(pool, FINANCE)
    assert delegation.emails == [email_of("Catherine Doyle")]
    content = load_procurement()
    named = msgspec.structs.replace(content.delegations[0], who="Someone@metropolitan.example")
    await fill(pool, msgspec.structs.replace(content, delegations=(named,)))
    (delegation,) = await queries.delegations(pool, FINANCE)
    assert delegation.emails == ["someone@metropolitan.example"]
    await fill(pool, msgspec.structs.replace(content, delegations=()))
    assert await queries.delegations(pool, FINANCE) == []


async def test_an_order_counts_on_a_contract_that_is_entered_later(pool: Pool, consumer: BudgetConsumer) -> None:
    content = load_procurement()
    await fill(pool, msgspec.structs.replace(content, contracts=()))
    order = document("P", Type.PURCHASE_ORDER, 25_000_000, order_id="O", supplier="Assumed Laptops Ltd")
    await deliver(pool, consumer.apply, [recorded(order)])
    (ungated,) = await queries.ungated_orders(pool, FINANCE)
    assert (ungated.order_id, ungated.lacks_route, ungated.lacks_approval) == ("O", True, False)
    await fill(pool, content)
    called = {each.contract_id: each.called_pence for each in await queries.contracts(pool, FINANCE)}
    assert called["EUD-LAPTOPS"] == 30_000_000
    assert await queries.ungated_orders(pool, FINANCE) == []
    assert await queries.verify_counters(pool) == []
