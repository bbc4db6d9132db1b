"""Outturns as large and as strange as they can get, for what is drawn from them."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st
from msgspec import structs

from bot.render.budget_sheets import Books
from schemas.vocabulary import Demand, FundingLine, Kind
from services.budget.queries import (
    AccountView,
    EntryView,
    LineOutturn,
    MonthOutturn,
    OrderView,
    OutturnView,
    PartOutturn,
    PriorYear,
    VolumeOutturn,
)
from tests.unit.bot.views import DAYS, MAYBE, MOMENTS, NUMBERS, PENCE, WORDS, many

OUTTURN_LINES = st.builds(
    LineOutturn,
    line=st.sampled_from(FundingLine),
    approved_pence=PENCE,
    override_pence=PENCE,
    committed_pence=PENCE,
    invoiced_pence=PENCE,
    receipted_pence=PENCE,
    from_queue_pence=PENCE,
    from_run_rate_pence=PENCE,
    expected_pence=PENCE,
    beyond_money_pence=PENCE,
    low_pence=PENCE,
    outturn_pence=PENCE,
    high_pence=PENCE,
)
PARTS = st.builds(
    PartOutturn,
    name=st.one_of(WORDS, st.sampled_from(["", "refresh", "bau", "laptop", "central-west"])),
    quantity=NUMBERS,
    committed_pence=PENCE,
    invoiced_pence=PENCE,
    receipted_pence=PENCE,
    expected_pence=PENCE,
    low_pence=PENCE,
    outturn_pence=PENCE,
    high_pence=PENCE,
)
VOLUMES = st.builds(
    VolumeOutturn,
    kind=st.sampled_from(Kind),
    cap=NUMBERS,
    override=NUMBERS,
    ordered=NUMBERS,
    beyond=NUMBERS,
    assumed=st.booleans(),
)
YEAR_MONTHS = [date(2024 + (place + 3) // 12, (place + 3) % 12 + 1, 1) for place in range(12)]
OUTTURNS = st.builds(
    OutturnView,
    financial_year=st.just("2024/25"),
    as_of=st.one_of(DAYS, st.dates(date(2024, 4, 1), date(2025, 3, 31))),
    lines=st.one_of(st.lists(OUTTURN_LINES, max_size=2), OUTTURN_LINES.map(lambda one: [one] * 120)),
    volumes=many(VOLUMES),
    kinds=many(PARTS),
    demands=many(PARTS),
    units=many(PARTS),
    months=st.one_of(
        st.just([]),
        st.builds(
            MonthOutturn,
            line=st.sampled_from(FundingLine),
            month=st.just(YEAR_MONTHS[0]),
            quantity=NUMBERS,
            approved_pence=PENCE,
            committed_pence=PENCE,
            invoiced_pence=PENCE,
            receipted_pence=PENCE,
            expected_pence=PENCE,
        ).map(lambda one: [structs.replace(one, month=month) for month in YEAR_MONTHS]),
    ),
)
ENTRIES = st.builds(
    EntryView,
    entry=NUMBERS,
    document_id=WORDS,
    entry_type=WORDS,
    financial_year=st.just("2024/25"),
    line=st.sampled_from(FundingLine),
    kind=st.sampled_from([None, *Kind]),
    unit=MAYBE,
    demand=st.sampled_from([None, *Demand]),
    month=DAYS,
    document_date=DAYS,
    net_pence=PENCE,
    vat_pence=PENCE,
    quantity=NUMBERS,
    from_account=WORDS,
    to_account=WORDS,
    order_id=MAYBE,
    reverses=st.none(),
    posted_at=MOMENTS,
)
ORDERS = st.builds(
    OrderView,
    order_id=WORDS,
    supplier=MAYBE,
    contract_id=MAYBE,
    placed_on=st.one_of(st.none(), DAYS),
    ordered=NUMBERS,
    ordered_pence=PENCE,
    cancelled=NUMBERS,
    received=NUMBERS,
    received_pence=PENCE,
    invoiced=NUMBERS,
    invoiced_pence=PENCE,
    credited_pence=PENCE,
    gross_pence=PENCE,
    over_received=NUMBERS,
    price_difference_pence=st.one_of(st.none(), PENCE),
)
ACCOUNTS = st.builds(AccountView, line=st.sampled_from(FundingLine), account=WORDS, net_pence=PENCE, vat_pence=PENCE)
BOOKS = st.builds(
    Books,
    orders=st.lists(ORDERS, max_size=3),
    accounts=st.lists(ACCOUNTS, max_size=3),
    entries=st.lists(ENTRIES, max_size=3),
)
PRIOR = st.builds(
    PriorYear, financial_year=st.sampled_from(["2022/23", "2023/24", "<!x>"]), spent_pence=PENCE, forecast=st.booleans()
)
