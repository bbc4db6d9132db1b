"""The act of moving approved money between two lines of a year."""

from __future__ import annotations

from uuid import UUID

from schemas.vocabulary import FundingLine
from services.budget.acting import Acting, open_for
from services.budget.rules.limits import words_of
from services.budget.rules.virement import may_give, move_entries
from services.errors import RuleBroken


def document_of(act_id: UUID) -> str:
    """The name under which the move stands in the ledger."""
    return f"move/{act_id}"


async def move(act: Acting, document_id: str, from_line: FundingLine, to_line: FundingLine, pence: int) -> None:
    """Post the move. Raises RuleBroken if the giving line would keep less than it has spent and promised."""
    given, taken = (act.year, from_line.value), (act.year, to_line.value)
    opened = await open_for(act, lines=[to_line], funds={given, taken})
    if not may_give(opened.book.lines[given], pence):
        left = max(0, opened.book.lines[given].left_pence)
        if not left:
            raise RuleBroken(f"{words_of(from_line).capitalize()} has no money in {act.year} that is free to move.")
        raise RuleBroken(
            f"Of {words_of(from_line)} in {act.year} only £{left / 100:,.2f} is neither spent nor promised; move that "
            "much or less."
        )
    opened.book.take(move_entries(document_id, act.year, from_line.value, to_line.value, pence, act.today))
    await opened.close()
