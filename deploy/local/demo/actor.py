"""A person of the demonstration: acts through the workspace as at its page, and everything said is told."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from deploy.local.demo.plain_text import Line, Look, lines_of, tables_of, text_of, unmarked
from deploy.local.demo.teller import Teller
from deploy.local.workspace.acts.result import Act
from deploy.local.workspace.scripted import Json, ScriptedPerson

PATIENCE = 15.0
"""Seconds; answers take hundredths of one, but a machine may be busy."""
DIRECT = "@quartermaster"


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the message, and how long it took."""

    message: Json
    seconds: float

    @property
    def text(self) -> str:
        """As read in the terminal."""
        return text_of(self.message.get("blocks") or []) or unmarked(self.message.get("text", ""))

    @property
    def lines(self) -> list[Line]:
        """As told in the terminal."""
        return lines_of(self.message.get("blocks") or []) or [Line(unmarked(self.message.get("text", "")))]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of its table without the heads; empty if it has none."""
        tables = tables_of(self.message.get("blocks") or [])
        return tables[0][1:] if tables else []

    def has_button(self, action_id: str) -> bool:
        """Whether one may press this."""
        blocks = self.message.get("blocks") or []
        return any(each.get("action_id") == action_id for block in blocks for each in block.get("elements", ()))


class Actor:
    """One person. `room` is where they use the slash command; the answers are for their eyes only."""

    def __init__(self, person: ScriptedPerson, name: str, role: str, email: str, teller: Teller) -> None:
        self.person = person
        self.name = name
        self.role = role
        self.email = email
        self._teller = teller
        self.asked: Counter[str] = Counter()
        """How often each command was asked, for comparison with the audit log."""

    async def asks(self, line: str, *, room: str = "general", told: bool = True) -> Answer:
        """Use the slash command and wait for the answer."""
        if told:
            self._teller.did(self.name, self.role, f"#{room}", line)
        self.asked[line.removeprefix("/kit").strip().partition(" ")[0]] += 1
        seen, began, channel = len(self.person.updates), time.monotonic(), self.person.channel(room)
        act = await self.person.slash(line, channel=room)
        _must_be_taken(act)
        message = await self.person.wait_for_message(
            lambda message: bool(message.get("is_ephemeral")) and message.get("bot_id") is not None,
            PATIENCE,
            after=seen,
        )
        assert message["channel"] == channel, "an answer came elsewhere than it was asked for"
        return self._came(message, began, told=told)

    async def says(self, text: str) -> Answer:
        """Say something in the direct conversation with Quartermaster and wait for the answer."""
        self._teller.did(self.name, self.role, "a direct message", text)
        seen, began = len(self.person.updates), time.monotonic()
        _must_be_taken(await self.person.say(text, channel=DIRECT))
        message = await self.person.wait_for_message(_is_answer, PATIENCE, after=seen)
        return self._came(message, began, told=True)

    async def sees(
        self, wanted: Callable[[Json], bool], *, within: float = PATIENCE, after: int = 0, told: str = ""
    ) -> Answer:
        """Wait for a message, new or changed. `told` says in a few words what it is."""
        began = time.monotonic()
        message = await self.person.wait_for_message(wanted, within, after=after)
        answer = Answer(message, time.monotonic() - began)
        if told:
            self._teller.console.print()
            self._teller.came(answer.lines, None, told)
        return answer

    def presses(self, label: str, where: str = "a direct message") -> None:
        """Tell of a press; the caller does it."""
        self._teller.did(self.name, self.role, where, f"[ {label} ]")

    def told(self, lines: list[Line], seconds: float | None) -> None:
        """Tell of something that came to them."""
        self._teller.came(lines, seconds)

    async def uses(self, message: Json, action_id: str, label: str, where: str = "a direct message") -> None:
        """Press a button of a message, and tell of it. Raises NotTakenError."""
        self.presses(label, where)
        _must_be_taken(await self.person.press(message, action_id))

    async def chooses(self, view: Json, field: str, value: Any, then: str) -> Json:
        """Choose something in a form that is redrawn for it; the form, once it shows the field `then`."""
        _must_be_taken(await self.person.press(view, field, value))
        return await self.person.wait_for_view(
            lambda view: any(block.get("block_id") == then for block in view["blocks"]), PATIENCE
        )

    async def fetches(self, message: Json, action_id: str, label: str) -> bytes:
        """Press a button that brings a file, and give its content. The command it belongs to is asked once more."""
        self.presses(label, "#general")
        self.asked[action_id.partition("_")[0]] += 1
        seen = len(self.person.updates)
        await self.person.press(message, action_id)
        came = await self.sees(lambda message: bool(message.get("files")), after=seen)
        file = came.message["files"][0]
        content = await self.person.download(file)
        self._teller.came([Line(f"⎘ {file['name']}, {file['title']}, {len(content):,} bytes")], came.seconds)
        return content

    async def opens(self, act: Act, callback_id: str) -> Json:
        """Wait for the modal that an act opens, and tell of it."""
        began = time.monotonic()
        _must_be_taken(act)
        view = await self.person.wait_for_view(lambda view: view["callback_id"] == callback_id, PATIENCE)
        title = Line(f"Form: {view['title']['text']}", Look.TITLE)
        self._teller.came([title, *lines_of(view["blocks"])], time.monotonic() - began)
        return view

    async def commands(self, line: str, callback_id: str, room: str = "general") -> Json:
        """Use a slash command that opens a form."""
        self._teller.did(self.name, self.role, f"#{room}", line)
        return await self.opens(await self.person.slash(line, channel=room), callback_id)

    async def submits(self, view: Json, values: dict[str, Any], label: str, said: str) -> Act:
        """Send a modal in and tell what came of it: errors at fields, or the view that took its place."""
        self._teller.did(self.name, self.role, "the form", f"{said} [ {label} ]")
        began = time.monotonic()
        act = await self.person.submit_view(view, values)
        _must_be_taken(act)
        lines = [Line(f"{field}: {words}") for field, words in act.errors.items()]
        lines += lines_of(act.view["blocks"]) if act.view else []
        self._teller.came(lines or [Line("the form closes")], time.monotonic() - began)
        return act

    def _came(self, message: Json, began: float, *, told: bool) -> Answer:
        answer = Answer(message, time.monotonic() - began)
        if told:
            self._teller.came(answer.lines, answer.seconds)
        return answer


class NotTakenError(Exception):
    """Quartermaster did not acknowledge what a person did; the text says how the page would show it."""


def _is_answer(message: Json) -> bool:
    """Alerts and notices may come meanwhile; Quartermaster marks its own answers."""
    key: str = message.get("metadata", {}).get("event_payload", {}).get("key", "")
    return key.startswith("answer/")


def _must_be_taken(act: Act) -> None:
    if act.outcome != "acknowledged":
        raise NotTakenError(f"{act.outcome}: {act.notice}")
