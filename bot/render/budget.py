"""A financial year's money: lines, how much of each is left, kinds where the role allows, earlier years beside."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.render.message import Message, escape, header, listed, message, note, section, table
from bot.render.wording import LINES, bar, kind_name, money, number, share
from services.budget.queries import BudgetView, LineView


def line_text(line: LineView) -> str:
    """A funding line in a few short rows."""
    used = line.committed_pence + line.invoiced_pence
    whole = line.approved_pence
    return "\n".join(
        [
            f"*{escape(LINES.get(line.line, line.line))}*",
            f"`{bar(used, whole)}` {share(used, whole)} of {money(whole)} used",
            " · ".join(
                [
                    f"committed {money(line.committed_pence)} ({share(line.committed_pence, whole)})",
                    f"invoiced {money(line.invoiced_pence)} ({share(line.invoiced_pence, whole)})",
                    f"*left {money(line.left_pence)}* ({share(line.left_pence, whole)})",
                ]
            ),
        ]
    )


def render(view: BudgetView, *, sees_prices: bool) -> Message:
    """The answer to `budget`."""
    blocks: list[Block] = [header(f"Budget {view.financial_year}")]
    blocks += [section(line_text(line)) for line in view.lines]
    if not view.lines:
        blocks.append(section(f"No approved sum for {escape(view.financial_year)} is on record."))
    if view.kinds:
        rows = [
            [
                kind_name(each.kind).capitalize(),
                number(each.quantity),
                money(each.committed_pence),
                money(each.invoiced_pence),
            ]
            for each in view.kinds
        ]
        blocks += table(["Kind", "Ordered", "Committed", "Invoiced"], rows, numbers_from=1)
    if view.prior:
        years = [
            f"{escape(year.financial_year)}  {money(year.spent_pence)}{'  (forecast)' if year.forecast else ''}"
            for year in view.prior
        ]
        blocks += [section("*Earlier years*"), listed(years)]
    small = "Sums include VAT. Committed is ordered and not yet invoiced."
    blocks.append(note(small if sees_prices else f"{small} Kinds and prices are for finance, directors and auditors."))
    told = "; ".join(f"{LINES.get(line.line, line.line)}: {money(line.left_pence)} left" for line in view.lines)
    return message(f"Budget {view.financial_year}. {told or 'No approved sum is on record.'}", blocks)
