"""Alerts about money from the budget's ledger through watch and the bot into the workspace's channels.

Nothing between is stood in for: documents are posted by the budget, its forecast is the one that chat shows, watch's
events reach the bot as its consumer is given them, and people read what Slack would show them. Every look is made by a
watch that was just started, so that nothing is remembered but what is stored.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import aiohttp
import asyncpg
import msgspec
import pytest

from bot.answers.switchboard import answer
from bot.channels import Channels
from bot.consumer import BotConsumer
from bot.desk import Desk
from bot.grammar import parse
from bot.people import People
from bot.sender import Sender
from bot.settings import BotSettings
from bot.wiring import slack_client
from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import Json, ScriptedPerson
from schemas.events.alert import AlertCleared, AlertEvent, AlertRaised, AlertUpdated
from schemas.events.finance import DocumentType, FinanceDocument
from schemas.vocabulary import Demand, Kind
from services.budget import configuration_store
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import load_procurement
from services.clock import FixedClock
from services.database.pool import Connection, Pool, open_pool
from services.refresh import policy_store
from services.refresh.commands import Waves
from services.refresh.consumer import RefreshConsumer
from services.refresh.policy import Policy, PolicyInForce
from services.watch import store
from services.watch.money import MoneyJudge
from services.watch.money_sweep import MoneySweep
from services.watch.thresholds import load_thresholds
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import LINE, NOW, document, recorded
from tests.fixtures.people import email_of, small_directory, viewer
from tests.integration.budget.waiting import wait_in_queue
from tests.integration.refresh.fleet import DIRECTORY, changed
from tests.unit.refresh.policies import FILE

pytestmark = pytest.mark.integration

OUTTURN = f"outturn-crossing:2024/25:{LINE}"
UNDERSPEND = f"likely-underspend:2024/25:{LINE}"
DUE = f"due-beyond-money:2024/25:{LINE}"
SECRETS = ("Assumed Laptops", "EUD-", "PO-", "£1,020", "£850")
"""What tells a supplier, a contract, an order or a laptop's price."""


@dataclasses.dataclass
class Money:
    """The budget's and watch's databases, and the way from an alert's event to its message."""

    budget: Pool
    watch: Pool
    bot: Pool
    consumer: BotConsumer
    sender: Sender
    clock: FixedClock
    _told: int = 0

    async def post(self, *documents: FinanceDocument) -> None:
        """Finance's documents arrive."""
        await deliver(self.budget, BudgetConsumer(self.clock).apply, [recorded(each) for each in documents])

    async def look(self) -> list[AlertEvent]:
        """A watch that was just started looks once; the bot hears twice what it tells, and sends."""
        await MoneySweep(MoneyJudge(load_thresholds().money), self.clock, self.watch).run()
        rows = await self.watch.fetch("SELECT position, event FROM outbox WHERE position > $1 ORDER BY 1", self._told)
        self._told = rows[-1]["position"] if rows else self._told
        events = [msgspec.json.decode(row["event"], type=AlertEvent) for row in rows]
        await deliver(self.bot, self.consumer.apply, [*events, *events])
        while await self.sender.send_next():
            pass
        return events

    async def life(self, key: str) -> list[type[AlertEvent]]:
        """What was ever told of a key."""
        rows = await self.watch.fetch("SELECT event FROM outbox ORDER BY position")
        events = [msgspec.json.decode(row["event"], type=AlertEvent) for row in rows]
        return [type(event) for event in events if event.data.key == key]

    async def open(self) -> dict[str, float | None]:
        """Open alerts and the threshold of each."""
        rows = await self.watch.fetch("SELECT key, threshold FROM alerts WHERE cleared_at IS NULL ORDER BY key")
        return {row["key"]: row["threshold"] for row in rows}


@pytest.fixture
async def money(
    database_url: str, pool: Pool, desk: Desk, settings: BotSettings, session: aiohttp.ClientSession
) -> AsyncIterator[Money]:
    budget, watch = await open_pool(database_url, "budget"), await open_pool(database_url, "watch")
    async with budget.acquire() as connection, connection.transaction():
        await configuration_store.fill_all(
            connection, load_price_book(), load_prior_years(), load_procurement(), small_directory(), NOW
        )
    client = slack_client(settings, session)
    sender = Sender(pool, client, Channels(client, People(client, desk.directory)))
    yield Money(budget, watch, pool, BotConsumer(desk, settings, sender.wake), sender, FixedClock(NOW))
    await watch.close()
    await budget.close()


def order(name: str, pounds: int, **more: object) -> FinanceDocument:
    """An order of finance's worth so many pounds, VAT included."""
    facts = {"order_id": name, "kind": Kind.LAPTOP, "quantity": 10, "demand": Demand.REFRESH}
    return document(name, DocumentType.PURCHASE_ORDER, pounds * 100, 0, **(facts | more))


