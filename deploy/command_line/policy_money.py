"""The money that a change of policy means: entries more or fewer by the end of the year, at the price book's prices.

By kind only for who may see prices, and then audited: a sum and a count together tell a price.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from schemas.vocabulary import FundingLine, Kind
from services.access import audit
from services.access.viewer import Viewer
from services.budget.queries import planning
from services.clock import london_date
from services.database.pool import Connection
from services.refresh.policy_commands import DIFF
from services.refresh.rules.comparing import Comparison


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """Pence, VAT included; below nought where less is needed. `pence` is all kinds together, and None without the role
    where that is one kind; `by_kind` is empty without the role.
    """

    pence: int | None
    by_kind: list[tuple[FundingLine, Kind, int]]
    without_price: list[Kind]


async def money_of(connection: Connection, viewer: Viewer, found: Comparison, year: str, now: datetime) -> Money | None:
    """What `found` means in money; None without a price book."""
    prices = (await planning(connection, year, london_date(now))).prices
    if not prices:
        return None
    more = found.due_more
    by_kind = [(line, kind, count * prices[kind].gross_pence) for (kind, line), count in more.items() if kind in prices]
    if viewer.sees_prices:
        await audit.record(connection, now, viewer, DIFF, year, granted=True)
    public = viewer.sees_prices or len({kind for _, kind, pence in by_kind if pence}) != 1
    return Money(
        pence=sum(pence for _, _, pence in by_kind) if public else None,
        by_kind=by_kind if viewer.sees_prices else [],
        without_price=sorted({kind for kind, _ in more if kind not in prices}),
    )
