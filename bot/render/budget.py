"""A financial year's money: lines with their outturn, volumes, kinds where the role allows, earlier years beside."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block

from bot import ids
from bot.grammar import Budget, BudgetSide
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section, table
from bot.render.wording import LINES, bar, count_of, kind_name, money, number, pounds, share
from services.budget.queries import LineOutturn, LineView, OutturnView, PartOutturn, PriorYear, VolumeOutturn

DEMANDS = {"refresh": "Refresh", "bau": "Business as usual", "": "Not told"}
_NAMED: dict[BudgetSide, str] = {
    BudgetSide.KIND: "By kind",
    BudgetSide.UNIT: "By unit",
    BudgetSide.DEMAND: "By demand",
    BudgetSide.MONTH: "By month",
}


def line_text(line: LineView | LineOutturn) -> str:
    """A funding line in a few short rows."""
    used = line.committed_pence + line.invoiced_pence
    whole = line.approved_pence
    return "\n".join(
        [
            f"*{escape(LINES.get(line.line, line.line))}*",
            f"`{bar(used, whole)}` {share(used, whole)} of {money(whole)} used",
            " · ".join(
                [
                    f"committed {money(line.committed_pence)} ({share(line.committed_pence, whole)})",
                    f"invoiced {money(line.invoiced_pence)} ({share(line.invoiced_pence, whole)})",
                    f"*left {money(line.left_pence)}* ({share(line.left_pence, whole)})",
                ]
            ),
        ]
    )


def outturn_text(line: LineOutturn) -> str:
    """How a line will end, how that was reckoned, and what to do something about."""
    whole = line.approved_pence
    sure = line.low_pence == line.high_pence
    ends = "" if sure else f" · range {pounds(line.low_pence)} to {pounds(line.high_pence)}"
    rows = [f"*Outturn {pounds(line.outturn_pence)}* ({share(line.outturn_pence, whole)}){ends}"]
    if line.expected_pence or line.from_queue_pence or line.from_run_rate_pence:
        rows.append(
            f"still expected {pounds(line.expected_pence)}: the queue alone says {pounds(line.from_queue_pence)},"
            f" this year's pace alone {pounds(line.from_run_rate_pence)}"
        )
    rows.append(f"received so far {money(line.receipted_pence)}")
    if line.override_pence:
        rows.append(f":unlock: Overrides in force allow {money(line.override_pence)} beyond the approved sum")
    if line.over_pence:
        rows.append(f":warning: Likely over the approved sum by {pounds(line.over_pence)}")
    if line.underspend_pence:
        at_least = line.approved_pence - line.high_pence
        rows.append(f":warning: Likely underspend {pounds(line.underspend_pence)}, at least {pounds(at_least)}")
    if line.beyond_money_pence:
        rows.append(f"Wanted this year beyond the money: {pounds(line.beyond_money_pence)}")
    return "\n".join(rows)


def volume_text(volume: VolumeOutturn) -> str:
    """A kind's orders against its cap."""
    allowed = volume.cap + volume.override
    cap = f"{number(volume.cap)}{' (assumed cap)' if volume.assumed else ''}"
    kind = kind_name(volume.kind).capitalize()
    words = [f"`{bar(volume.ordered, allowed)}` {kind} {number(volume.ordered)} of {cap}"]
    if volume.override:
        words.append(f":unlock: {number(volume.override)} more by override")
    if volume.beyond:
        words.append(f"by the year's end {number(volume.beyond)} wanted beyond it")
    return " · ".join(words)


def demand_text(part: PartOutturn) -> str:
    """Refresh or BAU in a row."""
    return (
        f"*{DEMANDS.get(part.name, escape(part.name))}* {count_of(part.quantity, 'device')}"
        f" · committed {money(part.committed_pence)} · invoiced {money(part.invoiced_pence)}"
        f" · outturn {pounds(part.outturn_pence)} ({pounds(part.low_pence)} to {pounds(part.high_pence)})"
    )


def render(asked: Budget, view: OutturnView, prior: Sequence[PriorYear], *, sees_prices: bool) -> Message:
    """The answer to `budget`."""
    year = view.financial_year
    blocks: list[Block] = [header(f"Budget {year}")]
    for line in view.lines:
        blocks += [section(line_text(line)), section(outturn_text(line))]
    if not view.lines:
        blocks.append(section(f"No approved sum for {escape(year)} is on record."))
    if view.kinds:
        rows = [
            [
                (part.name or "no kind told").capitalize(),
                number(part.quantity),
                money(part.committed_pence),
                money(part.invoiced_pence),
                pounds(part.outturn_pence),
            ]
            for part in view.kinds
        ]
        blocks += table(["Kind", "Ordered", "Committed", "Invoiced", "Outturn"], rows, numbers_from=1)
    if view.demands:
        blocks.append(listed([demand_text(part) for part in view.demands]))
    if view.volumes and view.lines:
        blocks += [section("*Volumes against their caps*"), listed([volume_text(volume) for volume in view.volumes])]
    if prior:
        blocks += [section("*Earlier years*"), listed([_prior(each) for each in prior])]
    if view.lines:
        blocks.append(buttons(asked, sees_prices=sees_prices))
    small = "Sums include VAT. Committed is ordered and not yet invoiced. The range holds about four outturns of five."
    small += _resting_on(view)
    blocks.append(note(small if sees_prices else f"{small} Kinds and prices are for finance, directors and auditors."))
    told = "; ".join(
        f"{LINES.get(line.line, line.line)}: {money(line.left_pence)} left, outturn {pounds(line.outturn_pence)}"
        for line in view.lines
    )
    return message(f"Budget {year}. {told or 'No approved sum is on record.'}", blocks)


def buttons(asked: Budget, *, sees_prices: bool) -> ActionsBlock:
    """The other sides of the year, for who may see them, and its files."""
    sides = [
        button(_NAMED[side], ids.ask(f"budget_{side}"), Budget(asked.financial_year, side).line())
        for side in BudgetSide
        if sees_prices and side is not asked.by
    ]
    if asked.by:
        sides.insert(0, button("Whole year", ids.ask("budget"), Budget(asked.financial_year).line()))
    line = asked.line()
    return actions(
        *sides,
        button("Chart", ids.BUDGET_CHART, line),
        button("XLSX", ids.BUDGET_XLSX, line),
        button("CSV", ids.BUDGET_CSV, line),
    )


def _prior(year: PriorYear) -> str:
    return f"{escape(year.financial_year)}  {money(year.spent_pence)}{'  (forecast)' if year.forecast else ''}"


def _resting_on(view: OutturnView) -> str:
    """What the forecast takes for granted that nobody published."""
    rests = ["assumed prices"] * view.assumed_prices + ["an assumed season"] * (view.taught_by == 0)
    return f" The forecast rests on {' and '.join(rests)}." if rests and view.lines else ""
