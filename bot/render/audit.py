"""Lines of the audit log, under the days on which they were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from slack_sdk.models.blocks import Block, ButtonElement

from bot import ids
from bot.grammar import Audit
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.spreadsheet import Cell, Head, Sheet
from bot.render.wording import day
from services.access.audit_queries import AuditLine
from services.clock import LONDON, london_date

PAGE = 20
_KEPT = "Times are London's. The log holds who, what and when, and no words that people wrote. This look is in it, too."


def render(
    asked: Audit, title: str, found: Sequence[AuditLine], people: Mapping[str, str], known: Mapping[str, str]
) -> Message:
    """A page of what is `found`, which may hold one line more. `known` says what people call an id."""
    if not found:
        told = f"Nothing {'earlier ' if asked.before else ''}stands in the audit log about {title}, nor by them."
        return message(told, [section(escape(told)), note(_KEPT)])
    page = found[:PAGE]
    blocks: list[Block] = [header(f"Audit: {title}")]
    for on, lines in groupby(page, key=lambda line: london_date(line.at)):
        blocks += [section(f"*{day(on)}*"), listed([_line(each, people, known) for each in lines])]
    pressed: list[ButtonElement] = []
    if len(found) > PAGE:
        earlier = Audit(asked.term, page[-1].entry)
        pressed.append(button("Earlier", ids.ask("audit"), earlier.line()))
    pressed.append(button("CSV", ids.AUDIT_CSV, Audit(asked.term).line()))
    blocks += [actions(*pressed), note(_KEPT)]
    refused = sum(not each.granted for each in page)
    more = ", and earlier ones" if len(found) > PAGE else ""
    return message(f"Audit of {title}: {len(page)} lines, {refused} refused{more}", blocks)


def sheet(title: str, found: Sequence[AuditLine], people: Mapping[str, str], known: Mapping[str, str]) -> Sheet:
    """A row a line, newest first."""
    heads = [
        Head("Number", "number"),
        Head("When, London"),
        Head("Who"),
        Head("Address"),
        Head("Roles"),
        Head("What"),
        Head("Of what"),
        Head("Answer"),
    ]
    rows: list[list[Cell]] = [
        [
            each.entry,
            f"{each.at.astimezone(LONDON):%Y-%m-%d %H:%M:%S}",
            people.get(each.email, ""),
            each.email,
            ", ".join(each.roles),
            _action(each),
            _subject(each, people, known),
            "granted" if each.granted else "refused",
        ]
        for each in found
    ]
    return Sheet(title, heads, rows)


def _line(line: AuditLine, people: Mapping[str, str], known: Mapping[str, str]) -> str:
    who = escape(people.get(line.email, line.email))
    answer = "granted" if line.granted else "*refused*"
    about = escape(_subject(line, people, known))
    return f"{line.at.astimezone(LONDON):%H:%M}  {who} · {escape(_action(line))} · {about} · {answer}"


def _action(line: AuditLine) -> str:
    return line.action.replace("_", " ")


def _subject(line: AuditLine, people: Mapping[str, str], known: Mapping[str, str]) -> str:
    return known.get(line.subject) or people.get(line.subject.lower()) or line.subject
