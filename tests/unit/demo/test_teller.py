"""The tally: what failed is counted, named again at the end, and the last line says how many."""

from __future__ import annotations

import io

from rich.console import Console

from bot.render.wording import money
from deploy.local.demo.plain_text import Line
from deploy.local.demo.teller import MOST_LINES, Teller


def telling() -> tuple[Teller, io.StringIO]:
    written = io.StringIO()
    return Teller(Console(file=written, width=100, soft_wrap=True)), written


def test_the_last_line_is_the_tally() -> None:
    teller, written = telling()
    teller.scene(1, "Sums", "Two of them.")
    teller.equal("one and one", 1 + 1, 2)
    teller.check("snow in July", False, "none seen")
    teller.close()
    lines = written.getvalue().splitlines()
    assert lines[-1] == "demo: 1 passed, 1 failed"
    assert "  ✗ 1 Sums: snow in July  none seen" in lines


def test_a_difference_says_both_values() -> None:
    teller, _ = telling()
    assert not teller.equal("left", 5, 7)
    assert teller.failures == [": left  is 5, should be 7"]


def test_sums_are_spelt_as_money() -> None:
    teller, written = telling()
    assert teller.equal("committed", {"committed": 102000}, {"committed": 102000}, money)
    assert "committed £1,020" in written.getvalue()


def test_a_long_answer_is_cut_and_not_told_twice() -> None:
    teller, written = telling()
    lines = [Line(f"line {number}") for number in range(MOST_LINES + 3)]
    teller.came(lines, 0.1)
    teller.came(lines, 0.1)
    told = written.getvalue()
    assert "and 3 more lines" in told
    assert f"line {MOST_LINES}" not in told
    assert told.count("line 1\n") == 1
    assert "word for word as above" in told
