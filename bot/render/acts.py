"""What was done to a year's limits, and what a roll-over or a reversal would move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot.render.message import Message, escape, header, listed, message, section
from bot.render.wording import LINES, count_of, day, kind_name, moment, money
from services.budget.queries import IRREVERSIBLE, ActView, EntryView, ReversalView, RollView


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
        case "reverse":
            return f"`{escape(act.document_id)}` reversed"
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


def reversal_lines(view: ReversalView) -> list[str]:
    """What a document posted, an entry a line, in order."""
    return [_posted(each) for each in view.entries]


def stands_against(view: ReversalView, people: Mapping[str, str]) -> str | None:
    """Why nobody can reverse a document; None if somebody can. The limits are looked at when it is done."""
    if (act := view.reversed_by) is not None:
        who = escape(people.get(act.email.lower(), act.email))
        return f"It was reversed by {who}, {moment(act.at)}; a document is reversed once.\n> {escape(act.reason)}"
    if view.document_type is None:
        return IRREVERSIBLE
    return None


def _posted(entry: EntryView) -> str:
    devices = f" · {count_of(entry.quantity, kind_name(entry.kind))}" if entry.quantity else ""
    return (
        f"• #{entry.entry} {day(entry.document_date)}: {escape(entry.entry_type.replace('_', ' '))} "
        f"*{money(entry.net_pence + entry.vat_pence)}* incl. {money(entry.vat_pence)} VAT, "
        f"{escape(entry.from_account)} → {escape(entry.to_account)}{devices} · "
        f"{LINES[entry.line]} {escape(entry.financial_year)}"
    )
