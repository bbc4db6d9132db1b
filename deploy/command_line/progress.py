"""How far a command is, shown while it works."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class _Rate(ProgressColumn):
    """How many a second."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} {self._what}/s" if task.speed else "")


@contextlib.contextmanager
def bar(
    console: Console, words: str, total: int | None, done: int = 0, what: str = "rows"
) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, and nothing where there is none."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(what), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=total, completed=done)
        yield lambda more: progress.advance(task, more)
