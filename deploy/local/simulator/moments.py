"""A moment in each vendor's spelling. Inside the simulator time is whole microseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

MICROSECONDS = 1_000_000
LONDON = ZoneInfo("Europe/London")
GRAPH_NEVER = "0001-01-01T00:00:00Z"
GRAPH_FOREVER = "9999-12-31T23:59:59.9999999Z"


def microseconds(moment: datetime) -> int:
    """An aware moment as microseconds since 1970."""
    return int(moment.timestamp()) * MICROSECONDS + moment.microsecond


def from_microseconds(at: int) -> datetime:
    """The aware moment, in UTC."""
    return datetime.fromtimestamp(at // MICROSECONDS, UTC).replace(microsecond=at % MICROSECONDS)


def midday(day: date) -> int:
    """Noon UTC of a day, in microseconds."""
    return microseconds(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def graph_moment(at: int) -> str:
    """As Graph writes it: no fraction on a whole second, else seven digits; never is a sentinel."""
    if at <= 0:
        return GRAPH_NEVER
    seconds, fraction = divmod(at, MICROSECONDS)
    whole = datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
    return f"{whole}.{fraction:06d}{seconds % 10}Z" if fraction else f"{whole}Z"


def desk_moment(at: int) -> str:
    """As ServiceNow stores it: UTC, whole seconds, no mark of the zone; absent is empty."""
    return datetime.fromtimestamp(at // MICROSECONDS, UTC).isoformat(sep=" ")[:19] if at > 0 else ""


def desk_display(at: int) -> str:
    """As ServiceNow shows it to a British user: day first, in London's time."""
    if at <= 0:
        return ""
    return datetime.fromtimestamp(at // MICROSECONDS, LONDON).strftime("%d-%m-%Y %H:%M:%S")


def parse_desk_moment(text: str) -> int:
    """The microseconds of `YYYY-MM-DD HH:MM:SS`. Raises ValueError on any other spelling."""
    return microseconds(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC))
