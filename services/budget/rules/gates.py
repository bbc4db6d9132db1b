"""Rule 3: what an order must carry, and which limits beside money and volume it must keep. None can be overridden.

    procurement_route    at or over £213,477 including VAT an order says how it is procured compliantly
    approval_reference   at or over £500,000 including VAT it also says who approved it
    splitting            the same for all orders together that one supplier gets within the window: none can be split
    contract_ceiling     all calls on a contract together keep its ceiling
    contract_term        a call is placed within the contract's term
    delegation           who releases an order may do so on its line, and within the year's delegated total

Route and reference are the order's own, else those of the contract that it calls off. The paper compares £500,000 with
a contract's value and does not say whether VAT counts; we count it, which asks for the approval sooner.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from schemas.vocabulary import Kind

LINE = "line"
VOLUME_CAP = "volume_cap"
PROCUREMENT_ROUTE = "procurement_route"
APPROVAL_REFERENCE = "approval_reference"
SPLITTING = "splitting"
CONTRACT_CEILING = "contract_ceiling"
CONTRACT_TERM = "contract_term"
DELEGATION = "delegation"

_LACKS = {
    PROCUREMENT_ROUTE: "a compliant procurement route",
    APPROVAL_REFERENCE: "an approval",
    SPLITTING: "a procurement route or approval for all orders to its supplier together",
    CONTRACT_CEILING: "a contract with room for it",
    CONTRACT_TERM: "a contract that runs today",
    DELEGATION: "a delegated authority",
}


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an order must carry, or a limit that it must keep. `name` is one of: line, volume_cap,
    procurement_route, approval_reference, contract_ceiling, contract_term, delegation, splitting."""

    name: str
    passed: bool
    explanation: str
    """What holds, or what is missing and who can help. Names sums only of published rules, no price."""


class GateRules(msgspec.Struct, frozen=True, kw_only=True):
    """From how many pence, VAT included, an order needs what; and how many days apart orders still count together."""

    route_from_pence: int
    approval_from_pence: int
    window_days: int

    def together(self, one: date, other: date) -> bool:
        """True if orders of these days to one supplier are summed."""
        return abs((one - other).days) <= self.window_days


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A contract that orders call off."""

    contract_id: str
    supplier: str
    kinds: Sequence[Kind]
    ceiling_pence: int
    starts_on: date
    ends_on: date
    procurement_route: str | None
    approval_reference: str | None

    def runs_on(self, day: date) -> bool:
        """True within the term, first and last day included."""
        return self.starts_on <= day <= self.ends_on


class Delegation(msgspec.Struct, frozen=True, kw_only=True):
    """So much may be released in the year on these lines by these people."""

    delegation_id: str
    financial_year: str
    lines: Sequence[str]
    total_pence: int
    emails: Sequence[str]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An order before the gates, and what lies around it. Pence, VAT included; sums of others are without it."""

    gross_pence: int
    placed_on: date
    supplier_pence: int
    """Other orders to its supplier within the window."""
    contract: Contract | None
    called_pence: int
    """Other calls on its contract."""
    procurement_route: str | None
    approval_reference: str | None
    needs_delegation: bool
    delegation: Delegation | None
    """One that its releaser may use on its line, if there is any."""
    delegated_pence: int
    """Other orders released under it."""


def contract_for(contracts: Sequence[Contract], supplier: str, kind: Kind, day: date) -> Contract | None:
    """The contract that an order would call off: one in its term before others, then the one that ends last."""
    fitting = sorted(
        (each for each in contracts if each.supplier == supplier and kind in each.kinds),
        key=lambda each: each.contract_id,
    )
    return max(fitting, key=lambda each: (each.runs_on(day), each.ends_on), default=None)


def judge(case: Case, rules: GateRules) -> list[Gate]:
    """Every gate that the order meets, passed or not."""
    found = [_carries(case, rules)] if case.gross_pence >= rules.route_from_pence else []
    if case.gross_pence >= rules.approval_from_pence:
        found.append(_approved(case, rules))
    together = case.gross_pence + case.supplier_pence
    if case.supplier_pence > 0 and together >= rules.route_from_pence:
        found.append(_not_split(case, rules, together))
    if case.contract is not None:
        found += _keeps(case, case.contract)
    if case.needs_delegation:
        found.append(_delegated(case))
    return found


