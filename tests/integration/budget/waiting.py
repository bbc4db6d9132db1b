"""Entries of the refresh queue, written where the budget's forecast reads them."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from schemas.vocabulary import Demand, FundingLine, Kind
from services.database.pool import Pool
from tests.fixtures.finance import LINE, NOW

_ENTER = """
INSERT INTO refresh.queue (entry_id, device_id, kind, unit, demand, rule, reason, policy_version, due_on, score,
                           score_parts, status, entered_at, line)
SELECT id, id, $2, $3, $4, 'end-of-policy-life', 'its life ran out', '1', $5, 100, '{}', $6, $7, $8
FROM unnest($1::uuid[]) AS id
"""


async def wait_in_queue(
    pool: Pool,
    devices: int,
    due_on: date,
    *,
    kind: Kind = Kind.LAPTOP,
    demand: Demand = Demand.REFRESH,
    unit: str | None = "central-west",
    line: FundingLine = LINE,
    status: str = "queued",
) -> None:
    """So many devices that are due on a day."""
    ids = [uuid4() for _ in range(devices)]
    await pool.execute(_ENTER, ids, kind, unit, demand, due_on, status, NOW, line)
