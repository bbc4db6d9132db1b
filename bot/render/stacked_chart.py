"""Columns stacked by kind, as PNG bytes from plain figures. Takes tenths of a second: run it in a thread."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

from bot.render.chart import INK, QUIET, literal

COLOURS: Mapping[str, str] = {
    "laptop": "#2f6f8f",
    "desktop": "#c98b3c",
    "smartphone": "#6f9a5b",
    "monitor": "#8d6ba8",
    "tablet": "#b3605a",
}
_OTHER = "#b9c4cd"
MOST_COLUMNS = 62
_LEVEL_LABELS = 8
"""More columns than these have their labels turned."""


def stacked_chart(title: str, columns: Sequence[tuple[str, Mapping[str, int]]], note: str, *, apart: int = 0) -> bytes:
    """Each column's parts by name, its total over it. The first `apart` columns stand off from the others."""
    shown = columns[:MOST_COLUMNS]
    names = [name for name in COLOURS if any(name in parts for _, parts in shown)]
    names += sorted({name for _, parts in shown for name in parts} - set(COLOURS))
    places = [place + (0.6 if place >= apart and apart else 0.0) for place in range(len(shown))]
    layout = ConstrainedLayoutEngine(w_pad=0.2, h_pad=0.15)
    figure = Figure(figsize=(max(6.6, 0.3 * len(shown) + 2), 4.2), dpi=200, facecolor="white", layout=layout)
    axes = figure.add_subplot()
    floor = [0] * len(shown)
    for name in names:
        heights = [parts.get(name, 0) for _, parts in shown]
        axes.bar(places, heights, 0.72, floor, color=COLOURS.get(name, _OTHER), label=literal(f"{name}s"))
        floor = [low + high for low, high in zip(floor, heights, strict=True)]
    for place, total in zip(places, floor, strict=True):
        axes.annotate(
            f"{total:,}",
            (place, total),
            (0, 3),
            textcoords="offset points",
            ha="center",
            color=INK,
            fontsize=9 if len(shown) <= 2 * _LEVEL_LABELS else 6,
        )
    turned = len(shown) > _LEVEL_LABELS
    axes.set_xticks(places, [literal(label) for label, _ in shown], color=INK, fontsize=9, rotation=90 if turned else 0)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.tick_params(length=0, labelcolor=INK)
    axes.grid(axis="y", color="#e3e8ec", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.margins(y=0.12)
    axes.spines[:].set_visible(False)
    if names:
        # The axes' own, for it is given room: what belongs to the figure is drawn over the title or the note.
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=len(names),
            frameon=False,
            fontsize=9,
            labelcolor=INK,
            borderaxespad=0,
            columnspacing=1.5,
        )
    figure.suptitle(literal(title, 60), x=0.03, ha="left", color=INK, fontsize=13, fontweight="bold")
    figure.supxlabel(literal(note, 110), x=0.03, ha="left", color=QUIET, fontsize=9)
    written = io.BytesIO()
    figure.savefig(written, format="png")
    return written.getvalue()