def approval(pounds: int) -> FinanceDocument:
    return document("CAP", DocumentType.APPROVAL, pounds * 100, 0)


async def only(person: ScriptedPerson, channel: str, words: str) -> Json:
    """The one message of the channel with these words, in their present or in struck form."""
    found = [each for each in await person.history(channel) if words in str(each)]
    assert len(found) == 1, found
    return found[0]


async def test_a_line_forecast_past_its_steps_is_one_message_changed_in_place_and_cleared(
    money: Money, idris: ScriptedPerson
) -> None:
    await money.post(approval(1_000_000), order("A", 700_000))
    await money.look()
    assert (await money.open())[OUTTURN] == 50
    first = await only(idris, "budget", "of the approved sum is forecast")
    assert "50 % of the approved sum" in str(first)
    assert "Show the budget" in str(first)

    assert await money.look() == [], "the same facts tell nothing twice"
    await wait_in_queue(money.budget, 400, date(2024, 9, 3))
    assert (await money.look()) != []
    assert (await money.open())[OUTTURN] == 100
    second = await only(idris, "budget", "of the approved sum is forecast")
    assert "100 % of the approved sum" in str(second)
    assert "more is wanted this year than there is money for" in str(second)
    assert "assumed prices" in str(second)

    await money.budget.execute("DELETE FROM refresh.queue")
    await money.post(document("MORE", DocumentType.APPROVAL, 10_000_000_00, 0))
    await money.look()
    cleared = await only(idris, "budget", "of the approved sum is forecast")
    assert "Cleared" in str(cleared)
    assert first["ts"] == second["ts"] == cleared["ts"]
    assert await money.life(OUTTURN) == [AlertRaised, AlertUpdated, AlertCleared]


async def test_a_kinds_orders_and_forecast_against_its_cap_are_told_in_devices(
    money: Money, helen: ScriptedPerson
) -> None:
    await money.budget.execute("UPDATE budget.volume_caps SET devices = 100 WHERE kind = 'laptop'")
    await money.post(approval(10_000_000), order("A", 61_200, quantity=60))
    await wait_in_queue(money.budget, 70, date(2024, 9, 3))
    await money.look()
    found = await money.open()
    assert (found["volume-crossing:2024/25:laptop"], found["volume-outturn-crossing:2024/25:laptop"]) == (50, 100)
    forecast = await only(helen, "budget", "is forecast to be ordered")
    assert "100 of 100; 60 are ordered so far. 30 more are wanted this year. The cap is assumed." in str(forecast)
    assert "60 of 100." in str(await only(helen, "budget", "the volume cap is ordered"))
    assert "£" not in str(forecast)
    await money.post(
        document("C", DocumentType.CANCELLATION, 50_000_00, 0, order_id="A", kind=Kind.LAPTOP, quantity=50)
    )
    await money.budget.execute("DELETE FROM refresh.queue")
    await money.look()
    assert not [key for key in await money.open() if key.startswith("volume")]
    assert "Cleared" in str(await only(helen, "budget", "the volume cap is ordered"))


async def test_a_likely_underspend_waits_for_the_years_last_part_and_ends_with_the_year(
    money: Money, idris: ScriptedPerson
) -> None:
    await money.post(approval(1_000_000), order("A", 100_000))
    money.clock.moment = datetime(2024, 6, 3, 9, tzinfo=UTC)
    await money.look()
    assert UNDERSPEND not in await money.open()
    money.clock.moment = datetime(2025, 2, 3, 9, tzinfo=UTC)
    await money.look()
    message = await only(idris, "budget", "is likely to be left over")
    assert "of £1.0m approved is likely to be unspent" in str(message)
    money.clock.moment = datetime(2025, 4, 1, 9, tzinfo=UTC)
    await money.look()
    await money.look()
    over = await only(idris, "budget", "is likely to be left over")
    assert over["ts"] == message["ts"]
    assert "Cleared" in str(over)
    assert await money.life(UNDERSPEND) == [AlertRaised, AlertCleared]
    assert not [key for key in await money.open() if "2024/25" in key], "the year is over"


