"""The outturn as PNG: what was invoiced and committed, the fan ahead, the approved sum and earlier years.

Made for a phone's width: few words, large, each beside what it names. Takes tenths of a second: run it in a thread.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.render.chart import INK, QUIET, literal
from bot.render.outturn_curve import MONTHS, Curve

MONTH_NAMES = ("Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar")
_INVOICED = "#2f6f8f"
_COMMITTED = "#8fbdd3"
_AHEAD = "#c98b3c"
_APPROVED = "#a33b2e"
_BAR = 0.7
_CLOSEST = 0.06
"""How near two names may come, as a share of the height."""
_QUIET_INK, _AHEAD_INK = "#55606c", "#8a5a1c"


def outturn_chart(title: str, curve: Curve, note: str) -> bytes:
    """Draw the year."""
    layout = ConstrainedLayoutEngine(w_pad=0.2, h_pad=0.15)
    figure = Figure(figsize=(6.6, 5.2), dpi=200, facecolor="white", layout=layout)
    axes = figure.add_subplot()
    _behind(axes, curve)
    _ahead(axes, curve)
    for level in curve.prior:
        axes.axhline(level.pence, color=QUIET, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
    axes.axhline(curve.approved_pence, color=_APPROVED, linewidth=1.8, zorder=3)
    top = max(1, _highest(curve) * 1.1)
    axes.set_ylim(0, top)
    axes.set_xlim(0, MONTHS)
    _name_levels(axes, top, curve)
    _name_ends(axes, top, curve)
    axes.set_xticks([place + 0.5 for place in range(MONTHS)], MONTH_NAMES, color=INK, fontsize=11)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(round(value))))
    axes.tick_params(length=0, labelcolor=INK, labelsize=11)
    axes.grid(axis="y", color="#e3e8ec", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.07),
        ncols=4,
        frameon=False,
        fontsize=11,
        labelcolor=INK,
        handlelength=1.2,
        columnspacing=1.4,
    )
    figure.suptitle(literal(title, 60), x=0.03, ha="left", color=INK, fontsize=15, fontweight="bold")
    figure.supxlabel(literal(note, 110), x=0.03, ha="left", color=QUIET, fontsize=10)
    written = io.BytesIO()
    figure.savefig(written, format="png")
    return written.getvalue()


def short(pence: int) -> str:
    """£24.1m, £310k, £0: a sum for the eye."""
    pounds = pence / 100
    for unit, name in ((1_000_000, "m"), (1_000, "k")):
        if abs(pounds) >= unit:
            return f"£{pounds / unit:.1f}{name}".replace(f".0{name}", name)
    return f"£{pounds:.0f}"


def _behind(axes: Axes, curve: Curve) -> None:
    points, places = curve.so_far, [point.place for point in curve.so_far]
    if len(points) == 1:  # months are not for everybody: today's sums then stand by themselves
        now = max(_BAR / 2, min(places[0], MONTHS - _BAR / 2))
        points, places = [*points, *points], [now - _BAR / 2, now + _BAR / 2]
    invoiced, used = [point.invoiced for point in points], [point.used for point in points]
    axes.fill_between(places, 0, invoiced, color=_INVOICED, linewidth=0, label="Invoiced", zorder=2)
    axes.fill_between(places, invoiced, used, color=_COMMITTED, linewidth=0, label="Committed", zorder=2)


def _ahead(axes: Axes, curve: Curve) -> None:
    if not curve.ahead:
        return
    places = [each.place for each in curve.ahead]
    low, high = [each.low for each in curve.ahead], [each.high for each in curve.ahead]
    axes.fill_between(places, low, high, color=_AHEAD, alpha=0.25, linewidth=0, label="Range", zorder=2)
    middle = [each.middle for each in curve.ahead]
    axes.plot(places, middle, color=_AHEAD, linewidth=2.2, label="Expected", zorder=4, solid_capstyle="round")
    axes.plot(places[-1:], [max(0, middle[-1])], "o", color=_AHEAD, markersize=6, zorder=5, clip_on=False)


def _highest(curve: Curve) -> float:
    ends = [max(each.middle, each.high) for each in curve.ahead]
    return max([curve.approved_pence, *(level.pence for level in curve.prior), *ends, curve.so_far[-1].used])


def _name_levels(axes: Axes, top: float, curve: Curve) -> None:
    """The levels' names at the left, where a year's sums are still small, each on its line or a little over it."""
    levels = sorted(
        [
            (curve.approved_pence, f"Approved {short(curve.approved_pence)}", _APPROVED),
            *((level.pence, f"{level.name} {short(level.pence)}", _QUIET_INK) for level in curve.prior),
        ]
    )
    for (_, text, colour), height in zip(levels, _apart([each[0] / top for each in levels]), strict=True):
        _write(axes, text, (0, height), (4, 3), va="bottom", color=colour, bold=colour == _APPROVED)


def _name_ends(axes: Axes, top: float, curve: Curve) -> None:
    """The fan's ends in figures, right of it."""
    if not curve.ahead:
        return
    end = curve.ahead[-1]
    ends = [(end.low, False), (end.middle, True), (end.high, False)]
    for (pence, bold), height in zip(ends, _apart([each / top for each, _ in ends]), strict=True):
        _write(axes, short(round(pence)), (1, height), (8, 0), va="center", color=_AHEAD_INK, bold=bold)


def _write(
    axes: Axes, text: str, at: tuple[float, float], off: tuple[float, float], *, va: str, color: str, bold: bool
) -> None:
    axes.annotate(
        literal(text),
        at,
        off,
        xycoords="axes fraction",
        textcoords="offset points",
        va=va,
        color=color,
        fontsize=12 if bold else 11,
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
        zorder=6,
    )


def _apart(heights: Sequence[float]) -> list[float]:
    """Sorted heights pushed up, then down, until none stands on another."""
    placed: list[float] = []
    for height in (min(max(each, 0.0), 1.0) for each in heights):
        placed.append(max(height, placed[-1] + _CLOSEST) if placed else height)
    for place in reversed(range(len(placed))):
        most = 1.0 - _CLOSEST / 2 if place == len(placed) - 1 else placed[place + 1] - _CLOSEST
        placed[place] = min(placed[place], most)
    return placed
