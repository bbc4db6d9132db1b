"""Every button, form, shortcut and command in the hands of everybody: who it is not for changes nothing, is told why,
stands in the audit as refused, and learns nothing; who it is for gets on.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot import wiring
from bot.desk import Desk
from bot.settings import BotSettings
from services.database.pool import Pool
from tests.integration.bot.wrong_hands.forger import Answer, Forger, user_id
from tests.integration.bot.wrong_hands.lines import DANIEL, PEOPLE, TOM, UNA, Line, address, every_line
from tests.integration.bot.wrong_hands.scene import Scene
from tests.integration.bot.wrong_hands.state import Remembered, changed

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

LINES = every_line()
GROUPS = 4
COMMERCIAL = re.compile(r"£|RM6098|Assumed")
"""Sums, contracts and suppliers."""
ANOTHERS = re.compile(r"SECRET\d|\bS\d{3,}|OLD\d|NEW\d|SERIAL\d|SN\d|It fell|Amara|Charing Cross")
"""What is of Central West, or of the shelf, in all that is made here."""
STRANGERS = (TOM, DANIEL, UNA)
FAULT = "Something went wrong"


class Listening(AsyncApp):
    """Bolt's app, which remembers what is registered with it."""

    heard: list[Any]

    def _note(self, what: Any) -> None:
        self.__dict__.setdefault("heard", []).append(what)

    def action(self, constraints: Any, *args: Any, **kwargs: Any) -> Any:
        self._note(constraints["action_id"] if isinstance(constraints, dict) else constraints)
        return super().action(constraints, *args, **kwargs)

    def view(self, constraints: Any, *args: Any, **kwargs: Any) -> Any:
        self._note(constraints)
        return super().view(constraints, *args, **kwargs)

    def command(self, command: Any, *args: Any, **kwargs: Any) -> Any:
        self._note(command)
        return super().command(command, *args, **kwargs)

    def global_shortcut(self, callback_id: Any, *args: Any, **kwargs: Any) -> Any:
        self._note(callback_id)
        return super().global_shortcut(callback_id, *args, **kwargs)

    def message_shortcut(self, callback_id: Any, *args: Any, **kwargs: Any) -> Any:
        self._note(callback_id)
        return super().message_shortcut(callback_id, *args, **kwargs)


async def test_every_listener_has_a_line(
    monkeypatch: pytest.MonkeyPatch, settings: BotSettings, desk: Desk, session: Any
) -> None:
    monkeypatch.setattr(wiring, "AsyncApp", Listening)
    app = wiring.assemble(settings, desk, session).app
    assert isinstance(app, Listening)
    assert len(app.heard) > 70
    listed = {line.listener for line in LINES}
    without = [
        heard
        for heard in app.heard
        if not any(heard.search(name) if isinstance(heard, re.Pattern) else heard == name for name in listed)
    ]
    assert not without, "say in lines.py who may press these"
    assert all(line.right for line in LINES), "each is for somebody"


@pytest.mark.parametrize("group", range(GROUPS))
async def test_wrong_hands_change_nothing_and_right_ones_get_on(
    group: int, scene: Scene, forger: Forger, pool: Pool
) -> None:
    remembered, faults = Remembered(pool), []
    for line in LINES[group::GROUPS]:
        faults += await in_wrong_hands(line, scene, forger, remembered)
        faults += await in_right_hands(line, scene, forger, remembered)
    assert not faults, "\n".join(faults)


async def in_wrong_hands(line: Line, scene: Scene, forger: Forger, remembered: Remembered) -> list[str]:
    """What is wrong with how those are met for whom it is not."""
    if not line.wrong:
        return []
    means, faults = await line.made(scene, forger), []
    before = await remembered.sums()
    for name in line.wrong:
        email = address(name)
        refused = await remembered.refusals(email)
        payload = means(email)
        answer = await forger.send(payload)
        after = await remembered.sums()
        # The words they asked in are theirs already.
        shown = answer.shown.replace(str(payload.get("text", "")).rpartition(" ")[2] or "\0", "")
        said = {
            "changed " + ", ".join(changed(before, after)): before != after,
            f"answered {answer.status}": answer.status != 200,
            "is not told why": not told_why(answer),
            "was told for all to read": not answer.is_ephemeral,
            "is not in the audit": await remembered.refusals(email) != refused + 1,
            "learnt of it": name in STRANGERS and ANOTHERS.search(shown) is not None,
            "learnt a figure": COMMERCIAL.search(shown) is not None,
        }
        before = after
        faults += [f"{line.name}: {name} {what} | {answer.shown[:300]}" for what, is_so in said.items() if is_so]
    return faults


async def in_right_hands(line: Line, scene: Scene, forger: Forger, remembered: Remembered) -> list[str]:
    """What is wrong with how those are met for whom it is."""
    faults = []
    for name in line.right:
        means = await line.made(scene, forger)
        before = await remembered.sums()
        files = forger.files(address(name))
        answer = await forger.send(means(address(name)))
        after = await remembered.sums()
        if line.ends == "opens":
            fine = answer.view is not None and answer.view["callback_id"] == line.opens
        elif line.ends == "changes":
            fine = before != after and not answer.errors
        elif line.ends == "file":
            fine = forger.files(address(name)) == files + 1
        else:
            fine = not told_why(answer) or answer.body.get("response_action") == "update" or bool(answer.told)
        fine = fine and FAULT not in answer.shown and "That did not work" not in answer.shown
        if not fine:
            faults.append(f"{line.name}: {name} does not get on | {answer.shown[:300]}")
    return faults


def told_why(answer: Answer) -> bool:
    """A sentence where the person is looking, that is no reference number."""
    sentences = [*answer.errors.values(), *(str(each["text"]) for each in answer.told)]
    if answer.body.get("response_action") == "update":
        sentences.append(str(answer.body["view"]))
    if answer.view is not None and answer.view["callback_id"] == "done":
        sentences.append(str(answer.view["blocks"]))
    return any(len(each) > 25 for each in sentences) and FAULT not in answer.shown


def test_everybody_is_in_slack() -> None:
    assert len({user_id(address(name)) for name in PEOPLE}) == len(PEOPLE)
