"""Dead letters: by source and reason with what one may do, one whole in a modal, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, ButtonElement, ConfirmObject, PlainTextObject, SectionBlock
from slack_sdk.models.views import View

from bot import ids
from bot.render.message import Message, actions, button, escape, header, message, note, section, shorten
from bot.render.wording import count_of, moment, number
from services.access.viewer import Viewer
from services.intake.commands import Dealt
from services.intake.queries import DEALS, LetterGroup, LetterView

TITLE = "Dead letter"
MOST_GROUPS = 20
MOST_REASON = 300
CHUNK = 2900
MOST_CHUNKS = 8
"""Slack takes 3,000 characters a text; a modal of more than these would be read by nobody."""


def render_groups(groups: Sequence[LetterGroup], source: str | None, viewer: Viewer) -> Message:
    """The answer to `deadletters`: two blocks a group, the one seen last first."""
    of_source = f" of {source}" if source else ""
    if not groups:
        told = f"There are no open dead letters{of_source}: all that arrived was applied."
        return message(told, [section(escape(told))])
    blocks: list[Block] = [header(f"Dead letters{of_source}")]
    for group in groups:
        blocks += [section(_group_words(group)), actions(*_buttons(group, deals=viewer.has(*DEALS)))]
    small = "A letter keeps what was sent until it is replayed or discarded, and some weeks after."
    if groups[0].groups > len(groups):
        small = f"{count_of(groups[0].groups - len(groups), 'more group')} not shown. {small}"
    return message(f"{count_of(sum(group.letters for group in groups), 'open dead letter')}", [*blocks, note(small)])


def _group_words(group: LetterGroup) -> str:
    where = escape(group.source if group.service == "intake" else f"{group.service}, {group.source}")
    dates = moment(group.first_seen)
    if group.last_seen != group.first_seen:
        dates = f"first {dates}, last {moment(group.last_seen)}"
    again = f", seen {number(group.seen)} times" if group.seen > group.letters else ""
    why = escape(shorten(group.reason, MOST_REASON))
    return f"*{where}*: {count_of(group.letters, 'letter')}{again}\n{why}\n{dates}"


def _buttons(group: LetterGroup, *, deals: bool) -> list[ButtonElement]:
    one, all_of_it = f"{group.service}|{group.latest}", f"{group.service}|{group.reason_key}"
    several = group.letters > 1
    last = " the last" if several else ""
    buttons = [button(f"Show{last}", ids.DEAD_LETTER_SHOW, one)]
    if not deals:
        return buttons
    buttons += [
        button(f"Replay{last}", ids.DEAD_LETTER_REPLAY, one),
        _asking(
            button(f"Discard{last}", ids.DEAD_LETTER_DISCARD, one, style="danger"),
            "Discard this letter?",
            "It will not be applied. What it holds is kept for some weeks yet.",
        ),
    ]
    if several:
        how_many = number(group.letters)
        buttons += [
            button(f"Replay all {how_many}", ids.DEAD_LETTERS_REPLAY, all_of_it, style="primary"),
            _asking(
                button(f"Discard all {how_many}", ids.DEAD_LETTERS_DISCARD, all_of_it, style="danger"),
                f"Discard all {how_many}?",
                "None of them will be applied. What they hold is kept for some weeks yet.",
            ),
        ]
    return buttons


def _asking(element: ButtonElement, title: str, text: str) -> ButtonElement:
    element.confirm = ConfirmObject(title=title, text=PlainTextObject(text=text), confirm="Discard", deny="Keep")
    return element


def loading() -> dict[str, Any]:
    """Opened at once: a trigger lives three seconds."""
    return _view([section("One moment…")])


def modal(letter: LetterView) -> dict[str, Any]:
    """A letter with as much of what it holds as can be read there, as plain text: Slack reads no markup in it."""
    facts = {
        "From": letter.source,
        "In the store of": letter.service,
        "Why": shorten(letter.reason, 1000),
        "Stood at": letter.context.get("record", ""),
        "Key": shorten(letter.context.get("key", ""), 200),
        "First seen": moment(letter.first_seen),
        "Last seen": f"{moment(letter.last_seen)}, {count_of(letter.seen, 'time')} in all",
    }
    if letter.settled_at is not None:
        facts[str(letter.settled_as).capitalize()] = moment(letter.settled_at)
    blocks: list[Block] = [section("\n".join(f"*{name}* {escape(value)}" for name, value in facts.items() if value))]
    if letter.forgotten_at is not None:
        told = f"What it held was removed {moment(letter.forgotten_at)}: settled letters are not kept for ever."
        return _view([*blocks, note(told)])
    text = readable(letter.beginning)
    shown = text[: CHUNK * MOST_CHUNKS]
    blocks += [_plain(shown[at : at + CHUNK]) for at in range(0, len(shown) or 1, CHUNK)]
    if len(shown) < len(text) or len(letter.beginning) < letter.size:
        told = f"The beginning of {number(letter.size)} bytes. All of it: `quartermaster deadletter show"
        blocks.append(note(f"{told} {letter.fingerprint}`"))
    return _view(blocks)


def readable(body: bytes) -> str:
    """Bytes as text: what is no UTF-8, and what does not show, as a backslash and its number."""
    text = body.decode(errors="backslashreplace")
    return "".join(each if each.isprintable() or each in "\n\t" else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _plain(text: str) -> SectionBlock:
    return SectionBlock(text=PlainTextObject(text=text if text.strip() else "–", emoji=False))


def _view(blocks: Sequence[Block]) -> dict[str, Any]:
    return View(
        type="modal", callback_id=ids.VIEW_DEAD_LETTER, title=TITLE, close="Close", blocks=list(blocks)
    ).to_dict()


def render_dealt(dealt: Dealt) -> Message:
    """What became of what somebody pressed."""
    if dealt.before is not None:
        told = f"That letter was {dealt.before} before; nothing was done."
    elif dealt.tried == 0:
        told = "There is none of them left: somebody has dealt with them."
    elif dealt.tried == 1:
        told = f"{dealt.how.capitalize()}." if dealt.settled else "It still cannot be applied."
    else:
        told = f"{number(dealt.settled)} of {count_of(dealt.tried, 'letter')} {dealt.how}."
    lines = [told]
    records = dealt.accepted + dealt.repeated + dealt.ignored
    if records:
        lines.append(
            f"{count_of(records, 'record')}: {number(dealt.accepted)} accepted, {number(dealt.repeated)} known before, "
            f"{number(dealt.ignored)} of no use to us."
        )
    if dealt.sent_again:
        lines.append(
            f"{count_of(dealt.sent_again, 'event')} sent again; one that fails once more comes back to the list."
        )
    if dealt.why is not None:
        more = f"{count_of(dealt.still_dead, 'letter')} still cannot be applied. " if dealt.tried > 1 else ""
        lines.append(f"{more}{escape(shorten(dealt.why, MOST_REASON))}")
    if dealt.more:
        lines.append("There are more of them than are dealt with at once: press again for the rest.")
    left = button("What is left?", ids.ask("deadletters"), "deadletters")
    return message(told, [section("\n".join(lines)), actions(left)])
