"""The act of rolling an ended year's orders over: what is promised and not received moves to the next year."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.vocabulary import FundingLine
from services.budget import act_store
from services.budget.acting import Acting, open_for
from services.budget.rules.entries import Amount, Entry, EntryType
from services.budget.rules.financial_year import bounds
from services.budget.rules.limits import fits, words_of
from services.budget.rules.rollover import Roll, next_year, post_rolls, rolls
from services.errors import NotFound, RuleBroken


def document_of(year: str, order_id: str, times_before: int) -> str:
    """The name under which it stands in the ledger: an order may roll over again, after a reversal or a late order."""
    name = f"rollover/{year}/{order_id}"
    return name if times_before == 0 else f"{name}/{times_before + 1}"


async def roll_over(act: Acting, order_ids: Sequence[str] | None) -> None:
    """Post what moves of these orders, or of all. Raises NotFound; RuleBroken where the next year cannot bear it."""
    year, to_year = act.year, next_year(act.year)
    _, last = bounds(year)
    if act.today <= last:
        raise RuleBroken(f"{year} runs until {last:%-d %B %Y}; it can be rolled over after that.")
    wanted = await act_store.open_orders(act.connection, year)
    if order_ids is not None:
        unknown = sorted(set(order_ids) - set(wanted))
        if unknown:
            raise NotFound(f"Nothing of {', '.join(unknown)} is promised in {year}; there is nothing to roll over.")
        wanted = sorted(set(order_ids))
    await act.keep()
    funds = {(each, line.value) for each in (year, to_year) for line in FundingLine}
    opened = await open_for(act, order_ids=wanted, funds=funds)
    book, before = opened.book, dict(opened.book.lines)
    times = await act_store.rolled_before(act.connection, year)
    rolled: list[tuple[str, str, Roll]] = []
    for order_id in wanted:
        order = book.orders[order_id]
        moved = rolls(order, year)
        if moved:
            document_id = document_of(year, order_id, times.get(order_id, 0))
            book.take(post_rolls([_committed(act, document_id, order_id, roll) for roll in moved], moved, order))
            rolled += [(document_id, order_id, roll) for roll in moved]
    if not rolled:
        raise RuleBroken(f"All that is promised in {year} has arrived; there is nothing to roll over.")
    for fund, sums in sorted(book.lines.items()):
        if not fits(before[fund], sums):
            raise RuleBroken(
                f"The money of {words_of(fund[1])} in {fund[0]} does not cover what would roll over. A director can "
                "move money to it or override its limit, or roll fewer orders over."
            )
    await act_store.keep_rolls(act.connection, act.act_id, rolled)
    await opened.close()


def _committed(act: Acting, document_id: str, order_id: str, roll: Roll) -> Entry:
    part = roll.part.in_year(roll.to_year)
    return Entry(
        document_id=document_id,
        entry_type=EntryType.COMMITTED,
        part=part,
        amount=Amount(roll.amount.net_pence, roll.amount.vat_pence),
        document_date=act.today,
        share=str(part),
        order_id=order_id,
    )
