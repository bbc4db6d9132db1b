"""A loss as each of its people sees it: security, the manager, whoever reported or held it, anybody who looks it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block, ButtonElement, ConfirmObject

from bot import ids
from bot.render import loss_words as words
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.wording import count_of, moment, unit_name
from services.losses.queries import Cause, LossView
from services.requests.queries import RequestView

Names = Mapping[str, str]
MOST_ROWS = 20
"""Losses of a list with a button each; Slack takes 50 blocks."""
_BUTTONS: Mapping[Cause, tuple[str, str, str | None]] = {
    Cause.TELL_MORE: ("Tell more…", ids.LOSS_TELL, None),
    Cause.LOCK_AGAIN: ("Send the lock again", ids.LOSS_LOCK_AGAIN, None),
    Cause.ASK_WIPE: ("Ask for a wipe", ids.LOSS_ASK_WIPE, "danger"),
    Cause.CONFIRM_WIPE: ("Confirm wipe", ids.LOSS_CONFIRM_WIPE, "danger"),
    Cause.CALL_OFF: ("Call off", ids.LOSS_CALL_OFF, None),
    Cause.WRITE_OFF: ("Write off…", ids.LOSS_WRITE_OFF, None),
    Cause.FIND: ("Found", ids.LOSS_FOUND, None),
}
"""What each step is called on a button; steps that are not here are nobody's to press."""
_SURE = {
    Cause.ASK_WIPE: ("Wipe the device?", "All that is on it will be gone."),
    Cause.CONFIRM_WIPE: ("Wipe the device?", "All that is on it will be gone, and it cannot be called off any more."),
}


def for_security(loss: LossView, offers: Sequence[Cause], names: Names, people: Names) -> Message:
    """The one message in security's channel. The holder's name is there, for security must call them."""
    facts = {
        "Device": words.device(loss),
        "Unit": escape(unit_name(names, loss.unit)),
        "Holder": words.name_of(people, loss.holder_email) if loss.holder_email else "nobody on record",
        "Reported": f"{loss.how}, {moment(loss.reported_at)}{_by(loss, people)}",
        **words.circumstances(loss),
        "Replacement": escape(loss.request_reference),
    }
    blocks: list[Block] = [
        header(f"{loss.reference}: {loss.how}"),
        section(_standing(loss, people)),
        listed([f"*{label}:* {fact}" for label, fact in facts.items() if fact]),
        *_pressed(loss, offers),
    ]
    if loss.is_open and Cause.WRITE_OFF not in offers:
        blocks.append(note(f"{_write_off(loss)} `/kit loss {loss.reference}` shows all that happened."))
    return message(f"{loss.reference}: {loss.how}, {words.plain_state(loss)}", blocks)


def for_manager(loss: LossView, offers: Sequence[Cause], names: Names, people: Names) -> Message:
    """Asks a manager to be the second person for a wipe; afterwards it says what came of it."""
    holder = words.name_of(people, loss.holder_email) if loss.holder_email else "nobody on record"
    told = f"*{escape(loss.reference)}*: {words.device(loss)} of {holder}, {escape(unit_name(names, loss.unit))}"
    wanted = [cause for cause in offers if cause in (Cause.CONFIRM_WIPE, Cause.CALL_OFF)]
    blocks: list[Block] = [section(told), section(_standing(loss, people)), *_pressed(loss, wanted)]
    if Cause.CONFIRM_WIPE in wanted:
        blocks.append(note("A wipe takes two people, and you answer for them. If it has turned up, call the wipe off."))
    return message(f"{loss.reference}: {words.plain_state(loss)}", blocks)


def for_person(loss: LossView, offers: Sequence[Cause], people: Names) -> Message:
    """The message that follows a loss for whoever reported it, or holds the device."""
    blocks: list[Block] = [
        section(f"*{escape(loss.reference)}: {words.device(loss)}, reported {loss.how}*"),
        section(_standing(loss, people)),
        *_pressed(loss, offers),
    ]
    if loss.is_open:
        blocks.append(note("Security knows of it and may call you. If it turns up, press Found."))
    return message(f"{loss.reference}: {words.plain_state(loss)}", blocks)


