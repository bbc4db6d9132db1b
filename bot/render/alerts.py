"""Alerts: as one message each in their channel, and as a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.render.message import Message, escape, header, listed, message, note, section
from bot.render.wording import moment, unit_name
from schemas.events.alert import Alert
from schemas.vocabulary import AlertSeverity
from services.watch.queries import AlertView

AnyAlert = Alert | AlertView

_MARKS: Mapping[AlertSeverity, str] = {
    AlertSeverity.NOTICE: ":large_blue_circle:",
    AlertSeverity.WARNING: ":large_orange_circle:",
    AlertSeverity.CRITICAL: ":red_circle:",
}


def render_one(alert: AnyAlert, names: Mapping[str, str]) -> Message:
    """An alert in its channel; the same message says later that it is over."""
    where = f" · {escape(unit_name(names, alert.unit))}" if alert.unit else ""
    raised = f"raised {moment(alert.raised_at)}"
    if alert.cleared_at is not None:
        title = f":white_check_mark: ~{escape(alert.headline)}~"
        small = f"Cleared {moment(alert.cleared_at)} · {raised}{where}"
        return message(f"Cleared: {alert.headline}", [section(f"{title}\n{escape(alert.detail)}"), note(small)])
    title = f"{_MARKS[alert.severity]} *{escape(alert.headline)}*"
    small = f"{alert.severity.value.capitalize()} · {raised}{where}"
    return message(
        f"{alert.severity.value.capitalize()}: {alert.headline}",
        [section(f"{title}\n{escape(alert.detail)}"), note(small)],
    )


def render_open(alerts: Sequence[AnyAlert], names: Mapping[str, str]) -> Message:
    """The answer to `alerts`."""
    if not alerts:
        return message("No open alerts.", [section("There are no open alerts for you.")])
    lines = [
        f"{_MARKS[alert.severity]} *{escape(alert.headline)}*\n{escape(alert.detail)} · since {moment(alert.raised_at)}"
        + (f" · {escape(unit_name(names, alert.unit))}" if alert.unit else "")
        for alert in alerts
    ]
    return message(f"{len(alerts)} open alerts", [header("Open alerts"), listed(lines)])
