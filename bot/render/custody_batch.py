"""What one act on many devices did: how many moved, which stayed and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block

from bot import ids
from bot.render.custody import SHOWN
from bot.render.custody_words import ROUTES, done_name, model_of
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.wording import count_of, moment, number
from services.custody.queries import BatchView, Cause, CustodyView, certifiable

MOST_REASONS = 12


def render_batch(batch: BatchView, people: Mapping[str, str]) -> Message:
    """What one act did: how many moved, which stayed and why, and the certificate of those proved empty."""
    told = outcome(batch)
    who = people.get(batch.who, batch.who)
    blocks: list[Block] = [
        header(f"{batch.batch}: {done_name(batch.cause)}"),
        section(f"{told}\n{moment(batch.at)}, {escape(who)}"),
    ]
    if batch.cause is Cause.REVIEW and batch.moved:
        blocks.append(listed(_decided(batch.moved)))
    if batch.refused:
        blocks += [section("*Why some stayed*"), listed(_reasons(batch.refused))]
    if (lines := [_short(view) for view in sorted(batch.moved, key=_by_number)[:SHOWN]]) and len(batch.moved) > 1:
        blocks += [section("*Moved*"), listed(lines)]
        if len(batch.moved) > SHOWN:
            blocks.append(note(f"and {number(len(batch.moved) - SHOWN)} more"))
    if (proved := sum(map(certifiable, batch.moved))) > 0:
        if proved < len(batch.moved):
            blocks.append(note(f"{count_of(proved, 'device')} of them proved empty: the certificate is of those."))
        blocks.append(actions(button("Certificate", ids.CUSTODY_CERTIFICATE, batch.batch)))
    return message(f"{batch.batch}: {told}", blocks)


def outcome(batch: BatchView) -> str:
    """A sentence: how many moved, how many stayed."""
    moved = f"{count_of(len(batch.moved), 'device')} moved"
    stayed = f"; {number(len(batch.refused))} stayed as they were" if batch.refused else ""
    return f"{done_name(batch.cause)}: {moved}{stayed}."


def _decided(moved: Sequence[CustodyView]) -> list[str]:
    """How many go which way, by what was decided."""
    ways: Counter[str] = Counter(view.route for view in moved if view.route is not None)
    return [f"For {ROUTES[way]}: *{number(ways[way])}*" for way in ROUTES if way in ways]


def _reasons(refused: Sequence[tuple[str, str]]) -> list[str]:
    """A line a reason, the most frequent first, with the devices it holds for."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for reference, why in refused:
        by_reason[why].append(reference)
    lines = []
    for why, references in sorted(by_reason.items(), key=lambda each: -len(each[1]))[:MOST_REASONS]:
        first = sorted(references, key=lambda each: (len(each), each))[:SHOWN]
        named = ", ".join(escape(each[:40]) for each in first)
        more = f" and {number(len(references) - SHOWN)} more" if len(references) > SHOWN else ""
        lines.append(f"{escape(why)} *{number(len(references))}*: {named}{more}")
    if len(by_reason) > MOST_REASONS:
        lines.append(f"_and {number(len(by_reason) - MOST_REASONS)} more reasons_")
    return lines


def _by_number(view: CustodyView) -> tuple[int, str]:
    return len(view.reference), view.reference


def _short(view: CustodyView) -> str:
    return f"*{view.reference}* `{escape(view.serial or 'no serial')}` {escape(model_of(view))}"
