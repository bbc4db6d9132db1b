"""How figures, days, sums and the product's closed words read in British English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from schemas.vocabulary import DeviceState, FundingLine, Kind
from services.clock import LONDON
from services.requests.queries import Reason

REASONS: Mapping[Reason, str] = {
    Reason.BROKEN: "It is broken",
    Reason.SLOW: "It is too slow to work with",
    Reason.LOST: "I lost it",
    Reason.STOLEN: "It was stolen",
    Reason.END_OF_LIFE: "It is at the end of its life",
    Reason.ACCESSIBILITY: "I need it for accessibility reasons",
    Reason.JOINER: "Somebody joins and has none",
    Reason.LEAVER: "Its holder leaves",
    Reason.RECLAIM: "A manager asks for it back",
}
LINES: Mapping[str, str] = {
    FundingLine.REFRESH_AND_BAU: "Refresh and business as usual",
    FundingLine.TABLET_REPLACEMENT: "Tablet replacement",
}
STATUSES: Mapping[str, str] = {
    "waiting_for_approval": "waiting for approval",
    "question_asked": "waiting for an answer",
    "waiting_for_repair": "to be repaired first",
    "waiting_for_wave": "waiting for its wave",
    "approved": "approved, money being set aside",
    "waiting_for_money": "approved, waiting for money",
    "ordered": "ordered",
    "allocated": "approved, one from stock set aside",
    "shipped": "on its way",
    "delivered": "delivered, receipt not confirmed",
    "waiting_for_check": "accessibility settings to be checked",
    "return_due": "old device to go back",
    "closed": "done",
    "refused": "refused",
    "withdrawn": "withdrawn",
}
TICKET_STATES: Mapping[str, str] = {
    "open": "not taken up yet",
    "in_progress": "in progress",
    "waiting": "on hold",
    "resolved": "resolved",
    "closed": "closed",
    "cancelled": "cancelled",
}
"""How a ticket at the service desk stands."""
_BAR = 20


def number(count: int) -> str:
    """40,000."""
    return f"{count:,}"


def money(pence: int) -> str:
    """Pounds; pence only where there are any."""
    sign, pence = ("-", -pence) if pence < 0 else ("", pence)
    pounds, rest = divmod(pence, 100)
    return f"{sign}£{pounds:,}.{rest:02d}" if rest else f"{sign}£{pounds:,}"


def pounds(pence: int) -> str:
    """Whole pounds, for what is forecast: pence would say that we know them."""
    return money((pence + 50) // 100 * 100)


def share(part: int, whole: int) -> str:
    """A percentage with one decimal; a dash where there is no whole."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def day(when: date | None) -> str:
    """3 Nov 2026; a dash for none."""
    return f"{when.day} {when:%b %Y}" if when else "–"


def moment(when: datetime) -> str:
    """3 Nov 2026, 14:05, London time."""
    local = when.astimezone(LONDON)
    return f"{local.day} {local:%b %Y, %H:%M}"


def month(when: date) -> str:
    """Nov 2026."""
    return f"{when:%b %Y}"


def count_of(count: int, thing: str) -> str:
    """1 device, 2 devices."""
    return f"{number(count)} {thing}" if count == 1 else f"{number(count)} {thing}s"


def kind_name(kind: Kind | None) -> str:
    """The kind in words."""
    return kind.value if kind else "device"


def state_name(state: DeviceState) -> str:
    """in_repair → in repair."""
    return state.value.replace("_", " ")


def unit_name(names: Mapping[str, str], code: str | None) -> str:
    """The name people know; the code if the directory does not know it."""
    return names.get(code, code) if code else "no unit"


def age(months: int | None) -> str:
    """3 years 2 months."""
    if months is None:
        return "age unknown"
    years, rest = divmod(max(months, 0), 12)
    parts = [count_of(years, "year")] if years else []
    parts += [count_of(rest, "month")] if rest or not years else []
    return " ".join(parts)


def bar(part: int, whole: int) -> str:
    """A small bar of text, full at 100 % and never longer."""
    filled = 0 if whole <= 0 else round(_BAR * min(max(part, 0), whole) / whole)
    return "█" * filled + "░" * (_BAR - filled)
