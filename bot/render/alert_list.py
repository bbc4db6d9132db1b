"""The answer to `alerts`: what is open, who is at it, and the buttons for those who may do something about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot import ids
from bot.render.alert_words import handling, handling_buttons, mark
from bot.render.message import Message, actions, button, escape, header, message, note, section
from bot.render.wording import count_of, moment
from services.watch.queries import AlertView

MOST = 15
ALL_OPEN, MINE = "alerts", "alerts mine"


def render(alerts: Sequence[AlertView], people: Mapping[str, str], *, mine: bool = False) -> Message:
    """The most pressing first, with a button to the other choice: the viewer's own, or all they may see."""
    line = MINE if mine else ALL_OPEN
    other = button("All open", ids.ask("alerts"), ALL_OPEN) if mine else button("Mine", ids.ask("alerts"), MINE)
    none = "There are no open alerts that are yours to settle." if mine else "There are no open alerts for you."
    if not alerts:
        return message("No open alerts.", [section(none), *([actions(other)] if mine else [])])
    blocks: list[Block] = [header("Your open alerts" if mine else "Open alerts"), actions(other)]
    for alert in alerts[:MOST]:
        told = f"{mark(alert)} *{escape(alert.headline)}*\n{escape(alert.detail)} · since {moment(alert.raised_at)}"
        done = handling(alert, people)
        blocks.append(section(f"{told}\n{done}" if done else told))
        blocks += handling_buttons(alert, alert.may, line)
    if len(alerts) > MOST:
        blocks.append(note(f"and {len(alerts) - MOST} more, less pressing"))
    return message(count_of(len(alerts), "open alert"), blocks)
