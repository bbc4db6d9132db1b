"""Serials that two records claim: what each record says, and who said how it is."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.models.blocks import Block

from bot import ids
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section, shorten
from bot.render.wording import count_of, day, moment, state_name, unit_name
from services.clock import london_date
from services.register.queries import ClaimantView, ConflictsView, ConflictView

_SYSTEMS: Mapping[str, str] = {
    "intune": "Intune",
    "jamf": "Jamf",
    "servicenow": "ServiceNow",
    "workspace_one": "Workspace ONE",
    "fleet": "Fleet",
}
_SHORT = 24
_MOST_SPLITS = 4
"""Slack takes five buttons in a row well; more than five records for one serial is past choosing by button."""


def render(view: ConflictsView, names: Mapping[str, str], *, may_settle: bool) -> Message:
    """The answer to `conflicts`."""
    if not view.first:
        told = "No serial number is claimed by two records."
        return message(told, [section(told)])
    summary = f"{count_of(view.number, 'serial number')} claimed by two records"
    blocks: list[Block] = [header("Conflicts"), section(f"*{summary}*")]
    for conflict in view.first:
        blocks += _one(conflict, names, may_settle=may_settle)
    if view.number > len(view.first):
        blocks.append(note(f"These are the oldest {len(view.first)}; settle some and ask again for the next."))
    return message(summary, blocks)


def _one(conflict: ConflictView, names: Mapping[str, str], *, may_settle: bool) -> list[Block]:
    where = escape(unit_name(names, conflict.unit))
    title = f"*`{escape(conflict.serial)}`* · {where} · since {moment(conflict.found_at)}"
    blocks: list[Block] = [listed([title, *(f"• {_claimant(each)}" for each in conflict.claimants)])]
    if may_settle:
        one = button("One device", ids.CONFLICT_ONE_DEVICE, conflict.conflict, style="primary")
        splits = [
            button(
                f"Two devices: split off {_short(each.name)}",
                ids.conflict_split(place),
                f"{conflict.conflict}\n{each.name}",
            )
            for place, each in enumerate(conflict.claimants[:_MOST_SPLITS])
        ]
        blocks.append(actions(one, *splits))
    return blocks


def _claimant(claimant: ClaimantView) -> str:
    said = [
        f"*{escape(_named(claimant.name))}*",
        escape(claimant.model) or "model unknown",
        f"held by {escape(claimant.holder_email)}" if claimant.holder_email else "no holder",
    ]
    if claimant.asset_tag:
        said.append(f"tag {escape(claimant.asset_tag)}")
    if claimant.state:
        said.append(state_name(claimant.state))
    if claimant.last_seen_at is not None:
        first = f"{day(london_date(claimant.first_seen_at))} to " if claimant.first_seen_at else "last "
        said.append(f"seen {first}{moment(claimant.last_seen_at)}")
    return " · ".join(said)


def _named(name: str) -> str:
    scheme, _, value = name.partition(":")
    return f"{_SYSTEMS.get(scheme, scheme)} {value}"


def _short(name: str) -> str:
    return shorten(_named(name), _SHORT)


def settled(conflict: ConflictView, people: Mapping[str, str], *, decided_now: bool) -> Message:
    """What is said after a press: who decided, and how."""
    serial = f"`{escape(conflict.serial)}`"
    who = people.get((conflict.ruled_by or "").lower(), conflict.ruled_by or "")
    if conflict.ruling is None:
        # Three claimed it, and the two that are left still do.
        told = f"Serial {serial}: one record was split off, and the others still contradict each other."
    elif conflict.ruling == "resolved_itself":
        told = f"Serial {serial}: no conflict any more; one of the records was retired or has gone."
    else:
        told = f"Serial {serial}: *{_ruling(conflict)}*, decided by {escape(who)}"
        told += f", {moment(conflict.ruled_at)}" if conflict.ruled_at else ""
    if not decided_now and conflict.ruling is not None:
        told = f"This was settled before. {told}"
    return message(told.replace("*", "").replace("`", ""), [section(told)])


def _ruling(conflict: ConflictView) -> str:
    if conflict.split_off is None:
        return "one device"
    return f"two devices, {escape(_named(conflict.split_off))} split off"
