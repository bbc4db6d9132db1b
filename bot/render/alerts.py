"""An alert as a message in its channel, or to a person it is for."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.models.blocks import Block

from bot import ids
from bot.render.alert_words import handling, handling_buttons, mark
from bot.render.message import Message, actions, button, escape, message, note, section
from bot.render.wording import moment, unit_name
from schemas.events.alert import Alert
from services.watch.queries import offers_to_all

_SHOWN_BY_BUDGET = frozenset(
    {"budget-crossing", "outturn-crossing", "likely-underspend", "volume-crossing", "volume-outturn-crossing"}
)
_WAVE_GATE = "procurement-gate:wave:"


def render_one(alert: Alert, names: Mapping[str, str], people: Mapping[str, str]) -> Message:
    """An alert in its channel; the same message says later who is at it, and at last that it is over.

    `names` are those of units, by code, `people` those of persons, by address.
    """
    done = handling(alert, people)
    told = f"{escape(alert.detail)}\n{done}" if done else escape(alert.detail)
    where = f" · {escape(unit_name(names, alert.unit))}" if alert.unit else ""
    raised = f"raised {moment(alert.raised_at)}"
    if alert.cleared_at is not None:
        title = f":white_check_mark: ~{escape(alert.headline)}~"
        small = f"Cleared {moment(alert.cleared_at)} · {raised}{where}"
        return message(f"Cleared: {alert.headline}", [section(f"{title}\n{told}"), note(small)])
    title = f"{mark(alert)} *{escape(alert.headline)}*"
    small = f"{alert.severity.value.capitalize()} · {raised}{where}"
    blocks: list[Block] = [
        section(f"{title}\n{told}"),
        note(small),
        *_next_step(alert),
        *handling_buttons(alert, offers_to_all(alert)),
    ]
    return message(f"{alert.severity.value.capitalize()}: {alert.headline}", blocks)


def _next_step(alert: Alert) -> list[Block]:
    if alert.condition == "past-policy-life" and alert.unit:
        return [actions(button("What falls due", ids.ask("due"), f"due in {alert.unit}"))]
    if alert.condition in _SHOWN_BY_BUDGET:
        return [actions(button("Show the budget", ids.ask("budget"), "budget"))]
    if alert.condition == "due-beyond-money":
        soon = button("What falls due", ids.ask("due"), "due next 3 months")
        return [actions(soon, button("Show the budget", ids.ask("budget"), "budget"))]
    if alert.key.startswith(_WAVE_GATE):
        wave = alert.key.removeprefix(_WAVE_GATE)
        return [actions(button("Show the wave", ids.ask("wave"), f"wave {wave}"))]
    if alert.audience == "commercial":
        return [actions(button("Show the contracts", ids.ask("contracts"), "contracts"))]
    if alert.condition == "identity-conflict":
        return [actions(button("Show the conflicts", ids.ask("conflicts"), "conflicts"))]
    if alert.condition == "dead-letters-growing":
        source = alert.key.partition(":")[2]
        return [actions(button("What is it?", ids.ask("deadletters"), f"deadletters {source}"))]
    if alert.condition == "request-waiting" and alert.about:
        return [actions(*(button(f"Show {name}", ids.ask(name), f"request {name}") for name in alert.about))]
    if alert.condition == "delivery-waiting":
        return [actions(button("Show the deliveries", ids.ask("deliveries"), "deliveries"))]
    if alert.condition == "idle-devices" and alert.unit:
        return [actions(button("Which they are", ids.ask("idle"), f"idle in {alert.unit}"))]
    if alert.condition == "kind-past-policy-life":
        kind = alert.key.partition(":")[2]
        ages, due = f"counts {kind} by age", f"due {kind} next 12 months"
        return [
            actions(button("How old they are", ids.ask("counts"), ages), button("What falls due", ids.ask("due"), due))
        ]
    return []
