"""A budget that a state machine plays on: how it is opened, told of events with and without crashes, and asked."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import asyncpg
import msgspec
from hypothesis.stateful import (
    RuleBasedStateMachine,
)

from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.envelope import Event
from schemas.events.budget import OrderCommitted
from schemas.events.finance import FinanceDocument
from schemas.vocabulary import FundingLine, Kind
from services.budget import configuration_store, queries
from services.budget.commands import Budgets
from services.budget.configuration import load_price_book, load_prior_years
from services.budget.consumer import BudgetConsumer
from services.budget.procurement import Delegation, Procurement, Splitting, VolumeCap, load_procurement
from services.clock import FixedClock, london_date
from services.database.pool import Pool, open_pool
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import NOW, recorded
from tests.fixtures.loop import run_now
from tests.fixtures.people import small_directory
from tests.integration.budget import model
from tests.integration.budget.model import CAPS, CONTRACTS, DELEGATED, MAIN, Model


def procurement() -> Procurement:
    """Limits so small that orders meet them."""
    content = load_procurement()
    laptops = next(each for each in content.contracts if Kind.LAPTOP in each.kinds)
    agreements = [
        msgspec.structs.replace(
            laptops,
            contract_id=name,
            supplier=each.supplier,
            kinds=tuple(kind for kind, supplier in model.SUPPLIERS.items() if supplier == each.supplier),
            ceiling_pence=each.ceiling,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            procurement_route="framework" if each.carries else None,
            approval_reference="approval" if each.carries else None,
        )
        for name, each in CONTRACTS.items()
    ]
    caps: dict[str, dict[Kind, VolumeCap]] = {}
    for (year, kind), devices in CAPS.items():
        caps.setdefault(year, {})[Kind(kind)] = VolumeCap(devices=devices)
    thresholds = msgspec.structs.replace(
        content.thresholds,
        route=msgspec.structs.replace(content.thresholds.route, pence=model.ROUTE_FROM),
        approval=msgspec.structs.replace(content.thresholds.approval, pence=model.APPROVAL_FROM),
    )
    return msgspec.structs.replace(
        content,
        thresholds=thresholds,
        splitting=Splitting(window_days=model.WINDOW),
        volume_caps=caps,
        contracts=tuple(agreements),
        delegations=tuple(
            Delegation(
                delegation_id=year,
                who="director",
                financial_year=year,
                lines=tuple(FundingLine),
                total_pence=total,
            )
            for year, total in DELEGATED.items()
        ),
    )


class Played(RuleBasedStateMachine):
    """A budget on a database of its own, and the model beside it. What is played, its steps say."""

    def __init__(self, server: EmbeddedPostgres, template: str) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.server, self.name = server, f"books_{secrets.token_hex(6)}"
        self.clock = FixedClock(NOW)
        self.consumer = BudgetConsumer(self.clock)
        self.model = Model()
        self.delivered: list[Event] = []
        self.asked: set[int] = set()
        self.unneeded: set[int] = set()
        self.attempts: dict[int, tuple[int, bool]] = {}
        self.count = 0
        self.pool: Pool = self.run(self._open(template))
        self.budgets = Budgets(self.pool, self.clock, small_directory())

    def run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return self.runner.run(awaited())

    async def _open(self, template: str) -> Pool:
        self.url = await self.server.create_database(self.name, template=template)
        pool = await open_pool(self.url, "budget", size=3)
        async with pool.acquire() as connection, connection.transaction():
            await configuration_store.fill_all(
                connection, load_price_book(), load_prior_years(), procurement(), small_directory(), NOW
            )
        return pool

    def teardown(self) -> None:
        self.run(self.pool.close())
        self.runner.close()
        run_now(self.server.drop_database(self.name))

    @property
    def today(self) -> date:
        return london_date(self.clock.now())

    @property
    def year(self) -> str:
        return queries.financial_year(self.today)

    def tell(self, event: Event, mode: str) -> list[Any]:
        """Deliver an event, now and then after the transaction that applied it was lost, or twice."""
        if mode == "after a crash":
            self.run(self._lost(event, self._roll_back))
        elif mode == "after a lost connection":
            self.run(self._lost(event, self._kill))
        told: list[Any] = self.run(deliver(self.pool, self.consumer.apply, [event]))
        if mode == "twice":
            assert self.run(deliver(self.pool, self.consumer.apply, [event])) == []
        self.delivered.append(event)
        return told

    async def _lost(self, event: Event, end: Callable[[asyncpg.Connection[Any]], Awaitable[None]]) -> None:
        connection = await asyncpg.connect(self.url, server_settings={"search_path": "budget"})
        await connection.execute("BEGIN")
        await self.consumer.apply(connection, [event])  # type: ignore[list-item]
        await end(connection)

    async def _roll_back(self, connection: asyncpg.Connection[Any]) -> None:
        await connection.execute("ROLLBACK")
        await connection.close()

    async def _kill(self, connection: asyncpg.Connection[Any]) -> None:
        pid = connection.get_server_pid()
        await self.pool.execute("SELECT pg_terminate_backend($1, 5000)", pid)
        connection.terminate()

    def new_id(self, what: str) -> str:
        self.count += 1
        return f"{what}-{self.count}"

    def order_facts(self, number: int) -> dict[str, Any]:
        """A document's order: finance's own, a request's or a wave's, with what the model knows of it."""
        order_id = (f"F-{number}", f"QM-R-{number}", f"QM-W-{number}-1")[number % 3]
        known = self.model.own.get(order_id)
        kind = Kind(known.kind) if known else list(model.SUPPLIERS)[number % 3]
        earlier = [each for each in self.model.documents.values() if each.order_id == order_id]
        waits = next((each.line for each in self.model.waiting if order_id == f"QM-R-{each.number}"), MAIN)
        line = earlier[0].line if earlier else FundingLine(known.line if known else waits)
        kind = earlier[0].kind if earlier else kind
        return {"order_id": order_id, "kind": Kind(kind), "line": line}

    def finance(self, content: FinanceDocument, mode: str) -> None:
        told = self.tell(recorded(content), mode)
        self.model.documents[content.document_id] = content
        self.went_ahead(told, [content.line.value] if content.financial_year == self.year else [])

    def went_ahead(self, told: list[Any], lines: list[str]) -> None:
        """Who waited and was served now is whom the model serves."""
        served = {int(each.data.request_reference[2:]) for each in told if isinstance(each, OrderCommitted)}
        assert served == self.model.serve(lines, self.year, self.today)
