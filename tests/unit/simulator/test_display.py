"""The first fill is shown as bars on a terminal and as lines elsewhere, until every source is through."""

from __future__ import annotations

import asyncio
import io

import pytest
import rich.console

from deploy.local.simulator.display import show_fill
from deploy.local.simulator.progress import Progress


@pytest.mark.parametrize("terminal", [True, False])
async def test_the_fill_is_shown_to_its_end(terminal: bool) -> None:
    progress, text = Progress(), io.StringIO()
    progress.expect("Jamf webhooks", 1_200)
    progress.served("Jamf webhooks", 1_200 if not terminal else 700)
    console = rich.console.Console(file=text, force_terminal=terminal, width=100)
    showing = asyncio.create_task(show_fill(progress, console))
    await asyncio.sleep(0)
    assert showing.done() is (not terminal)
    progress.served("Jamf webhooks", 1_200)
    async with asyncio.timeout(5):
        await showing
    assert "first fill complete" in text.getvalue()
    assert ("700/1200" in text.getvalue()) is terminal


def test_seeing_the_first_ones_again_takes_nothing_back() -> None:
    progress = Progress()
    progress.expect("Intune devices", 10)
    for upto in (4, 2, 99):
        progress.served("Intune devices", upto)
        assert progress.bars["Intune devices"].done in (4, 10)
    progress.served("unheard of", 3)
    assert progress.as_dict() == {"Intune devices": {"total": 10, "done": 10}}
    assert progress.complete
