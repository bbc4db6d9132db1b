"""Who is speaking: Slack's user id → e-mail address → the directory's person → what they may see."""

from __future__ import annotations

import time
from collections.abc import Callable

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from services.access.directory import Directory
from services.access.viewer import Viewer, viewer_for

KEEP_SECONDS = 300.0


class People:
    """Asks Slack at most once in a few minutes for each person. Somebody without an e-mail address is staff."""

    def __init__(
        self, client: AsyncWebClient, directory: Directory, *, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._directory = directory
        self._elapsed = elapsed
        self._emails: dict[str, tuple[float, str]] = {}
        self._direct: dict[str, str] = {}

    async def viewer(self, user_id: str) -> Viewer:
        """The viewer behind a Slack user id."""
        return viewer_for(await self._email(user_id), self._directory)

    async def _email(self, user_id: str) -> str:
        kept_until, email = self._emails.get(user_id, (0.0, ""))
        if not email or kept_until < self._elapsed():
            answer = await self._client.users_info(user=user_id)
            email = answer["user"].get("profile", {}).get("email") or f"{user_id.lower()}@unknown.invalid"
            self._emails[user_id] = (self._elapsed() + KEEP_SECONDS, email)
        return email

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
