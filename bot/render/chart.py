"""Charts, as PNG bytes from plain figures. Takes tenths of a second: run it in a thread."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import lru_cache

from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine

MOST_BARS = 20
FONT = "DejaVu Sans"
INK = "#1d2733"
QUIET = "#6b7785"
_BAR = "#2f6f8f"
_REST = "#b9c4cd"
MOST_LABEL = 34


def bar_chart(
    title: str, bars: Sequence[tuple[str, int]], note: str, *, shown_as: Callable[[int], str] = "{:,}".format
) -> bytes:
    """Horizontal bars, the figures at their ends `shown_as`; bars past the limit are summed as the last one."""
    shown = [(label, value, _BAR) for label, value in bars[:MOST_BARS]]
    if len(bars) > MOST_BARS:
        rest = sum(value for _, value in bars[MOST_BARS - 1 :])
        shown = [*shown[: MOST_BARS - 1], (f"{len(bars) - MOST_BARS + 1} others", rest, _REST)]
    layout = ConstrainedLayoutEngine(w_pad=0.2, h_pad=0.15)
    figure = Figure(figsize=(6.6, 1.1 + 0.34 * len(shown)), dpi=200, facecolor="white", layout=layout)
    axes = figure.add_subplot()
    places = range(len(shown))
    drawn = axes.barh(places, [value for _, value, _ in shown], color=[colour for *_, colour in shown], height=0.66)
    axes.bar_label(drawn, labels=[literal(shown_as(value)) for _, value, _ in shown], padding=5, color=INK, fontsize=10)
    axes.set_yticks(places, [literal(label) for label, *_ in shown], color=INK, fontsize=10)
    axes.invert_yaxis()
    axes.margins(x=0.12, y=0.01)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    figure.suptitle(literal(title, 60), x=0.03, ha="left", color=INK, fontsize=13, fontweight="bold")
    figure.supxlabel(literal(note, 90), x=0.03, ha="left", color=QUIET, fontsize=9)
    written = io.BytesIO()
    figure.savefig(written, format="png")
    return written.getvalue()


def literal(text: str, most: int = MOST_LABEL) -> str:
    """Text as it can be drawn: cut to length, without letters that the font lacks."""
    # A dollar sign would begin mathematics.
    kept = fitting(text, most)
    drawable = _drawable()
    return "".join(letter if ord(letter) in drawable else "?" for letter in kept).replace("$", r"\$")


def fitting(text: str, most: int) -> str:
    """The text cut to length. Of two keys the first is cut: without the second, bars could not be told apart."""
    if len(text) <= most:
        return text
    first, separator, last = text.rpartition(" · ")
    if separator and len(last) < most // 2:
        return f"{first[: most - len(last) - len(separator) - 1].rstrip()}…{separator}{last}"
    return text[: most - 1] + "…"


@lru_cache(maxsize=1)
def _drawable() -> frozenset[int]:
    # The letters of the one font that comes with matplotlib: what it lacks would be drawn as empty boxes.
    return frozenset(get_font(findfont(FONT)).get_charmap())
