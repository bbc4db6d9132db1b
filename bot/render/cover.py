"""Covers in words: who decides for whom, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot import ids
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.wording import day
from schemas.vocabulary import Role
from services.access.viewer import Viewer
from services.requests.queries import Cover

HOW = (
    "`/kit cover NAME from today until Friday` lets somebody decide on requests for you while you are away; so do "
    "`next week`, `for two weeks` or `from 5 Dec until 14/12/2026`."
)


def cover_line(cover: Cover, viewer: Viewer, people: Mapping[str, str]) -> str:
    """One cover in one line, as whoever it concerns sees it."""
    days = f"from {day(cover.from_on)} until {day(cover.until_on)}"
    if cover.manager_email == viewer.email:
        return f"• {_name(people, cover.deputy_email)} decides for you {days}"
    return f"• You decide for {_name(people, cover.manager_email)} {days}"


def cover_blocks(covers: Sequence[Cover], viewer: Viewer, people: Mapping[str, str]) -> list[Block]:
    """All covers that concern somebody, with a button that ends their own. Also part of App Home."""
    blocks: list[Block] = [listed([cover_line(each, viewer, people) for each in covers])] if covers else []
    if any(each.manager_email == viewer.email for each in covers):
        blocks.append(actions(button("End my cover", ids.COVER_OFF, "cover off")))
    if viewer.has(Role.MANAGER, Role.DIRECTOR):
        blocks.append(note(HOW))
    return blocks


def render(viewer: Viewer, covers: Sequence[Cover], people: Mapping[str, str]) -> Message:
    """The answer to `cover`."""
    blocks: list[Block] = [header("Who covers for whom")]
    if not covers:
        blocks.append(section("Nobody covers for you, and you cover for nobody."))
    return message("Who covers for whom", [*blocks, *cover_blocks(covers, viewer, people)])


def arranged(cover: Cover, people: Mapping[str, str]) -> Message:
    """What was arranged."""
    who = _name(people, cover.deputy_email)
    told = f"{who} decides on requests for you from {day(cover.from_on)} until {day(cover.until_on)}."
    return message(told, [section(f":white_check_mark: {told}"), note("`/kit cover off` ends it before.")])


def ended(deputies: Sequence[str], people: Mapping[str, str]) -> Message:
    """That a cover is over, or that there was none."""
    told = "Nobody covered for you."
    if deputies:
        told = f"{' and '.join(_name(people, each) for each in deputies)} no longer decides for you."
    return message(told, [section(told)])


def _name(people: Mapping[str, str], email: str) -> str:
    return escape(people.get(email.lower(), email))
