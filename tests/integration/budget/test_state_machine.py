"""Rules 1 to 3 at every step: random approvals, requests, waves, finance's documents and people's acts, with crashes.

Every step goes to the product and to a model in plain Python (`model.py`), which sums up the documents anew and judges
limits and gates for itself. They must agree to the penny, and on what goes ahead. `LEDGER_EXAMPLES` and `LEDGER_STEPS`
make it longer.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from deploy.local.stack.postgres import EmbeddedPostgres
from schemas.events.budget import CommitmentRefused, OrderCommitted
from schemas.events.finance import DocumentType as Type
from schemas.events.wave import WaveCommitted, WaveRefused
from schemas.vocabulary import FundingLine, Kind
from services.budget import queries
from services.budget.commands import Act
from services.errors import RuleBroken
from tests.fixtures.delivery import deliver
from tests.fixtures.finance import approved, document, negative
from tests.fixtures.people import email_of, viewer
from tests.fixtures.released import DIRECTOR, released, wave_order
from tests.integration.budget import model
from tests.integration.budget.model import CAPS, CONTRACTS, MAIN, NEXT, TABLETS, YEAR, Model, Own, Request
from tests.integration.budget.played import Played
from tests.integration.budget.test_given_back import unneeded

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

EXAMPLES = int(os.environ.get("LEDGER_EXAMPLES", "12"))
STEPS = int(os.environ.get("LEDGER_STEPS", "30"))
BEFORE_THE_END = STEPS // 4
"""How many documents and acts the first year sees at least, where there are as many."""
CATHERINE, IDRIS = viewer("Catherine Doyle"), viewer("Idris Bello")

lines = st.sampled_from([FundingLine.REFRESH_AND_BAU, FundingLine.REFRESH_AND_BAU, FundingLine.TABLET_REPLACEMENT])
years = st.sampled_from([YEAR, YEAR, NEXT])
pence = st.sampled_from([0, 1, 51_000, 85_000, 170_000, 333_333])
modes = st.sampled_from(["plainly", "plainly", "plainly", "after a crash", "after a lost connection", "twice"])

releases = st.fixed_dictionaries(
    {
        "number": st.integers(0, 15),
        "quantities": st.sampled_from([[1], [2], [3], [4], [2, 1], [2, 2], [7]]),
        "line": st.just(FundingLine.REFRESH_AND_BAU) | lines,
        "carries": st.sampled_from(["", "route", "route and approval"]),
        "director": st.sampled_from([True, True, True, True, False]),
    }
)


class Books(Played):
    """The steps, and what must hold after each."""

    # Finance.

    @initialize(
        main=st.sampled_from([6_000_000, 6_000_000, 1_000_000]),
        tablets=st.sampled_from([1_500_000, 0, 700_000]),
        later=st.sampled_from([3_000_000, 1_500_000, 300_000]),
    )
    def approved_sums(self, main: int, tablets: int, later: int) -> None:
        for line, year, sum_pence in ((MAIN, YEAR, main), (TABLETS, YEAR, tablets), (MAIN, NEXT, later)):
            content = document(
                self.new_id("CAP"), Type.APPROVAL, sum_pence, 0, line=FundingLine(line), financial_year=year
            )
            self.finance(content, "plainly")

    @rule(pence=st.sampled_from([1, 102_000, 300_000]), line=lines, year=years, mode=modes)
    def approve(self, pence: int, line: FundingLine, year: str, mode: str) -> None:
        self.finance(document(self.new_id("CAP"), Type.APPROVAL, pence, 0, line=line, financial_year=year), mode)

    @rule(number=st.integers(0, 11), pence=pence, quantity=st.integers(1, 8), days=st.integers(0, 200), mode=modes)
    def order(self, number: int, pence: int, quantity: int, days: int, mode: str) -> None:
        facts = self.order_facts(number)
        supplier = model.SUPPLIERS[facts["kind"]]
        day = date(2024, 6, 1) + timedelta(days)
        self.finance(
            document(
                self.new_id("PO"),
                Type.PURCHASE_ORDER,
                pence,
                supplier=supplier,
                quantity=quantity,
                document_date=day,
                **facts,
            ),
            mode,
        )

    @rule(number=st.integers(0, 11), pence=pence, year=years, mode=modes)
    def invoice(self, number: int, pence: int, year: str, mode: str) -> None:
        facts = self.order_facts(number)
        self.finance(document(self.new_id("INV"), Type.INVOICE, pence, financial_year=year, **facts), mode)

    @rule(
        what=st.sampled_from(["receipt", "credit", "credit below nought", "cancellation", "cancellation", "the whole"]),
        number=st.integers(0, 11),
        pence=pence,
        quantity=st.integers(0, 3),
        mode=modes,
    )
    def receive_or_give_back(self, what: str, number: int, pence: int, quantity: int, mode: str) -> None:
        facts = self.order_facts(number)
        if what == "receipt":
            content = document(self.new_id("GRN"), Type.RECEIPT, pence, **facts)
        elif what.startswith("credit"):
            content = document(self.new_id("CRN"), Type.CREDIT_NOTE, pence // 10, **facts)
        else:
            sum_pence = 0 if what == "the whole" else pence
            content = document(self.new_id("CAN"), Type.CANCELLATION, sum_pence, quantity=quantity, **facts)
        self.finance(negative(content) if what.endswith("nought") else content, mode)

    # Requests and waves.

    @rule(number=st.integers(0, 11), kind=st.sampled_from([*model.SUPPLIERS, "tablet"]), mode=modes)
    def ask(self, number: int, kind: str, mode: str) -> None:
        if number in self.asked:
            return
        self.asked.add(number)
        facts = self.order_facts(number)
        if any(each.order_id == f"QM-R-{number}" for each in self.model.documents.values()):
            kind = facts["kind"].value
        told = self.tell(approved(number, Kind(kind)), mode)
        if number in self.unneeded:
            assert told == [], "it was withdrawn before its approval was heard"
            return
        own_line = self.model.lines().get((self.year, TABLETS), (0, 0, 0, 0))[0] > 0
        bought = "laptop" if kind == "tablet" else kind
        request = Request(number, TABLETS if kind == "tablet" and own_line else MAIN, bought)
        went = self.model.commit(request, self.year, self.today)
        assert [type(each) for each in told if isinstance(each, OrderCommitted | CommitmentRefused)] == [
            OrderCommitted if went else CommitmentRefused
        ]
        if not went:
            self.model.waiting.append(request)

    @rule(number=st.integers(0, 11), mode=modes)
    def need_no_money(self, number: int, mode: str) -> None:
        told = self.tell(unneeded(number), mode)
        self.unneeded.add(number)
        self.model.waiting = [each for each in self.model.waiting if each.number != number]
        own = self.model.own.get(f"QM-R-{number}")
        freed = own is not None and not own.given_back and own.year == self.year
        if own is not None:
            own.given_back = True
        self.went_ahead(told, [own.line] if own is not None and freed else [])

    @rule(release=releases, mode=modes)
    def release_laptops(self, release: dict[str, Any], mode: str) -> None:
        self.release(kind=Kind.LAPTOP, mode=mode, **release)

    @rule(release=releases, mode=modes)
    def release_monitors(self, release: dict[str, Any], mode: str) -> None:
        many = [4 * each for each in release["quantities"]]
        self.release(kind=Kind.MONITOR, mode=mode, **(release | {"quantities": many}))

    @rule(release=releases, mode=modes)
    def release_desktops(self, release: dict[str, Any], mode: str) -> None:
        self.release(kind=Kind.DESKTOP, mode=mode, **release)

    def release(
        self,
        *,
        number: int,
        quantities: list[int],
        kind: Kind,
        line: FundingLine,
        carries: str,
        director: bool,
        mode: str,
    ) -> None:
        attempt, was_committed = self.attempts.get(number, (0, False))
        event = released(
            number,
            *(
                wave_order(
                    f"QM-W-{number}-{place}",
                    quantity,
                    kind,
                    line=self.fixed(f"QM-W-{number}-{place}", "line", line),
                    procurement_route="route" if "route" in carries else None,
                    approval_reference="approval" if "approval" in carries else None,
                )
                for place, quantity in enumerate(quantities, 1)
            ),
            attempt=attempt + 1,
            by=DIRECTOR if director else email_of("Helen Marsh"),
            year=self.year,
        )
        if any(self.fixed(each.order_id, "kind", kind) is not kind for each in event.data.orders):
            return
        orders = {
            each.order_id: Own(
                self.year,
                each.line.value,
                kind.value,
                each.quantity,
                self.today,
                self.year if director else None,
                each.procurement_route is not None,
                each.approval_reference is not None,
            )
            for each in event.data.orders
        }
        told = self.tell(event, mode)
        if not was_committed and self.model.allows(orders, delegated=True):
            self.model.own.update(orders)
            was_committed = True
        self.attempts[number] = attempt + 1, was_committed
        answers = [type(each) for each in told if isinstance(each, WaveCommitted | WaveRefused)]
        assert answers == [WaveCommitted if was_committed else WaveRefused]
        self.went_ahead(told, [each.line.value for each in event.data.orders])

    def fixed(self, order_id: str, what: str, otherwise: Any) -> Any:
        """What documents that came before the wave say of its order."""
        earlier = [each for each in self.model.documents.values() if each.order_id == order_id]
        return getattr(earlier[0], what) if earlier else otherwise

    # People's acts.

    def act(self, work: Awaitable[Act]) -> Act | None:
        try:
            found: Act = self.run(work)
        except RuleBroken:
            return None
        return found

    def why(self) -> dict[str, str]:
        return {"reason": "a step", "idempotency_key": self.new_id("key")}

    def waited(self, lines: list[str], year: str) -> None:
        self.model.serve(lines if year == self.year else [], self.year, self.today)

    @rule(line=lines, year=years, pence=st.integers(1, 300_000))
    def override_line(self, line: FundingLine, year: str, pence: int) -> None:
        assert self.act(
            self.budgets.override_line(CATHERINE, financial_year=year, line=line, pence=pence, **self.why())
        )
        self.model.line_overrides[year, line.value] += pence
        self.waited([line.value], year)

    @rule(key=st.sampled_from(sorted(CAPS)), devices=st.integers(1, 4))
    def override_cap(self, key: tuple[str, str], devices: int) -> None:
        year, kind = key
        assert self.act(
            self.budgets.override_cap(CATHERINE, financial_year=year, kind=Kind(kind), devices=devices, **self.why())
        )
        self.model.cap_overrides[key] += devices
        self.waited([MAIN, TABLETS], year)

    @rule(to_tablets=st.booleans(), year=years, pence=st.integers(1, 900_000))
    def move(self, to_tablets: bool, year: str, pence: int) -> None:
        giving, taking = (MAIN, TABLETS) if to_tablets else (TABLETS, MAIN)
        sums = self.model.lines().get((year, giving), (0, 0, 0, 0))
        done = self.act(
            self.budgets.move(
                CATHERINE,
                financial_year=year,
                from_line=FundingLine(giving),
                to_line=FundingLine(taking),
                pence=pence,
                **self.why(),
            )
        )
        assert (done is not None) == (sums[0] - sums[1] - sums[2] >= pence)
        if done:
            self.model.moves.append((done.documents[0], year, giving, taking, pence))
            self.waited([taking], year)

    @precondition(lambda self: self.year == NEXT)
    @rule()
    def roll_over(self) -> None:
        expected = {each: self.model.to_roll(each) for each in sorted(self.model.order_ids())}
        before = self.model.open_to_spend()
        done = self.act(self.budgets.roll_over(IDRIS, financial_year=YEAR, **self.why()))
        rolls = [
            (f"{order_id}", whose, moved)
            for order_id, moved in expected.items()
            if moved
            for whose in [
                "purchase_order" if self.model.told(Type.PURCHASE_ORDER, order_id=order_id) else "reservation"
            ]
        ]
        kept = list(self.model.rolls)
        for order_id, whose, moved in rolls:
            name = f"rollover/{YEAR}/{order_id}"
            times = len({each for each, of, *_ in kept if of == order_id})
            self.model.rolls.append((name if not times else f"{name}/{times + 1}", order_id, whose, moved))
        after = self.model.open_to_spend()
        fits = all(after.get(fund, 0) >= min(0, before.get(fund, 0)) for fund in {*before, *after})
        assert (done is not None) == (bool(rolls) and fits)
        if done is None:
            self.model.rolls = kept
        else:
            assert set(done.documents) == {each for each, *_ in self.model.rolls[len(kept) :]}

    @precondition(lambda self: self.model.documents)
    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        names = [*self.model.documents, *(each for each, *_ in self.model.moves), *(r[0] for r in self.model.rolls)]
        name = data.draw(st.sampled_from(names))
        if not self.run(self.pool.fetchval("SELECT count(*) FROM ledger WHERE document_id = $1", name)):
            return
        before, volumes = self.model.open_to_spend(), self.model.volumes()
        done = self.act(self.budgets.reverse(IDRIS, document_id=name, **self.why()))
        if done is None:
            return
        assert name not in self.model.gone
        self.model.gone.add(name)
        after, counted = self.model.open_to_spend(), self.model.volumes()
        assert all(after.get(fund, 0) >= min(0, before.get(fund, 0)) for fund in {*before, *after})
        for key, cap in CAPS.items():
            most = max(cap + self.model.cap_overrides[key], volumes.get(key, 0))
            assert counted.get(key, 0) <= most
        found = self.model.documents.get(name)
        year = YEAR if found is None and name.startswith("rollover") else None
        year = year or (found.financial_year if found else next(m[1] for m in self.model.moves if m[0] == name))
        self.waited([MAIN, TABLETS], year)

    # Time, and what comes again.

    @rule(days=st.sampled_from([1, 20, 45]))
    def time_passes(self, days: int) -> None:
        last = datetime(2025, 3, 30, tzinfo=UTC) if self.year == YEAR else datetime(2025, 5, 20, tzinfo=UTC)
        self.clock.moment = min(self.clock.moment + timedelta(days), last)

    @precondition(lambda self: self.year == YEAR and self.count > BEFORE_THE_END)
    @rule()
    def the_year_ends(self) -> None:
        self.clock.moment = datetime(2025, 3, 31, 23, 30, tzinfo=UTC)

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def again(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(self.delivered))
        assert self.run(deliver(self.pool, self.consumer.apply, [event])) == []

    # What holds at every step.

    @invariant()
    def rule_1_counters_are_the_sums(self) -> None:
        assert self.run(queries.verify_counters(self.pool)) == []
        rows = self.run(self.pool.fetch("SELECT * FROM budget.balances"))
        shown = {
            (row["financial_year"], row["line"]): (
                row["approved_pence"],
                row["committed_pence"],
                row["invoiced_pence"],
                row["receipted_pence"],
            )
            for row in rows
        }
        assert {fund: sums for fund, sums in shown.items() if any(sums)} == self.model.lines()

    @invariant()
    def rule_1_volumes_orders_and_contracts_are_the_sums(self) -> None:
        def shown(statement: str) -> dict[Any, int]:
            return {
                tuple(row)[:-1] if len(row) > 2 else row[0]: row[-1] for row in self.run(self.pool.fetch(statement))
            }

        assert shown("SELECT financial_year, kind, ordered FROM volumes WHERE ordered <> 0") == self.model.volumes()
        assert shown("SELECT order_id, gross_pence FROM orders WHERE gross_pence <> 0") == self.model.worths()
        assert (
            shown("SELECT contract_id, called_pence FROM contract_calls WHERE called_pence <> 0") == self.model.called()
        )

    @invariant()
    def rule_3_large_orders_of_ours_carry_what_they_need(self) -> None:
        for order_id, own in self.model.own.items():
            contract = CONTRACTS.get(self.model.placed(order_id)[2] or "")
            carries = contract is not None and contract.carries
            if not self.model.told(Type.PURCHASE_ORDER, Type.INVOICE, order_id=order_id):
                worth = self.model.worth(order_id)
                assert worth < model.ROUTE_FROM or own.route or carries
                assert worth < model.APPROVAL_FROM or own.approval or carries


def test_rules_1_to_3_hold_at_every_step(embedded_postgres: EmbeddedPostgres, migrated_template: str) -> None:
    run_state_machine_as_test(
        lambda: Books(embedded_postgres, migrated_template),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Model.seen[frozenset()], "nothing was ever committed: the steps no longer reach the rules"
    assert len(Model.seen) > 2, "nothing was ever refused"
