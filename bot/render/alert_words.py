"""What people did about an alert, in words, and the buttons to do more."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from slack_sdk.models.blocks import ActionsBlock

from bot import ids
from bot.render.message import actions, button, escape
from bot.render.wording import moment
from schemas.events.alert import Alert
from schemas.vocabulary import AlertSeverity
from services.watch.queries import AlertState, Cause, state_of

MARKS: Mapping[AlertSeverity, str] = {
    AlertSeverity.NOTICE: ":large_blue_circle:",
    AlertSeverity.WARNING: ":large_orange_circle:",
    AlertSeverity.CRITICAL: ":red_circle:",
}
MOST_CARRIED = 2000
"""As much as a button holds."""
_BUTTONS: Mapping[Cause, tuple[str, str]] = {
    Cause.ACKNOWLEDGE: ("Acknowledge", ids.ALERT_ACKNOWLEDGE),
    Cause.SNOOZE: ("Snooze…", ids.ALERT_SNOOZE),
    Cause.ASSIGN: ("Assign…", ids.ALERT_ASSIGN),
}


def mark(alert: Alert) -> str:
    """Before its headline: how severe it is, or that it is snoozed."""
    return ":zzz:" if state_of(alert) is AlertState.SNOOZED else MARKS[alert.severity]


def handling(alert: Alert, people: Mapping[str, str]) -> str:
    """Who acknowledged or snoozed it, who has it, and until when; empty while nobody did anything. Slack's markup."""
    state, said = state_of(alert), []
    if alert.assigned_to is not None:
        said.append(_assigned(alert, people))
    elif state in (AlertState.ACKNOWLEDGED, AlertState.CLEARED) and alert.acknowledged_at is not None:
        who = name_of(people, alert.acknowledged_by)
        said.append(f":eyes: *{who}* acknowledged it, {moment(alert.acknowledged_at)}.")
    if alert.snoozed_until is not None:
        who = name_of(people, alert.snoozed_by)
        said.append(f":zzz: *{who}* snoozed it until {moment(alert.snoozed_until)}, or until it grows more severe.")
    elif state is AlertState.RAISED and alert.wakes and alert.snoozed_by is not None:
        said.append(f":alarm_clock: It was snoozed by *{name_of(people, alert.snoozed_by)}* and is awake again.")
    return "\n".join(said)


def name_of(people: Mapping[str, str], email: str | None) -> str:
    """The person's name as the directory has it, or else the address; escaped."""
    return escape(people.get(email or "", email or "somebody"))


def handling_buttons(alert: Alert, may: Collection[Cause], line: str = "") -> list[ActionsBlock]:
    """A row of what may be done, if anything. `line` is the question whose answer they stand in."""
    value = carried(alert, line)
    # Cut short it would name another alert, or none.
    shown = [(cause, *_BUTTONS[cause]) for cause in _BUTTONS if cause in may and len(value) <= MOST_CARRIED]
    return [actions(*(button(label, action_id, value) for _, label, action_id in shown))] if shown else []


def carried(alert: Alert, line: str = "") -> str:
    """What buttons and forms carry of an alert. The key comes last, for it may hold anything."""
    return f"{alert.episode}|{line}|{alert.key}"


def _assigned(alert: Alert, people: Mapping[str, str]) -> str:
    who = name_of(people, alert.assigned_to)
    given = f", {moment(alert.assigned_at)}" if alert.assigned_at is not None else ""
    if alert.assigned_by == alert.assigned_to:
        told = f":bust_in_silhouette: *{who}* took it on{given}."
    else:
        told = f":bust_in_silhouette: *{who}* has it, given by *{name_of(people, alert.assigned_by)}*{given}."
    took_on = alert.assigned_by == alert.assigned_to == alert.acknowledged_by
    if alert.acknowledged_at is None or took_on:
        return told
    return f"{told} Acknowledged by *{name_of(people, alert.acknowledged_by)}*, {moment(alert.acknowledged_at)}."
