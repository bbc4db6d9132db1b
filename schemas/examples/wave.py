"""A wave that is released, committed and ordered, and one that is refused."""

from __future__ import annotations

from datetime import date

from schemas.envelope import Event
from schemas.events.wave import (
    Decided,
    OrderRaised,
    OrderShare,
    RaisedOrder,
    WaveCommitted,
    WaveOrder,
    WaveRefused,
    WaveRelease,
    WaveReleased,
)
from schemas.examples.things import AT, WAVE
from schemas.vocabulary import Demand, FundingLine, Kind

ROUTE = "call-off under a compliantly procured framework agreement"
APPROVAL = "DMPC decision, March 2024"
ORDER_ID = "QM-W-12-laptop"

WAVE_EXAMPLES: tuple[Event, ...] = (
    WaveReleased(
        id=f"{WAVE}/released/1",
        source="quartermaster/refresh",
        time=AT,
        subject=str(WAVE),
        data=WaveRelease(
            wave_id=WAVE,
            wave="W-12",
            attempt=1,
            financial_year="2024/25",
            quarter=date(2024, 10, 1),
            orders=(
                WaveOrder(
                    order_id=ORDER_ID,
                    line=FundingLine.REFRESH_AND_BAU,
                    kind=Kind.LAPTOP,
                    net_pence=85_000,
                    vat_pence=17_000,
                    shares=(
                        OrderShare(unit="central-west-response", demand=Demand.REFRESH, quantity=380),
                        OrderShare(unit="end-user-services", demand=Demand.BAU, quantity=20),
                    ),
                    procurement_route=ROUTE,
                ),
            ),
            released_by="catherine.doyle@metropolitan.example",
            released_at=AT,
        ),
    ),
    OrderRaised(
        id=f"{ORDER_ID}/raised",
        source="quartermaster/budget",
        time=AT,
        subject=str(WAVE),
        data=RaisedOrder(
            order_id=ORDER_ID,
            wave_id=WAVE,
            wave="W-12",
            financial_year="2024/25",
            line=FundingLine.REFRESH_AND_BAU,
            kind=Kind.LAPTOP,
            quantity=400,
            net_pence=34_000_000,
            vat_pence=6_800_000,
            supplier="Example Supplies Ltd",
            contract_id="EUD-2024-L",
            procurement_route=ROUTE,
            approval_reference=APPROVAL,
        ),
    ),
    WaveCommitted(
        id=f"{WAVE}/decided/1",
        source="quartermaster/budget",
        time=AT,
        subject=str(WAVE),
        data=Decided(wave_id=WAVE, wave="W-12", attempt=1, order_ids=(ORDER_ID,), explanation=""),
    ),
    WaveRefused(
        id=f"{WAVE}/decided/2",
        source="quartermaster/budget",
        time=AT,
        subject=str(WAVE),
        data=Decided(
            wave_id=WAVE,
            wave="W-12",
            attempt=2,
            order_ids=(),
            explanation="The order of laptops needs an approval reference: it is at or over £500,000.",
        ),
    ),
)
