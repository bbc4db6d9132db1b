"""The contract register, what was done to a year's limits, and what a roll-over would move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from slack_sdk.models.blocks import Block

from bot.render.message import Message, escape, header, listed, message, note, section, table
from bot.render.wording import LINES, count_of, day, kind_name, moment, money
from services.budget.queries import ActView, ContractView, RollView


def render_contracts(found: Sequence[ContractView], today: date) -> Message:
    """The answer to `contracts`, those that end first at the top."""
    if not found:
        told = "No contract is on record."
        return message(told, [section(told)])
    rows = [
        [
            each.contract_id,
            each.supplier,
            ", ".join(f"{kind.value}s" for kind in each.kinds),
            money(each.ceiling_pence),
            money(each.called_pence),
            money(each.left_pence),
            f"{day(each.ends_on)}{'' if each.ends_on >= today else ' (over)'}",
        ]
        for each in sorted(found, key=lambda each: (each.ends_on, each.contract_id))
    ]
    heads = ["Contract", "Supplier", "Kinds", "Ceiling", "Called", "Left", "Runs until"]
    blocks: list[Block] = [header("Contracts"), *table(heads, rows, numbers_from=3)]
    told = "Sums include VAT. Calls never exceed a ceiling or outlive a term; nobody can override that."
    assumed = sorted({field.replace("_", " ") for each in found for field in each.assumed})
    blocks.append(
        note(f"{told} Assumed, for nobody published them: {escape(', '.join(assumed))}." if assumed else told)
    )
    return message(f"{count_of(len(found), 'contract')}", blocks)


def render_acts(found: Sequence[ActView], year: str, people: Mapping[str, str]) -> Message:
    """The answer to `acts`, the newest first."""
    if not found:
        told = f"Nothing of {year} was overridden, moved, rolled over or reversed."
        return message(told, [section(escape(told))])
    lines = [
        f"*{moment(each.at)}* {escape(people.get(each.email.lower(), each.email))}: {_what(each)}"
        f"\n> {escape(each.reason)}"
        for each in sorted(found, key=lambda each: each.at, reverse=True)
    ]
    blocks: list[Block] = [header(f"Acts {year}"), listed(lines)]
    return message(f"{count_of(len(found), 'act')} of {year}", blocks)


def _what(act: ActView) -> str:
    line = escape(LINES.get(act.line or "", act.line or "all lines"))
    match act.act:
        case "override_line":
            return f"{line} may go {money(act.pence)} beyond its limit"
        case "override_cap":
            return f"{count_of(act.devices, kind_name(act.kind))} beyond the volume cap"
        case "move":
            return f"{money(act.pence)} moved from {line} to {escape(LINES.get(act.to_line or '', act.to_line))}"
        case "roll_over":
            return f"{money(act.pence)} of open commitments rolled over"
        case _:
            return f"{escape(act.act.replace('_', ' '))} {escape(act.document_id)} {money(act.pence)}"


def rolling_lines(rolls: Sequence[RollView]) -> list[str]:
    """What a roll-over would move: the sum of each line, then its orders, the dearest first."""
    lines = []
    for line in sorted({roll.line for roll in rolls}):
        orders = sorted((roll for roll in rolls if roll.line == line), key=lambda roll: -roll.gross_pence)
        whole = sum(roll.gross_pence for roll in orders)
        lines.append(f"*{LINES[line]}*: {money(whole)} of {count_of(len(orders), 'order')} to {orders[0].to_year}")
        lines += [f"• `{escape(roll.order_id)}` {money(roll.gross_pence)}" for roll in orders]
    return lines