async def test_devices_due_soon_that_cost_more_than_is_left(money: Money, helen: ScriptedPerson) -> None:
    await money.post(approval(100_000))
    await wait_in_queue(money.budget, 90, date(2024, 12, 1))
    await wait_in_queue(money.budget, 10, date(2024, 10, 1), kind=Kind.MONITOR)
    await wait_in_queue(money.budget, 500, date(2025, 3, 1))
    await money.look()
    assert DUE not in await money.open(), "90 laptops and 10 monitors are £93,660; what is due in March is not yet due"
    await wait_in_queue(money.budget, 10, date(2025, 1, 20))
    await money.look()
    message = await only(helen, "budget", "cost more than the money left")
    assert "110 wait or fall due by then" in str(message)
    assert "They cost about £103k, and £100k may still be committed. This rests on assumed prices." in str(message)
    assert "due next 3 months" in str(message)
    await money.budget.execute("DELETE FROM refresh.queue WHERE kind = 'monitor'")
    await money.look()
    alone = await only(helen, "budget", "cost more than the money left")
    assert "£" not in str(alone), "one kind's sum would tell a planner its price"
    await money.budget.execute("DELETE FROM refresh.queue")
    await money.look()
    assert "Cleared" in str(await only(helen, "budget", "cost more than the money left"))
    assert await money.life(DUE) == [AlertRaised, AlertUpdated, AlertCleared]


async def test_orders_of_finances_without_route_or_approval_are_for_those_who_see_orders(
    money: Money, desk: Desk, idris: ScriptedPerson, helen: ScriptedPerson
) -> None:
    await money.post(approval(25_000_000), order("PO-SMALL", 213_476), order("PO-1", 213_477))
    await money.look()
    first = await only(idris, "commercial", "a procurement route or approval")
    assert "1 order lacks" in str(first)
    assert "PO-1." in str(first)
    assert "Show the contracts" in str(first)
    await money.post(order("PO-2", 500_000))
    await money.look()
    second = await only(idris, "commercial", "a procurement route or approval")
    assert second["ts"] == first["ts"]
    assert "2 orders lack" in str(second)
    assert "Critical" in str(second)
    # Commercial enters a contract that carries both.
    await money.budget.execute("UPDATE budget.orders SET contract_id = 'EUD-LAPTOPS'")
    await money.look()
    assert "Cleared" in str(await only(idris, "commercial", "a procurement route or approval"))
    assert await money.life("procurement-gate:orders") == [AlertRaised, AlertUpdated, AlertCleared]


async def test_a_wave_that_reaches_a_gate_without_its_route(
    money: Money, database_url: str, helen: ScriptedPerson
) -> None:
    await money.post(approval(25_000_000))
    await money.budget.execute("UPDATE budget.contracts SET procurement_route = NULL, approval_reference = NULL")
    refresh = await open_pool(database_url, "refresh")
    try:
        async with refresh.acquire() as connection:
            await policy_store.adopt(connection, PolicyInForce.of(Policy.load(FILE), DIRECTORY), NOW)
        await deliver(refresh, RefreshConsumer(money.clock).apply, [changed(number) for number in range(250)])
        await Waves(refresh, money.clock, DIRECTORY).propose(viewer("Helen Marsh", DIRECTORY), idempotency_key="p")
        await money.look()
        message = await only(helen, "budget", "before its orders can be placed")
        assert "W-1 for 2024/25 needs a procurement route" in str(message)
        assert "worth £213,477 or more" in str(message)
        assert "Show the wave" in str(message)
        await money.budget.execute("UPDATE budget.contracts SET procurement_route = 'a framework'")
        await money.look()
        await money.look()
        assert "Cleared" in str(await only(helen, "budget", "before its orders can be placed"))
        assert await money.life("procurement-gate:wave:W-1") == [AlertRaised, AlertCleared]
    finally:
        await refresh.close()


async def test_a_contract_near_its_ceiling_and_its_term(money: Money, idris: ScriptedPerson) -> None:
    await money.post(approval(25_000_000))
    await money.budget.execute(
        "UPDATE budget.contracts SET ceiling_pence = 100000000 WHERE contract_id = 'EUD-LAPTOPS'"
    )
    await money.post(order("PO-7", 910_000, supplier="Assumed Laptops Ltd"))
    await money.look()
    ceiling = await only(idris, "commercial", "of the ceiling is called")
    assert "EUD-LAPTOPS: 90 % of the ceiling is called" in str(ceiling)
    assert "91 % is called" in str(ceiling)
    assert "The ceiling is assumed." in str(ceiling)
    money.clock.moment = datetime(2028, 3, 10, 9, tzinfo=UTC)
    await money.look()
    term = await only(idris, "commercial", "EUD-LAPTOPS ends on 31 March 2028")
    assert "Critical" in str(term)
    await money.budget.execute("UPDATE budget.contracts SET ends_on = '2030-03-31', ceiling_pence = 1200000000")
    await money.look()
    assert "Cleared" in str(await only(idris, "commercial", "of the ceiling is called"))
    assert "Cleared" in str(await only(idris, "commercial", "EUD-LAPTOPS ends on"))
    assert await money.life("contract-ceiling:EUD-LAPTOPS") == [AlertRaised, AlertCleared]
    assert await money.life("contract-term:EUD-LAPTOPS") == [AlertRaised, AlertCleared]


