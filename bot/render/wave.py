"""A wave: what it orders and takes from the shelf, what it leaves out and why, what stands against it, who decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from bot import ids
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section, table
from bot.render.queue import quarter
from bot.render.wording import LINES, bar, count_of, day, kind_name, moment, money, month, number, unit_name
from schemas.vocabulary import FundingLine, Role
from services.access.viewer import Viewer
from services.clock import london_date
from services.refresh.wave_queries import LeftOutRow, QuarterRow, UnitRow, WaveLine, WaveStatus, WaveView

PROPOSES = (Role.PLANNER, Role.DIRECTOR)
MOST_UNITS = 12
OPEN = (WaveStatus.PROPOSED, WaveStatus.REFUSED)
"""Waits for a director."""
STATUSES: Mapping[WaveStatus, str] = {
    WaveStatus.PROPOSED: ":memo: *Proposed*, waiting for a director",
    WaveStatus.RELEASED: ":hourglass_flowing_sand: *Released*, money being committed",
    WaveStatus.COMMITTED: ":white_check_mark: *Ordered*, money committed",
    WaveStatus.REFUSED: ":no_entry: *Refused by the budget*, nothing committed",
    WaveStatus.SENT_BACK: ":leftwards_arrow_with_hook: *Sent back*",
    WaveStatus.SUPERSEDED: ":wastebasket: *Out of use*, a newer proposal took its place",
}
_RELEASED = (WaveStatus.RELEASED, WaveStatus.COMMITTED, WaveStatus.REFUSED)
_WHY: Mapping[str, str] = {
    "no_price": "no price is on record for what would be bought",
    "money": "the money given or left does not reach for one more",
    "cap": "the year's volume cap, or their contract, allows no more",
    "capacity": "no quarter has capacity left to hand them out",
    "not_yet_due": "due too late to be delivered this year",
    "others_first": "the money does more for others",
    "changed": "changed while the plan was made; the next proposal takes them in",
}
_METHODS: Mapping[str, str] = {
    "optimal": "the optimum",
    "rounded": "rounded from the relaxed optimum",
    "greedy": "step by step, by need for money",
}


def render(view: WaveView, viewer: Viewer, names: Mapping[str, str], people: Mapping[str, str]) -> Message:
    """A wave as this viewer may see it, with what they may do to it. The view leaves out sums without the role."""
    blocks: list[Block] = [
        header(f"Wave {view.wave} · orders of {quarter(view.quarter)}"),
        section(status_text(view, people)),
        section(f"{summary(view)}\n{_quality(view)}"),
    ]
    if view.rows:
        blocks += _by_kind(view, priced=viewer.sees_prices)
    if gates := _gates(view):
        blocks.append(listed(gates))
    if view.left_out:
        blocks.append(listed(["*Left out this year, and why*", *map(_left_out, view.left_out)]))
    if view.units:
        blocks.append(listed(_units(view.units, names)))
    if view.later:
        blocks.append(listed(["*Planned for later quarters*", *map(_later, view.later)]))
    blocks += [actions(*_buttons(view, viewer)), note(_small_print(view, priced=viewer.sees_prices))]
    return message(f"Wave {view.wave}: {_plain(status_text(view, people))}. {_plain(summary(view))}", blocks)


def status_text(view: WaveView, people: Mapping[str, str]) -> str:
    """Where it stands, who proposed it, who decided and when, and why."""
    told = f"{STATUSES[view.status]}\nProposed by {_name(people, view.proposed_by)}, {moment(view.proposed_at)}"
    told += _asked_for(view)
    if view.decided_by:
        # One that was sent back was never released, also when a newer proposal has taken its place since.
        verb = "Released" if view.attempt or view.status in _RELEASED else "Sent back"
        when = f", {moment(view.decided_at)}" if view.decided_at else ""
        told += f"\n{verb} by {_name(people, view.decided_by)}{when}"
    return f"{told}\n> {escape(view.explanation)}" if view.explanation else told


def _asked_for(view: WaveView) -> str:
    """What the proposal was limited to; without it nobody could tell why the rest is left out."""
    kinds = ", ".join(f"{kind.value}s" for kind in view.kinds)
    most = f"up to {money(view.most_pence)}" if view.most_pence is not None else ""
    asked = " ".join(part for part in (kinds, most) if part)
    return f", for {asked}" if kinds else f", {asked}" if asked else ""


def summary(view: WaveView) -> str:
    """How many devices, from where, for how much."""
    if not view.entries:
        return "*Nothing to order or to give out this quarter.*"
    cost = "" if view.gross_pence is None else f" for *{money(view.gross_pence)}*"
    return (
        f"*{count_of(view.entries, 'device')}*: {number(view.from_stock)} from stock, "
        f"{number(view.ordered)} to order{cost}"
    )


def bars(view: WaveView, *, priced: bool) -> tuple[list[tuple[str, int]], str]:
    """For a chart: by kind the cost in pence with the role, else devices; and what that is in words."""
    found: dict[str, int] = {}
    for row in view.rows:
        kind = kind_name(row.kind).capitalize()
        found[kind] = found.get(kind, 0) + (row.gross_pence or 0 if priced else row.ordered + row.from_stock)
    what = "cost by kind, incl. VAT" if priced else "devices by kind"
    return sorted(found.items(), key=lambda each: -each[1]), what


def not_open(view: WaveView) -> str:
    """Why there is nothing to decide, as a sentence in plain text."""
    return f"Wave {view.wave} waits for no decision now: {_plain(STATUSES[view.status])}."


def already_decided(view: WaveView, people: Mapping[str, str]) -> str:
    """What the second person to press is told."""
    return f"Wave {escape(view.wave)} was decided before; nothing was done.\n{status_text(view, people)}"


def render_list(waves: Sequence[WaveLine], people: Mapping[str, str]) -> Message:
    """The answer to `waves`, the newest first."""
    if not waves:
        told = "No wave has been proposed yet."
        return message(told, [section(f"{told} `/kit wave propose` plans one.")])
    lines = [wave_line(wave, people) for wave in waves]
    blocks = [header("Waves"), listed(lines), note("`/kit wave W-12` shows one whole.")]
    return message(f"{count_of(len(waves), 'wave')}", blocks)


def wave_line(wave: WaveLine, people: Mapping[str, str]) -> str:
    """A wave in one line."""
    cost = "" if wave.gross_pence is None else f", {money(wave.gross_pence)}"
    return (
        f"*{escape(wave.wave)}* · {quarter(wave.quarter)} · {_plain(STATUSES[wave.status])} · "
        f"{count_of(wave.entries, 'device')}{cost} · proposed {day(london_date(wave.proposed_at))}"
        f" by {_name(people, wave.proposed_by)}"
    )


def render_none(viewer: Viewer) -> Message:
    """Nothing has been proposed."""
    told = "No wave is proposed."
    if not viewer.has(*PROPOSES):
        return message(told, [section(f"{told} A planner or director proposes one.")])
    return message(told, [section(told), actions(_propose("Propose one", style="primary"))])


def render_proposed(view: WaveView) -> Message:
    """For a director who proposed it: the wave itself, with its buttons, comes as every director's does."""
    shown = f"*Wave {escape(view.wave)}* is proposed: {summary(view)}\nDecide on it in our direct conversation."
    return message(_plain(shown), [section(shown)])


