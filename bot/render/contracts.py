"""The contract register, and beneath it what an order must carry, who may release it, and which orders do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from slack_sdk.models.blocks import Block

from bot.render.message import MOST_CELL, Message, escape, header, listed, message, note, section, shorten, table
from bot.render.wording import LINES, count_of, day, money
from services.budget.queries import ContractView, DelegationView, GateRules, UngatedOrder

MOST_LISTED = 10
MOST_NAMED = 3


class Procurement(msgspec.Struct, frozen=True, kw_only=True):
    """How devices may be bought, at one moment."""

    contracts: Sequence[ContractView]
    gates: GateRules
    delegations: Sequence[DelegationView]
    ungated: Sequence[UngatedOrder]


def render(found: Procurement, today: date, people: Mapping[str, str]) -> Message:
    """The answer to `contracts`; `people` gives names to e-mail addresses."""
    blocks: list[Block] = [header("Contracts"), *_register(found.contracts, today)]
    blocks += [section(_gates(found.gates)), listed(_delegations(found.delegations, people))]
    blocks.append(listed(_ungated(found.ungated)))
    blocks.append(note(_note(found.contracts)))
    told = count_of(len(found.contracts), "contract") if found.contracts else "No contract is on record"
    return message(f"{told}; {count_of(len(found.ungated), 'order')} without what their worth asks for", blocks)


def _register(contracts: Sequence[ContractView], today: date) -> list[Block]:
    """Sums as a table, those that end first at the top; suppliers and terms below it, for a message is narrow."""
    if not contracts:
        return [section("No contract is on record.")]
    ordered = sorted(contracts, key=lambda each: (each.ends_on, each.contract_id))
    rows = [
        [each.contract_id, money(each.ceiling_pence), money(each.called_pence), money(each.left_pence)]
        for each in ordered
    ]
    lines = [
        f"• `{_brief(each.contract_id)}` {_brief(each.supplier)}, until {day(each.ends_on)}"
        f"{'' if each.ends_on >= today else ' (over)'}: {', '.join(f'{kind.value}s' for kind in each.kinds)}"
        for each in ordered
    ]
    return [*table(["Contract", "Ceiling", "Called", "Left"], rows, numbers_from=1), listed(lines)]


def _gates(gates: GateRules) -> str:
    return (
        "*Gates*, which nobody can override\n"
        f"• from {money(gates.route_from_pence)} an order needs a procurement route\n"
        f"• from {money(gates.approval_from_pence)} it needs the reference of an approval too\n"
        f"• orders to one supplier within {count_of(gates.window_days, 'day')} count together"
    )


def _delegations(delegations: Sequence[DelegationView], people: Mapping[str, str]) -> list[str]:
    if not delegations:
        return ["*Delegations*: none is on record, so nobody can release an order."]
    return ["*Delegations*", *(_delegation(each, people) for each in delegations)]


def _delegation(each: DelegationView, people: Mapping[str, str]) -> str:
    names = [_brief(people.get(email.lower(), email)) for email in each.emails[:MOST_NAMED]]
    more = len(each.emails) - len(names)
    who = ", ".join([*names, f"{more} more"] if more else names) or "nobody"
    lines = "all lines" if set(each.lines) == set(LINES) else ", ".join(LINES[line] for line in each.lines)
    left = each.total_pence - each.released_pence
    return (
        f"• `{_brief(each.delegation_id)}` {escape(each.financial_year)}, {lines}: {money(each.released_pence)} of "
        f"{money(each.total_pence)} released, {money(left)} left · {who}"
    )


def _ungated(ungated: Sequence[UngatedOrder]) -> list[str]:
    """What finance placed is a fact, whatever it lacks: it is shown, not stopped."""
    if not ungated:
        return ["*Orders that lack what their worth asks for*: none."]
    lines = ["*Orders of finance's that lack what their worth asks for*"]
    for each in ungated[:MOST_LISTED]:
        lacks = [
            *(["procurement route"] if each.lacks_route else []),
            *(["approval reference"] if each.lacks_approval else []),
        ]
        supplier = _brief(each.supplier) if each.supplier else "supplier not told"
        placed = f", {day(each.placed_on)}" if each.placed_on else ""
        lines.append(
            f"• `{_brief(each.order_id)}` {money(each.gross_pence)}, {supplier}{placed}: no {' and no '.join(lacks)}"
        )
    if len(ungated) > MOST_LISTED:
        lines.append(f"_and {len(ungated) - MOST_LISTED} more_")
    return lines


def _brief(name: str) -> str:
    return escape(shorten(name, MOST_CELL))


def _note(contracts: Sequence[ContractView]) -> str:
    told = "Sums include VAT. Calls never exceed a ceiling or outlive a term; nobody can override that."
    assumed = sorted({field.replace("_", " ") for each in contracts for field in each.assumed})
    return f"{told} Assumed, for nobody published them: {escape(', '.join(assumed))}." if assumed else told
