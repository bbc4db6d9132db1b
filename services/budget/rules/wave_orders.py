"""What an order of a released wave writes into the ledger: one committed entry for each unit and demand it is for."""

from __future__ import annotations

from datetime import date

from schemas.events.wave import WaveOrder
from services.budget.rules.entries import Amount, Entry, EntryType, Part
from services.budget.rules.matching import Sums, add


def order_entries(order: WaveOrder, financial_year: str, today: date) -> list[Entry]:
    """The order's entries, by unit and demand. VAT is per device, so the shares sum to the order exactly."""
    sums: Sums = {}
    for share in order.shares:
        part = Part(financial_year, order.line.value, order.kind.value, share.unit or "", share.demand.value)
        number = share.quantity
        add(sums, part, Amount(order.net_pence * number, order.vat_pence * number, number))
    return [
        Entry(
            document_id=f"order/{order.order_id}",
            entry_type=EntryType.COMMITTED,
            part=part,
            amount=sums[part],
            document_date=today,
            share=f"{part.unit}|{part.demand}",
            order_id=order.order_id,
        )
        for part in sorted(sums)
        if any(sums[part])
    ]


def price_changed(kind: str) -> str:
    """Why a wave was not committed whose director saw another price."""
    return f"The price of a {kind} has changed since the wave was proposed. Propose it again, to see what it costs now."


def year_ended(year: str) -> str:
    """Why a wave was not committed that belongs to a year gone by."""
    return f"The financial year {year} has ended. Propose the wave again in the present year."


def ordered_already(wave: str) -> str:
    """Why a wave was not committed whose order stands in the books for another."""
    return f"An order of {wave} was committed before, by another wave. Propose it again, so that its orders are new."