def render_working() -> Message:
    """Said at once: to plan a large queue takes some seconds."""
    told = "Planning the next wave. The proposal follows here in some seconds."
    return message(told, [section(f":hourglass_flowing_sand: {told}")])


def _by_kind(view: WaveView, *, priced: bool) -> list[Block]:
    heads = ["Kind", "Asked", "Stock", "Order", "Later", "Left out", *(["Cost"] if priced else [])]
    rows = [
        [
            kind_name(row.kind).capitalize() + _of_line(row.line),
            *(number(each) for each in (row.asked, row.from_stock, row.ordered, row.later, row.left_out)),
            *([money(row.gross_pence or 0)] if priced else []),
        ]
        for row in view.rows
    ]
    return table(heads, rows, numbers_from=1)


def _of_line(line: FundingLine) -> str:
    """The main line goes without saying."""
    return "" if line is FundingLine.REFRESH_AND_BAU else f", {LINES.get(line, line).lower()}"


def _gates(view: WaveView) -> list[str]:
    if view.status is WaveStatus.COMMITTED:
        lines = ["*Gates*", ":white_check_mark: All were passed when the money was committed."]
    elif view.status not in OPEN or not view.entries:
        return []
    elif view.gates:
        lines = ["*Stands against release*", *(f":no_entry: {escape(each)}" for each in view.gates)]
    else:
        lines = ["*Gates*", ":white_check_mark: Nothing stands against release."]
    for order in view.orders:
        missing = sum(not gate.passed for gate in order.gates)
        mark = ":white_check_mark:" if not missing else ":no_entry:"
        passed = f"{len(order.gates) - missing} of {count_of(len(order.gates), 'gate')} passed"
        from_whom = " · ".join(escape(each) for each in (order.supplier, order.contract_id) if each)
        lines.append(
            f"{mark} `{escape(order.order_id)}` {money(order.gross_pence)} · {from_whom or 'no supplier'} · {passed}"
        )
    return lines