def needs_commercial(failed: Sequence[Gate]) -> str:
    """Why a request's order was not committed. Staff read it, so it names neither sum nor supplier."""
    words = " and ".join(dict.fromkeys(_LACKS[gate.name] for gate in failed))
    return f"Its order needs {words} first. It can go ahead once commercial has entered that."


def pounds(pence: int) -> str:
    """A published sum as people write it: £213,477."""
    return f"£{pence // 100:,}" if pence % 100 == 0 else f"£{pence / 100:,.2f}"


def _carries(case: Case, rules: GateRules) -> Gate:
    if case.procurement_route:
        return Gate(name=PROCUREMENT_ROUTE, passed=True, explanation=f"Procured by {case.procurement_route}.")
    return Gate(
        name=PROCUREMENT_ROUTE,
        passed=False,
        explanation=(
            f"It is worth {pounds(rules.route_from_pence)} or more with VAT and names no compliant procurement "
            "route. Commercial can enter one, or a contract that carries one."
        ),
    )


def _approved(case: Case, rules: GateRules) -> Gate:
    if case.approval_reference:
        return Gate(name=APPROVAL_REFERENCE, passed=True, explanation=f"Approved by {case.approval_reference}.")
    return Gate(
        name=APPROVAL_REFERENCE,
        passed=False,
        explanation=(
            f"It is worth {pounds(rules.approval_from_pence)} or more and names no approval of the Deputy Mayor. "
            "Commercial can enter the approval's reference, or a contract that carries one."
        ),
    )


def _not_split(case: Case, rules: GateRules, together: int) -> Gate:
    missing = [] if case.procurement_route else ["a compliant procurement route"]
    threshold = rules.route_from_pence
    if together >= rules.approval_from_pence:
        threshold = rules.approval_from_pence
        missing += [] if case.approval_reference else ["the reference of an approval"]
    if not missing:
        return Gate(
            name=SPLITTING,
            passed=True,
            explanation=f"With the supplier's other orders it reaches {pounds(threshold)}, and carries what that asks.",
        )
    return Gate(
        name=SPLITTING,
        passed=False,
        explanation=(
            f"With the other orders to its supplier within {rules.window_days} days it reaches {pounds(threshold)}, "
            f"and a large order may not be split: it needs {' and '.join(missing)}, which commercial can enter."
        ),
    )


def _keeps(case: Case, contract: Contract) -> list[Gate]:
    ceiling = case.called_pence + case.gross_pence <= contract.ceiling_pence
    term = contract.runs_on(case.placed_on)
    return [
        Gate(
            name=CONTRACT_CEILING,
            passed=ceiling,
            explanation="All calls keep the contract's ceiling."
            if ceiling
            else "With it, calls on its contract would exceed the ceiling. Commercial can award a further contract.",
        ),
        Gate(
            name=CONTRACT_TERM,
            passed=term,
            explanation=f"The contract runs until {contract.ends_on:%-d %B %Y}."
            if term
            # Planners read what stands against a wave, and a contract's own days are commercial.
            else "It would be placed outside the term of its contract, which `/kit contracts` shows to those with the "
            "role. Commercial can award a new contract.",
        ),
    ]


def _delegated(case: Case) -> Gate:
    if case.delegation is None:
        words = "Its releaser has no delegated authority on its line in that year. A director who has can release it."
        return Gate(name=DELEGATION, passed=False, explanation=words)
    passed = case.delegated_pence + case.gross_pence <= case.delegation.total_pence
    total = pounds(case.delegation.total_pence)
    return Gate(
        name=DELEGATION,
        passed=passed,
        explanation=f"Within the delegated {total} of the year."
        if passed
        else f"With it, releases would exceed the delegated {total} of the year. The Deputy Mayor can delegate more.",
    )
