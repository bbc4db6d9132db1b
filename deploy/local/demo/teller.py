"""Tells the demonstration in the terminal, and keeps count of what was checked."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.text import Text

from bot.render.wording import count_of, number
from deploy.local.demo.plain_text import Line, Look, aligned

MOST_LINES = 17
MOST_AGAIN = 6
"""A longer answer that was told before is not told again."""
WIDTH = 108
INDENT = " " * 4
_STYLES = {
    Look.TITLE: "bold",
    Look.PLAIN: "",
    Look.TABLE: "",
    Look.BUTTONS: "cyan",
    Look.SMALL: "dim",
}


class Teller:
    """Prints scenes, exchanges and checks. `passed` and `failed` count the checks."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.width = min(WIDTH, console.width)
        self.passed = 0
        self.failures: list[str] = []
        self.seconds: list[float] = []
        self._scene = ""
        self._told: set[tuple[Line, ...]] = set()

    @property
    def failed(self) -> int:
        """How many checks failed."""
        return len(self.failures)

    def scene(self, number: int, title: str, about: str) -> None:
        """Begin a scene."""
        self._scene = f"{number} {title}"
        self.console.print()
        self.console.print(
            Rule(f"[bold]{number}  {escape(title)}[/bold]", align="left", style="cyan"), width=self.width
        )
        self.note(about)

    def note(self, words: str) -> None:
        """A sentence of ours between two exchanges."""
        for line in textwrap.wrap(words, self.width - 2):
            self._print(Text(f"  {line}", style="dim"))

    def did(self, who: str, what: str, where: str, act: str) -> None:
        """What somebody typed or pressed."""
        self.console.print()
        self._print(
            Text.assemble("  ", (who, "bold yellow"), (f", {what}, in {where}", "dim"), "  ", (act, "bold white"))
        )

    def sent(self, who: str, where: str, what: str) -> None:
        """What a vendor's system sends."""
        self.console.print()
        self._print(Text.assemble("  ", (who, "bold magenta"), (f"  {where}  ", "dim"), (what, "bold white")))

    def came(self, lines: Sequence[Line], seconds: float | None, source: str = "Quartermaster") -> None:
        """What came back; a long answer is cut with a line that says so."""
        took = f"{seconds:.2f} s" if seconds is not None else ""
        if seconds is not None:
            self.seconds.append(seconds)
        self._print(Text.assemble("  ", (source, "bold green"), "  ", (took, "dim")))
        if len(lines) > MOST_AGAIN and tuple(lines) in self._told:
            self._line(lines[0])
            self._line(Line("… word for word as above", Look.SMALL))
            return
        self._told.add(tuple(lines))
        for line in lines[:MOST_LINES]:
            self._line(line)
        if len(lines) > MOST_LINES:
            self._line(Line(f"… and {len(lines) - MOST_LINES} more lines", Look.SMALL))

    def _line(self, line: Line) -> None:
        wide = self.width - len(INDENT) - 2
        parts = [line.text] if line.look is Look.TABLE else textwrap.wrap(line.text, wide, subsequent_indent="  ")
        for part in parts or [""]:
            self._print(Text.assemble(INDENT, ("▏ ", "green"), (part, _STYLES[line.look])))

    def table(self, rows: Sequence[Sequence[str]], numbers_from: int) -> None:
        """Rows of ours, heads first."""
        right = [place >= numbers_from for place in range(len(rows[0]))]
        for place, line in enumerate(aligned(rows, right)):
            self._print(Text(f"{INDENT}{line}", style="dim" if place == 0 else ""))

    def check(self, words: str, held: bool, seen: object = "") -> bool:
        """One check. `seen` is what was found, printed beside it."""
        mark, style = ("✓", "green") if held else ("✗", "bold red")
        found = f"  {seen}" if seen != "" else ""
        if held:
            self.passed += 1
        else:
            self.failures.append(f"{self._scene}: {words}{found}")
        shown = textwrap.wrap(f"{words}{found}" if held else f"{words}{found}"[:1500], self.width - 6) or [words]
        for place, line in enumerate(shown):
            self._print(Text.assemble("  ", (f"{mark} " if place == 0 else "  ", style), (line, "" if held else "red")))
        return held

    def equal(self, words: str, seen: object, expected: object, spelt: Callable[[int], str] = number) -> bool:
        """A check that two values, found independently, are the same. `spelt` writes its whole numbers."""
        if seen == expected:
            return self.check(words, True, _brief(seen, spelt))
        return self.check(words, False, f"is {seen}, should be {expected}")

    def close(self) -> None:
        """What failed, if anything, and the last line."""
        self.console.print()
        self.console.print(Rule(style="cyan"), width=self.width)
        for failure in self.failures:
            self._print(Text(f"  ✗ {failure}", style="red"))
        if self.seconds:
            ordered = sorted(self.seconds)
            middle, slowest = ordered[len(ordered) // 2], ordered[-1]
            answers = count_of(len(ordered), "answer")
            self.note(f"{answers}: half came within {middle:.2f} s, the slowest took {slowest:.2f} s.")
        result = f"demo: {self.passed} passed, {self.failed} failed"
        self._print(Text(result, style="bold red" if self.failed else "bold green"))

    def _print(self, text: Text) -> None:
        self.console.print(text, soft_wrap=True)


def _brief(value: object, spelt: Callable[[int], str]) -> str:
    if isinstance(value, int):
        return spelt(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_brief(each, spelt)}" for key, each in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        kept = [_brief(each, spelt) for each in value]
        return ", ".join(kept[:6]) + (f" and {len(kept) - 6} more" if len(kept) > 6 else "") if kept else "none"
    return str(value)
