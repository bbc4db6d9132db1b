"""Views as large and as strange as they can get, for what is drawn from them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from hypothesis import strategies as st

from bot.render.background import Background
from schemas.vocabulary import AlertSeverity, BauCause, Demand, DeviceState, FundingLine, Kind
from services.access.audit_queries import AuditLine
from services.access.viewer import Viewer
from services.budget.queries import BudgetView, Gate, LineView, OrderGates, PriorYear
from services.intake.commands import Dealt
from services.intake.queries import LetterGroup, LetterView
from services.refresh.queries import DueMonth, DueView, Explanation, QueueCount, QueueLine
from services.refresh.wave_queries import (
    LeftOutRow,
    QuarterRow,
    UnitRow,
    WaveEntry,
    WaveLine,
    WaveRow,
    WaveStatus,
    WaveView,
)
from services.register.queries import (
    ClaimantView,
    ConflictsView,
    ConflictView,
    CountRow,
    DeviceView,
    HistoryLine,
    IdleDevice,
    SeenDevice,
    StrayDevice,
)
from services.requests.policy import own_policy
from services.requests.queries import Cause, Reason, RequestView, TimelineLine
from services.requests.rules.machine import Status
from services.watch.queries import AlertView
from services.watch.queries import Cause as AlertCause

NAMES = {"central-west": "Central West"}
WORDS = st.one_of(
    st.text(max_size=40),
    st.text(min_size=1, max_size=4).map(lambda part: part * 1000),
    st.just("<!channel> *_~`&<@U1>"),
)
MAYBE = st.one_of(st.none(), WORDS)
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
PENCE = st.integers(-(10**12), 10**12)
NUMBERS = st.integers(0, 10**7)
IDS = st.uuids()
QUARTERS = st.builds(date, st.integers(2000, 2090), st.sampled_from([1, 4, 7, 10]), st.just(1))


def many(each: st.SearchStrategy[object], most: int = 120) -> st.SearchStrategy[list[object]]:
    return st.one_of(st.lists(each, max_size=3), each.map(lambda one: [one] * most))


DEVICES = st.builds(
    DeviceView,
    device_id=IDS,
    serial=MAYBE,
    asset_tag=MAYBE,
    kind=st.sampled_from([None, *Kind]),
    manufacturer=MAYBE,
    model=MAYBE,
    state=st.sampled_from(DeviceState),
    unit=MAYBE,
    holder_email=MAYBE,
    os=MAYBE,
    os_version=MAYBE,
    purchased_on=st.one_of(st.none(), DAYS),
    warranty_ends_on=st.one_of(st.none(), DAYS),
    last_seen_at=st.one_of(st.none(), MOMENTS),
    cost_pence=st.one_of(st.none(), PENCE),
    age_months=st.one_of(st.none(), st.integers(-5, 400)),
)
HISTORY = st.builds(HistoryLine, at=MOMENTS, field=WORDS, before=MAYBE, after=MAYBE, source=WORDS)
CLAIMANTS = st.builds(
    ClaimantView,
    name=WORDS,
    first_seen_at=st.one_of(st.none(), MOMENTS),
    last_seen_at=st.one_of(st.none(), MOMENTS),
    model=MAYBE,
    holder_email=MAYBE,
    asset_tag=MAYBE,
    state=st.sampled_from([None, *DeviceState]),
)
CONFLICT = st.builds(
    ConflictView,
    conflict=WORDS,
    serial=WORDS,
    scheme=WORDS,
    device_id=IDS,
    unit=MAYBE,
    found_at=MOMENTS,
    claimants=st.lists(CLAIMANTS, min_size=2, max_size=7).map(tuple),
    ruling=st.sampled_from([None, "one_device", "two_devices", "resolved_itself"]),
    ruled_by=MAYBE,
    ruled_at=st.one_of(st.none(), MOMENTS),
    split_off=MAYBE,
)
CONFLICTS = st.builds(ConflictsView, first=many(CONFLICT, 10).map(tuple), number=NUMBERS)
IDLE = st.builds(
    IdleDevice,
    device_id=IDS,
    serial=MAYBE,
    asset_tag=MAYBE,
    kind=st.sampled_from([None, *Kind]),
    model=MAYBE,
    unit=MAYBE,
    holder_email=MAYBE,
    last_seen_at=MOMENTS,
)
SEEN = st.builds(
    SeenDevice,
    device_id=IDS,
    serial=MAYBE,
    asset_tag=MAYBE,
    kind=st.sampled_from(Kind),
    model=MAYBE,
    unit=MAYBE,
    holder_email=WORDS,
    last_seen_at=st.one_of(st.none(), MOMENTS),
)
AUDITS = st.builds(
    AuditLine,
    entry=NUMBERS,
    at=MOMENTS,
    email=WORDS,
    roles=st.just(("staff",)),
    action=WORDS,
    subject=WORDS,
    granted=st.booleans(),
)
STRAYS = st.builds(
    StrayDevice,
    device_id=IDS,
    serial=MAYBE,
    asset_tag=MAYBE,
    kind=st.sampled_from([None, *Kind]),
    model=MAYBE,
    state=st.sampled_from(DeviceState),
    unit=MAYBE,
    holder_email=WORDS,
    person_unit=MAYBE,
    since=MOMENTS,
    days=NUMBERS,
)
LETTER_GROUPS = st.builds(
    LetterGroup,
    service=st.sampled_from(["intake", "register"]),
    source=WORDS,
    reason=WORDS,
    reason_key=st.just("d41d8cd98f00b204e9800998ecf8427e"),
    letters=st.integers(1, 10**7),
    seen=NUMBERS,
    first_seen=MOMENTS,
    last_seen=MOMENTS,
    latest=IDS,
    groups=st.integers(1, 10**6),
)
LETTERS = st.builds(
    LetterView,
    service=st.just("intake"),
    fingerprint=IDS,
    source=WORDS,
    reason=WORDS,
    context=st.dictionaries(st.sampled_from(["record", "key", "topic", "heard_at"]), WORDS),
    beginning=st.one_of(st.binary(max_size=200), WORDS.map(str.encode), st.sampled_from([b" " * 9000, b"\0" * 24_000])),
    size=NUMBERS,
    first_seen=MOMENTS,
    last_seen=MOMENTS,
    seen=NUMBERS,
    settled_at=st.one_of(st.none(), MOMENTS),
    settled_as=st.sampled_from([None, "replayed", "discarded"]),
    forgotten_at=st.one_of(st.none(), MOMENTS),
)
DEALT = st.builds(
    Dealt,
    how=st.sampled_from(["replayed", "discarded"]),
    tried=NUMBERS,
    settled=NUMBERS,
    accepted=NUMBERS,
    repeated=NUMBERS,
    ignored=NUMBERS,
    sent_again=NUMBERS,
    still_dead=NUMBERS,
    why=MAYBE,
    before=st.sampled_from([None, "replayed", "discarded"]),
    more=st.booleans(),
)
COUNT_ROWS = st.builds(CountRow, keys=st.tuples(WORDS, WORDS), devices=NUMBERS)
QUEUE = st.builds(
    QueueLine,
    place=NUMBERS,
    device_id=IDS,
    serial=MAYBE,
    kind=st.sampled_from(Kind),
    model=MAYBE,
    unit=MAYBE,
    rule=WORDS,
    reason=WORDS,
    policy_version=WORDS,
    score=st.integers(0, 1000),
    score_parts=st.just({}),
    due_on=DAYS,
    demand=st.sampled_from(Demand),
    status=st.sampled_from(["queued", "planned", "ordered"]),
    request_reference=MAYBE,
    waiting_for=MAYBE,
    cause=st.sampled_from([None, *BauCause]),
    line=st.sampled_from([None, *FundingLine]),
    planned_for=st.one_of(st.none(), QUARTERS),
    wave=MAYBE,
)
QUEUE_COUNT = st.builds(
    QueueCount,
    kind=st.sampled_from(Kind),
    cause=st.sampled_from([None, *BauCause]),
    month=DAYS,
    planned_for=st.one_of(st.none(), QUARTERS),
    status=st.sampled_from(["queued", "planned", "ordered"]),
    entries=NUMBERS,
)
DUE = st.builds(
    DueView,
    overdue=NUMBERS,
    overdue_by_kind=st.dictionaries(st.sampled_from(Kind), NUMBERS),
    by_month=many(st.builds(DueMonth, month=DAYS, kind=st.sampled_from(Kind), devices=NUMBERS)),
    first=many(QUEUE),
)
WHY = st.builds(
    Explanation,
    device_id=IDS,
    serial=MAYBE,
    kind=st.sampled_from([None, *Kind]),
    model=MAYBE,
    unit=MAYBE,
    in_queue=st.booleans(),
    place=st.one_of(st.none(), NUMBERS),
    rule=MAYBE,
    reason=WORDS,
    policy_version=WORDS,
    score=NUMBERS,
    score_parts=st.dictionaries(WORDS, NUMBERS, max_size=20),
    part_words=st.dictionaries(WORDS, st.one_of(WORDS, st.just("50 of 80: 61 months old.")), max_size=5),
    due_on=st.one_of(st.none(), DAYS),
    failures=st.lists(DAYS, max_size=60),
    not_due_because=MAYBE,
    status=st.sampled_from([None, "queued", "planned", "ordered"]),
    request_reference=MAYBE,
    planned_for=st.one_of(st.none(), QUARTERS),
    wave=MAYBE,
    changes_on=st.one_of(st.none(), DAYS),
)
BUDGETS = st.builds(
    BudgetView,
    financial_year=WORDS,
    lines=many(
        st.builds(
            LineView,
            line=st.sampled_from(FundingLine),
            approved_pence=PENCE,
            committed_pence=PENCE,
            invoiced_pence=PENCE,
            left_pence=PENCE,
        )
    ),
    prior=many(st.builds(PriorYear, financial_year=WORDS, spent_pence=PENCE, forecast=st.booleans())),
)
REQUESTS = st.builds(
    RequestView,
    request_id=IDS,
    reference=WORDS,
    requester_email=WORDS,
    requester_name=WORDS,
    unit=WORDS,
    kind=st.sampled_from(Kind),
    reason=st.sampled_from(Reason),
    device_id=st.one_of(st.none(), IDS),
    serial=MAYBE,
    explanation=WORDS,
    needed_by=st.one_of(st.none(), DAYS),
    accessibility_needs=st.booleans(),
    delivery_place=WORDS,
    status=st.sampled_from(Status),
    verdict=WORDS,
    approver_email=MAYBE,
    decided_by=MAYBE,
    decided_at=st.one_of(st.none(), MOMENTS),
    refusal=MAYBE,
    raised_at=MOMENTS,
    timeline=many(st.builds(TimelineLine, at=MOMENTS, what=WORDS, who=WORDS)),
    recipient_email=MAYBE,
    recipient_name=MAYBE,
    since=st.one_of(st.none(), DAYS),
    photos=st.sampled_from([(), ("https://files.example/a|b>", "https://files.example/c")]),
    assistive_technology=WORDS,
    question=MAYBE,
    answer=MAYBE,
    successor_serial=MAYBE,
    wave_month=st.one_of(st.none(), DAYS),
    return_due_on=st.one_of(st.none(), DAYS),
    ending=MAYBE,
    ended_by=MAYBE,
    otherwise_serial=MAYBE,
    otherwise_at=st.one_of(st.none(), MOMENTS),
    may=st.lists(st.sampled_from(Cause), unique=True).map(tuple),
    ticket=MAYBE,
    ticket_state=st.sampled_from([None, "open", "in_progress", "waiting", "resolved", "closed", "cancelled"]),
    ticket_link=st.sampled_from([None, "https://desk.example/incident.do?sys_id=1&view=a|b>"]),
)
BACKGROUNDS = st.builds(
    Background,
    holds=many(DEVICES, 20),
    device=st.one_of(st.none(), DEVICES),
    failures=st.one_of(st.none(), st.lists(DAYS, max_size=4)),
    due_on=st.one_of(st.none(), DAYS),
    band=st.sampled_from([None, *own_policy().bands.values()]),
)
ALERTS = st.builds(
    AlertView,
    key=WORDS,
    episode=NUMBERS,
    condition=WORDS,
    severity=st.sampled_from(AlertSeverity),
    audience=WORDS,
    headline=WORDS,
    detail=WORDS,
    raised_at=MOMENTS,
    revision=NUMBERS,
    unit=MAYBE,
    cleared_at=st.one_of(st.none(), MOMENTS),
    acknowledged_by=MAYBE,
    acknowledged_at=st.one_of(st.none(), MOMENTS),
    snoozed_by=MAYBE,
    snoozed_until=st.one_of(st.none(), MOMENTS),
    wakes=st.integers(0, 3),
    assigned_to=MAYBE,
    assigned_by=MAYBE,
    assigned_at=st.one_of(st.none(), MOMENTS),
    may=st.lists(st.sampled_from(AlertCause), unique=True).map(tuple),
)
GATES = st.builds(
    Gate,
    name=st.sampled_from(["line", "volume_cap", "procurement_route", "approval_reference", "delegation", "splitting"]),
    passed=st.booleans(),
    explanation=WORDS,
)
ORDERS = st.builds(
    OrderGates,
    order_id=st.text(min_size=1, max_size=40),
    gross_pence=PENCE,
    supplier=MAYBE,
    contract_id=MAYBE,
    procurement_route=MAYBE,
    approval_reference=MAYBE,
    gates=st.lists(GATES, max_size=8),
)
COST = st.one_of(st.none(), PENCE)
WAVES = st.builds(
    WaveView,
    wave_id=IDS,
    wave=st.just("W-12"),
    status=st.sampled_from(WaveStatus),
    financial_year=st.just("2024/25"),
    quarter=QUARTERS,
    policy_version=WORDS,
    entries=NUMBERS,
    from_stock=NUMBERS,
    ordered=NUMBERS,
    gross_pence=PENCE,
    gap_percent=st.floats(0, 100),
    method=WORDS,
    floors_met=st.booleans(),
    proposed_by=WORDS,
    proposed_at=MOMENTS,
    decided_by=MAYBE,
    decided_at=st.one_of(st.none(), MOMENTS),
    explanation=WORDS,
    rows=many(
        st.builds(
            WaveRow,
            line=st.sampled_from(FundingLine),
            kind=st.sampled_from(Kind),
            asked=NUMBERS,
            from_stock=NUMBERS,
            ordered=NUMBERS,
            later=NUMBERS,
            left_out=NUMBERS,
            gross_pence=COST,
        ),
        10,
    ),
    units=many(st.builds(UnitRow, unit=MAYBE, asked=NUMBERS, served=NUMBERS, later=NUMBERS, left_out=NUMBERS)),
    left_out=many(
        st.builds(
            LeftOutRow,
            kind=st.sampled_from(Kind),
            why=st.one_of(WORDS, st.sampled_from(["money", "cap"])),
            entries=NUMBERS,
            highest_score=st.integers(0, 1000),
        ),
        30,
    ),
    later=many(st.builds(QuarterRow, starts_on=QUARTERS, entries=NUMBERS, gross_pence=PENCE), 4),
    gates=many(WORDS, 30),
    orders=many(ORDERS, 8),
)
WAVE_LINES = st.builds(
    WaveLine,
    wave_id=IDS,
    financial_year=st.just("2024/25"),
    from_stock=NUMBERS,
    ordered=NUMBERS,
    explanation=WORDS,
    wave=WORDS,
    status=st.sampled_from(WaveStatus),
    quarter=QUARTERS,
    entries=NUMBERS,
    gross_pence=PENCE,
    proposed_by=WORDS,
    proposed_at=MOMENTS,
    decided_by=MAYBE,
    decided_at=st.one_of(st.none(), MOMENTS),
)
ENTRIES = st.builds(
    WaveEntry,
    place=NUMBERS,
    serial=MAYBE,
    kind=st.sampled_from(Kind),
    model=MAYBE,
    unit=MAYBE,
    line=st.sampled_from(FundingLine),
    demand=st.sampled_from(Demand),
    rule=WORDS,
    due_on=DAYS,
    score=st.integers(0, 1000),
    served_by=st.sampled_from(["stock", "order"]),
    order_id=MAYBE,
    stock_serial=MAYBE,
)
SOME_ID = UUID(int=7)
STAFF = Viewer("amara@metropolitan.example", "Amara Osei", frozenset(), "central-west", ())
