"""The forms of an alert: until when it is snoozed, and who is to have it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from slack_sdk.models.blocks import Block, DatePickerElement, Option, RadioButtonsElement, UserSelectElement
from slack_sdk.models.views import View

from bot import ids
from bot.render.alert_words import carried, handling
from bot.render.fields import Values, chosen_in, field, held
from bot.render.message import escape, section
from bot.render.wording import day, moment
from schemas.events.alert import Alert
from services.watch.queries import in_a_week, last_day, morning_of, tomorrow

SNOOZE, ASSIGN = "Snooze an alert", "Assign an alert"
TOMORROW, WEEK, DAY = "tomorrow", "week", "day"


def snooze_form(alert: Alert, people: Mapping[str, str], line: str, now: datetime) -> dict[str, Any]:
    """Tomorrow morning, a week, or a day of one's choice."""
    options = [
        Option(value=TOMORROW, text=f"Tomorrow morning, {moment(morning_of(tomorrow(now)))}"),
        Option(value=WEEK, text=f"In a week, {moment(morning_of(in_a_week(now)))}"),
        Option(value=DAY, text="In the morning of the day below"),
    ]
    until = RadioButtonsElement(options=options, initial_option=options[0])
    chosen = DatePickerElement(placeholder="Choose a day")
    hint = f"At the latest {day(last_day(now))}. London time."
    blocks: list[Block] = [
        section(f"{_about(alert, people)}\nUntil then nobody is told anything new of it, unless it grows more severe."),
        field(ids.BLOCK_SNOOZE, "Until when?", until),
        field(ids.BLOCK_SNOOZE_DAY, "Day", chosen, optional=True, hint=hint),
    ]
    return _form(ids.VIEW_SNOOZE, SNOOZE, "Snooze", blocks, carried(alert, line))


def read_snooze(values: Values, now: datetime) -> datetime | dict[str, str]:
    """Until when; or, by block, what must be put right. Raises ValueError for what our form cannot hold."""
    choice, said = chosen_in(values, ids.BLOCK_SNOOZE), held(values, ids.BLOCK_SNOOZE_DAY).get("selected_date")
    if choice == TOMORROW:
        return morning_of(tomorrow(now))
    if choice == WEEK:
        return morning_of(in_a_week(now))
    if choice != DAY:
        raise ValueError(choice)
    return morning_of(date.fromisoformat(said)) if said else {ids.BLOCK_SNOOZE_DAY: "Choose the day."}


def assign_form(alert: Alert, people: Mapping[str, str], line: str) -> dict[str, Any]:
    """Who is to have it."""
    picker = UserSelectElement(placeholder="Choose a person")
    hint = "Yourself, to take it on; or somebody who may see this alert."
    blocks: list[Block] = [
        section(f"{_about(alert, people)}\nThey are told in a message of their own."),
        field(ids.BLOCK_ASSIGNEE, "Who is to have it?", picker, hint=hint),
    ]
    return _form(ids.VIEW_ASSIGN, ASSIGN, "Assign", blocks, carried(alert, line))


def read_assignee(values: Values) -> str:
    """The user id of who was picked. Raises KeyError for what our form cannot hold."""
    picked = held(values, ids.BLOCK_ASSIGNEE)["selected_user"]
    if not isinstance(picked, str):
        raise TypeError(picked)
    return picked


def _about(alert: Alert, people: Mapping[str, str]) -> str:
    done = handling(alert, people)
    return f"*{escape(alert.headline)}*" + (f"\n{done}" if done else "")


def _form(callback_id: str, title: str, submit: str, blocks: list[Block], metadata: str) -> dict[str, Any]:
    return View(
        type="modal",
        callback_id=callback_id,
        title=title,
        submit=submit,
        close="Cancel",
        private_metadata=metadata,
        blocks=blocks,
    ).to_dict()