def reported(
    loss: LossView, offers: Sequence[Cause], raised: RequestView | None, barred: str | None, *, reported_now: bool
) -> Message:
    """The answer to `lost SERIAL`: what was done already, and the few questions that are left. `raised` asks for a new
    one; `barred` says why nothing does.
    """
    first = f"*{escape(loss.reference)}* is reported" if reported_now else f"It was reported before: *{loss.reference}*"
    told = f"{first}: {words.device(loss)}. {words.lock(loss)} Security is told."
    if raised is not None:
        verdict = escape(raised.verdict)
        told += f"\n*{escape(raised.reference)}* asks for a new one. {verdict}"
        told += " If you need none, withdraw it in our message about it."
    elif loss.request_reference:
        told += f"\n*{escape(loss.request_reference)}* asks for a new one."
    elif barred is not None:
        told += f"\nNo new one is asked for: {escape(barred)}"
    ask = "A few questions help to find it."
    return message(f"{loss.reference} is reported.", [section(told), section(ask), *_pressed(loss, offers)])


def timeline(loss: LossView, offers: Sequence[Cause], names: Names, people: Names) -> Message:
    """The answer to `loss L-12`."""
    shown = for_security(loss, (), names, people)
    del shown.blocks[3:]
    drawn = message(
        shown.text,
        [
            section("*What happened*"),
            listed([f"{moment(each.at)}  {escape(each.what)}{_who(people, each.who)}" for each in loss.timeline]),
            *_pressed(loss, offers),
        ],
    )
    return Message(shown.text, [*shown.blocks, *drawn.blocks])


def turned_up(loss: LossView, offers: Sequence[Cause], names: Names, people: Names) -> Message:
    """The answer to `found SERIAL`: what to press, before all that happened. Nothing has changed yet."""
    shown = timeline(loss, offers, names, people)
    ask = "Is it back? Press *Found* below." if Cause.FIND in offers else "Somebody who answers for it must say that."
    told = f"*{escape(loss.reference)}*: {words.device(loss)} is reported {loss.how}. {ask}"
    first = message(shown.text, [section(told)])
    return Message(shown.text, [*first.blocks, *shown.blocks])


def open_ones(losses: Sequence[LossView], names: Names, people: Names) -> Message:
    """The answer to `losses`."""
    if not losses:
        told = "No device that you answer for is lost or stolen."
        return message(told, [section(told)])
    summary = f"{count_of(len(losses), 'device')} lost or stolen"
    rows = [
        f"• *{escape(loss.reference)}* {words.device(loss)} · {escape(unit_name(names, loss.unit))} · {loss.how} "
        f"{moment(loss.reported_at)} · {words.plain_state(loss)}"
        for loss in losses
    ]
    shown = [
        section(told, button("Show", ids.ask("show"), f"loss {loss.reference}"))
        for told, loss in zip(rows[:MOST_ROWS], losses, strict=False)
    ]
    rest = [listed(rows[MOST_ROWS:]), note("`/kit loss L-1` shows any of them.")] if rows[MOST_ROWS:] else []
    return message(summary, [header("Lost and stolen"), section(f"*{summary}*"), *shown, *rest])


def _standing(loss: LossView, people: Names) -> str:
    told = [words.STATES[loss.state]]
    told += [words.ended(loss, people)] if loss.ended_at else []
    told += [words.lock(loss)] if loss.is_open and loss.wiped_at is None else []
    told += [words.wipe(loss, people)]
    return "\n".join(each for each in told if each)


def _write_off(loss: LossView) -> str:
    if loss.needs_crime_reference:
        return "It cannot be written off without its crime reference."
    return f"Without a wipe it may be written off from {words.write_off_day(loss)}, by a policy that is assumed."


def _by(loss: LossView, people: Names) -> str:
    same = loss.reporter_email.lower() == (loss.holder_email or "").lower()
    return "" if same else f", by {words.name_of(people, loss.reporter_email)}"


def _who(people: Names, who: str) -> str:
    return "" if who.startswith("quartermaster/") else f" ({words.name_of(people, who)})"


def _pressed(loss: LossView, offers: Sequence[Cause]) -> list[Block]:
    drawn = [_button(loss, cause) for cause in offers if cause in _BUTTONS]
    return [actions(*drawn)] if drawn else []


def _button(loss: LossView, cause: Cause) -> ButtonElement:
    label, action_id, style = _BUTTONS[cause]
    drawn = button(label, action_id, str(loss.loss_id), style=style)
    if cause in _SURE:
        title, text = _SURE[cause]
        drawn.confirm = ConfirmObject(title=title, text=text, confirm="Wipe it", deny="Not now", style="danger")
    return drawn