def _left_out(row: LeftOutRow) -> str:
    why = _WHY.get(row.why, row.why.replace("_", " "))
    score = f" (highest score {row.highest_score})" if row.highest_score else ""
    return f"• {count_of(row.entries, kind_name(row.kind))}: {escape(why)}{score}"


def _units(units: Sequence[UnitRow], names: Mapping[str, str]) -> list[str]:
    """Those that get the least of what they ask for first."""
    worst = sorted(units, key=lambda each: (each.served / each.asked if each.asked else 1.0, -each.asked))
    lines = [
        f"`{bar(row.served, row.asked)}` {escape(unit_name(names, row.unit))}: {number(row.served)} of"
        f" {number(row.asked)} now, {number(row.later)} later, {number(row.left_out)} left out"
        for row in worst[:MOST_UNITS]
    ]
    more = len(worst) - MOST_UNITS
    return ["*Units, the least served first*", *lines, *([f"_and {more} more in the files_"] if more > 0 else [])]


def _later(row: QuarterRow) -> str:
    cost = "" if row.gross_pence is None else f", {money(row.gross_pence)}"
    return f"• from {month(row.starts_on)}: {count_of(row.entries, 'device')}{cost}"


def _quality(view: WaveView) -> str:
    if view.gap_percent <= 0:
        return "Proved the best that money, caps, stock and time allow."
    how = _METHODS.get(view.method, view.method.replace("_", " "))
    return f"Within {view.gap_percent:.2g} % of the best possible plan ({escape(how)})."


def _small_print(view: WaveView, *, priced: bool) -> str:
    least = "Every unit gets at least" if view.floors_met else "Not every unit could be given"
    shares = f"{least} the share of its need that the policy puts first."
    told = f"{shares} Policy version {escape(view.policy_version)}. Sums include VAT; {escape(view.financial_year)}."
    if view.assumed_prices:
        told += " Prices are assumed."
    return told if priced else f"{told} Prices, and sums that tell one, are for finance, directors and auditors."


def _buttons(view: WaveView, viewer: Viewer) -> list[ButtonElement]:
    buttons = []
    open_for_release = view.status in OPEN
    if viewer.has(Role.DIRECTOR) and open_for_release and view.entries:
        buttons.append(button("Release…", ids.WAVE_RELEASE, view.wave, style="primary"))
        if view.status is WaveStatus.PROPOSED:
            buttons.append(button("Send back…", ids.WAVE_SEND_BACK, view.wave, style="danger"))
    if viewer.has(*PROPOSES) and (open_for_release or view.status is WaveStatus.SENT_BACK):
        buttons.append(_propose("Propose anew"))
    files = [button("Chart", ids.WAVE_CHART, view.wave), button("XLSX", ids.WAVE_XLSX, view.wave)]
    if view.status is not WaveStatus.SUPERSEDED:  # whose entries a newer proposal has taken over
        files.insert(1, button("CSV", ids.WAVE_CSV, view.wave))
    return [*buttons, *files]


def _propose(label: str, *, style: str | None = None) -> ButtonElement:
    return button(label, ids.ask("wave propose"), "wave propose", style=style)


def _name(people: Mapping[str, str], email: str) -> str:
    return escape(people.get(email.lower(), email))


def _plain(text: str) -> str:
    """Without markup, for notifications and screen readers."""
    kept = " ".join(word for word in text.split() if not (word.startswith(":") and word.endswith(":")))
    return kept.replace("*", "").replace("> ", "")