async def test_no_price_order_contract_or_supplier_reaches_who_lacks_the_role(
    money: Money, desk: Desk, people: WorkspaceClient, helen: ScriptedPerson
) -> None:
    """Everything at once, as read by each role in channels and in the list of open alerts."""
    await money.post(approval(1_000_000), order("PO-9", 700_000, supplier="Assumed Laptops Ltd", quantity=686))
    await money.budget.execute("UPDATE budget.contracts SET ceiling_pence = 80000000, procurement_route = NULL")
    await money.budget.execute("UPDATE budget.volume_caps SET devices = 700 WHERE kind = 'laptop'")
    await wait_in_queue(money.budget, 900, date(2024, 9, 3))
    money.clock.moment = datetime(2027, 12, 1, 9, tzinfo=UTC)
    await money.look()
    money.clock.moment = NOW
    await money.look()
    kinds = {key.split(":")[0] for key in await money.open()}
    assert kinds >= {"outturn-crossing", "due-beyond-money", "volume-crossing", "procurement-gate", "contract-ceiling"}
    read = str(await helen.history("budget"))
    assert "cost more than the money left" in read
    for name, sees in (("Helen Marsh", False), ("Priya Nair", False), ("Amara Osei", False), ("Idris Bello", True)):
        listed = str((await answer(desk, viewer(name), parse("alerts"))).blocks)
        assert ("EUD-LAPTOPS" in listed) == ("PO-9" in listed) == sees
        audited = await money.bot.fetchval(
            "SELECT count(*) FROM access.audit WHERE action = 'alerts' AND email = $1", email_of(name)
        )
        assert audited == (1 if sees else 0), "contracts that are named are a sensitive read"
        if not sees:
            assert not [each for each in SECRETS if each in listed]
    assert not [each for each in SECRETS if each in read]
    for name in ("Helen Marsh", "Priya Nair", "Amara Osei"):
        person = await people.as_user(email_of(name))
        assert "EUD-" not in str(person.updates)
        assert person.channel("commercial") == "commercial", "to them it is no channel with an id"
    idris = await people.as_user(email_of("Idris Bello"))
    assert idris.channel("commercial") != "commercial"


@pytest.mark.parametrize("places", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2)])
async def test_documents_in_any_order_with_looks_between_end_in_the_same_alerts(
    money: Money, places: tuple[int, ...]
) -> None:
    await wait_in_queue(money.budget, 60, date(2024, 12, 1))
    run = [approval(400_000), order("PO-1", 213_477), order("PO-2", 120_000), order("PO-3", 20_000, quantity=3)]
    for place in places:
        await money.post(run[place])
        await money.look()
    await money.post(run[places[0]])
    assert await money.look() == []
    # £353,477 of £400,000 is ordered, and what waits costs £61,200: all of the money, and more than is left.
    assert await money.open() == {OUTTURN: 100, DUE: 100, "procurement-gate:orders": 1}


async def test_replicas_that_look_at_once_tell_everything_once(money: Money) -> None:
    await money.post(approval(1_000_000), order("PO-1", 700_000))
    judge = MoneyJudge(load_thresholds().money)
    sweeps = [MoneySweep(judge, money.clock, money.watch) for _ in range(4)]
    for _ in range(5):
        await asyncio.gather(*(each.run_on_timer() for each in sweeps))
    keys = await money.watch.fetch("SELECT key, count(*) AS lives FROM alerts GROUP BY key")
    assert keys
    assert {row["lives"] for row in keys} == {1}
    events = await money.watch.fetch("SELECT event FROM outbox")
    ids = [msgspec.json.decode(row["event"], type=AlertEvent).id for row in events]
    assert len(ids) == len(set(ids)) == len(keys)


async def test_a_look_that_saw_an_older_moment_than_another_keeps_nothing(money: Money) -> None:
    """The lock is free again, but the moment was fixed before the other replica told."""
    await money.post(approval(1_000_000), order("PO-1", 700_000))
    judge = MoneyJudge(load_thresholds().money)

    class Late(MoneySweep):
        async def _run(self, connection: Connection) -> int:
            await connection.execute("ROLLBACK")
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            assert await connection.fetchval("SELECT count(*) FROM watch.alerts") == 0
            assert await MoneySweep(judge, money.clock, money.watch).run() > 0
            assert await store.try_evaluation(connection)
            return await super()._run(connection)

    with pytest.raises(asyncpg.SerializationError):
        await Late(judge, money.clock, money.watch).run()
    assert await money.look() != [], "what the other told is told to the bot"
    assert await money.life(OUTTURN) == [AlertRaised]
