"""Who is speaking: Slack's user id → e-mail address → the directory's person → what they may see."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from services.access.directory import Directory
from services.access.viewer import Viewer, viewer_for
from services.errors import BadInput

KEEP_SECONDS = 300.0
UNKNOWN = "@unknown.invalid"
NO_MEMBER = "Whom you chose has no address here; choose somebody else, or give their address below."


class People:
    """Asks Slack at most once in a few minutes for each person.

    Somebody without an e-mail address is staff of no unit; so is who is no member of our workspace, or not any more:
    of them nobody here vouches that the address is theirs.
    """

    def __init__(
        self, client: AsyncWebClient, directory: Directory, *, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._directory = directory
        self._elapsed = elapsed
        self._emails: dict[str, tuple[float, str]] = {}
        self._direct: dict[str, str] = {}
        self._home: tuple[str, str | None] | None = None

    async def viewer(self, user_id: str) -> Viewer:
        """The viewer behind a Slack user id."""
        return viewer_for(await self._email(user_id), self._directory)

    async def picked(self, user_id: str) -> Viewer:
        """The viewer behind somebody who was picked in a form. Raises BadInput for an app, and for no member."""
        try:
            viewer = await self.viewer(user_id)
        except SlackApiError as error:
            if error.response["error"] != "user_not_found":
                raise
            raise BadInput(NO_MEMBER) from None
        if viewer.email.endswith(UNKNOWN):
            raise BadInput(NO_MEMBER)
        return viewer

    async def _email(self, user_id: str) -> str:
        kept_until, email = self._emails.get(user_id, (0.0, ""))
        if not email or kept_until < self._elapsed():
            answer = await self._client.users_info(user=user_id)
            vouched = await self._is_member(answer["user"]) and answer["user"].get("profile", {}).get("email")
            email = vouched or f"{user_id.lower()}{UNKNOWN}"
            self._emails[user_id] = (self._elapsed() + KEEP_SECONDS, email)
        return email

    async def _is_member(self, user: Mapping[str, Any]) -> bool:
        """Whether somebody belongs to our workspace, or to our organisation of several. Guests by Slack Connect bring
        the address that their own workspace gave them, whichever that is.
        """
        if user.get("deleted") or user.get("is_bot") or user.get("is_stranger"):
            return False
        if self._home is None:
            told = await self._client.auth_test()
            self._home = (str(told["team_id"]), told.get("enterprise_id"))
        team, enterprise = self._home
        theirs = (user.get("enterprise_user") or {}).get("enterprise_id")
        return user.get("team_id") == team or (enterprise is not None and theirs == enterprise)

    async def direct_channel(self, user_id: str) -> str:
        """The id of our direct conversation with somebody."""
        if user_id not in self._direct:
            answer = await self._client.conversations_open(users=user_id)
            self._direct[user_id] = str(answer["channel"]["id"])
        return self._direct[user_id]

    async def direct_channel_of(self, email: str) -> str | None:
        """The id of our direct conversation with the person of an e-mail address; None if Slack has no such person."""
        try:
            answer = await self._client.users_lookupByEmail(email=email)
        except SlackApiError as error:
            if error.response["error"] == "users_not_found":
                return None
            raise
        return await self.direct_channel(str(answer["user"]["id"]))
