"""Devices in custody: how many and what waits, one with its chain, all of a state, an act on many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement

from bot import ids
from bot.grammar import CustodyAct, CustodyList
from bot.render.custody_words import CONDITIONS, ROUTES, act_name, model_of, proof_words, state_words
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section, table
from bot.render.wording import count_of, day, kind_name, moment, money, number, unit_name
from services.clock import london_date
from services.custody.queries import Cause, ChainLine, CustodyCount, CustodyState, CustodyView, certifiable

SHOWN = 15
_ROUTED = frozenset({Cause.RESELL, Cause.REDISTRIBUTE, Cause.RECYCLE})
_FINANCE_RESELLS = "Once it is sold, finance records the resale and what it brought."
_DIGITS = 12
"""Of a digest, enough to tell links apart; the certificate has all of it."""


def render_overview(
    counts: Sequence[CustodyCount],
    waiting: Sequence[CustodyView],
    names: Mapping[str, str],
    now: datetime,
    *,
    acts: bool,
) -> Message:
    """How many stand in each state, and those that wait longest. `acts` is true for who may act on them."""
    if not counts:
        return message("Nothing is in custody.", [section("Nothing is in custody: no returned device waits.")])
    by_state: dict[CustodyState, list[CustodyCount]] = defaultdict(list)
    for count in counts:
        by_state[count.state].append(count)
    total = sum(count.devices for count in counts)
    rows = [
        [
            state_words(state).capitalize(),
            number(sum(each.devices for each in there)),
            _since(min(each.oldest_at for each in there), now),
        ]
        for state, there in by_state.items()
    ]
    blocks: list[Block] = [
        header("Devices in custody"),
        *table(("State", "Devices", "Longest there"), rows, numbers_from=1),
    ]
    if waiting:
        blocks += [section("*What waits longest*"), listed([_line(view, names) for view in waiting])]
    shows = [
        button(f"Show {state_words(state)}", ids.ask(f"custody-{state}"), f"custody {state}") for state in by_state
    ]
    blocks.append(actions(*shows))
    if acts:
        blocks.append(
            actions(
                *(
                    _opens(f"Act on all {state_words(state)}…", CustodyAct(on=state), f"all-{state}")
                    for state in by_state
                ),
                _opens("Act on a list…", CustodyAct(), "list"),
            )
        )
    return message(f"{count_of(total, 'device')} in custody", blocks)


def render_list(
    asked: CustodyList, views: Sequence[CustodyView], total: int, names: Mapping[str, str], may: Sequence[Cause]
) -> Message:
    """Those of one state that wait longest, and what may be done with all of them. `total` is how many there are."""
    what = state_words(asked.state)
    if not views:
        return message(f"No device is {what}.", [section(f"No device that you may see is *{what}*.")])
    blocks: list[Block] = [
        header(f"{what.capitalize()}: {count_of(total, 'device')}"),
        listed([_line(view, names, with_state=False) for view in views[:SHOWN]]),
    ]
    if total > SHOWN:
        blocks.append(note(f"The {SHOWN} that wait longest. All of them are in the CSV."))
    buttons = [_opens(_label(cause, total), CustodyAct(cause, asked.state), cause) for cause in may]
    csv = button("CSV", ids.CUSTODY_CSV, f"custody {asked.state}")
    blocks.append(actions(*buttons, csv))
    if any(cause in _ROUTED for cause in may):
        blocks.append(note("Resale, charity and recycling take those that the review sent there; the others stay."))
    if asked.state is CustodyState.REVIEWED and Cause.RESELL not in may:
        blocks.append(note(_FINANCE_RESELLS))
    return message(f"{count_of(total, 'device')}: {what}", blocks)


def render_record(
    view: CustodyView, names: Mapping[str, str], *, certifies: bool, people: Mapping[str, str] | None = None
) -> Message:
    """One device: where it stands, what proves it empty, its chain, and what this viewer may do next.

    `certifies` is true for those who are given certificates. `people` are names by e-mail address.
    """
    facts = {
        "State": state_words(view.state),
        "Serial": view.serial,
        "Asset tag": view.asset_tag,
        "Kind": kind_name(view.kind),
        "Unit": unit_name(names, view.unit),
        "Bought": day(view.purchased_on) if view.purchased_on else None,
        "Came back": moment(view.came_at),
        "Last holder": view.last_holder,
        "Place": view.place,
        "Proof": proof_words(view) or "nothing proves it empty",
        "Document": f"{view.certificate.name}, SHA-256 {view.certificate.digest}" if view.certificate else None,
        "Condition": CONDITIONS[view.condition] if view.condition else None,
        "Review": view.review,
        "Route": ROUTES[view.route] if view.route else None,
        "Residual value": money(view.residual_pence) if view.residual_pence is not None else None,
        "Charity": view.charity_name or view.charity,
        "WEEE note": view.weee_note,
        "Proceeds": money(view.proceeds_pence) if view.proceeds_pence is not None else None,
        "Batch": view.batch,
    }
    name = model_of(view)
    blocks: list[Block] = [
        header(f"{view.reference} · {name}"),
        listed([f"*{label}:* {escape(fact)}" for label, fact in facts.items() if fact]),
    ]
    if view.chain:
        blocks += [section("*Chain of custody*"), listed([_link(line, people or {}) for line in view.chain])]
    buttons = [_opens(f"{act_name(cause)}…", CustodyAct(cause, view.reference), cause) for cause in view.may]
    if certifies and certifiable(view):
        buttons.append(button("Certificate", ids.CUSTODY_CERTIFICATE, view.reference))
    if view.certificate:
        buttons.append(button("Uploaded proof", ids.CUSTODY_PROOF, str(view.certificate.document_id)))
    if view.batch:
        buttons.append(button(f"Batch {view.batch}", ids.ask("batch"), f"custody batch {view.batch}"))
    if buttons:
        blocks.append(actions(*buttons))
    if view.state is CustodyState.REVIEWED and view.route == "resale" and Cause.RESELL not in view.may:
        blocks.append(note(_FINANCE_RESELLS))
    return message(f"{view.reference}, {name} {view.serial or ''}: {state_words(view.state)}", blocks)


def _label(cause: Cause, total: int) -> str:
    """Of an act on all of a state; one that takes only some of them does not say all."""
    return f"{act_name(cause)}…" if cause in _ROUTED else f"{act_name(cause)}: all {number(total)}…"


def _line(view: CustodyView, names: Mapping[str, str], *, with_state: bool = True) -> str:
    parts = [
        model_of(view),
        unit_name(names, view.unit),
        *([state_words(view.state)] if with_state else []),
        f"since {day(london_date(view.moved_at or view.came_at))}",
    ]
    if view.route:
        parts.insert(1, f"{view.condition}, for {ROUTES[view.route]}")
    return f"*{view.reference}* `{escape(view.serial or 'no serial')}` " + " · ".join(escape(part) for part in parts)


def _link(line: ChainLine, people: Mapping[str, str]) -> str:
    where = f" · {escape(line.place)}" if line.place else ""
    who = escape(people.get(line.who.lower(), line.who.removeprefix("quartermaster/")))
    return f"{line.number}. {moment(line.at)} {escape(line.what)} _{who}_{where} `{line.digest[:_DIGITS]}`"


def _opens(label: str, act: CustodyAct, name: str) -> ButtonElement:
    return button(label, ids.custody_act(name), act.line())


def _since(when: datetime, now: datetime) -> str:
    return count_of(max((now - when).days, 0), "day")
