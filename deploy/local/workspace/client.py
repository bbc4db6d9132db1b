"""Scripted people: what someone at the page can do, for demonstrations and tests that need no browser.

async with WorkspaceClient(url) as workspace:
    amara = await workspace.as_user("amara.osei@metropolitan.example")
    await amara.slash("/kit", channel="general")
    answer = await amara.wait_for_message(lambda message: "laptop" in message["text"])
"""

from __future__ import annotations

from types import TracebackType

import aiohttp

from deploy.local.workspace.scripted import Json, ScriptedPerson, WaitedTooLongError

__all__ = ["Json", "ScriptedPerson", "WaitedTooLongError", "WorkspaceClient"]


class WorkspaceClient:
    """A way into a running workspace; give it the page's address."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None
        self._people: dict[str, ScriptedPerson] = {}

    async def __aenter__(self) -> WorkspaceClient:
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for person in self._people.values():
            await person.leave()
        if self._session is not None:
            await self._session.close()

    async def as_user(self, email: str) -> ScriptedPerson:
        """The person with an e-mail address, listening from now on."""
        assert self._session is not None, "use `async with WorkspaceClient(...)`"
        if email not in self._people:
            person = ScriptedPerson(self._session, self._base_url, email)
            await person.arrive()
            self._people[email] = person
        return self._people[email]
