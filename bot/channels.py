"""Where a message goes: channel names and people's addresses, looked up once."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.people import People
from services.errors import NotFound


class Channels:
    """Resolves the destinations of outgoing messages to Slack's ids."""

    def __init__(self, client: AsyncWebClient, people: People) -> None:
        self._client = client
        self._people = people
        self._by_name: dict[str, str] = {}
        self._joined: set[str] = set()

    async def resolve(self, destination: str) -> str:
        """The id behind `channel:C…`, `name:…` or `person:…`. Raises NotFound for a name Slack does not know."""
        kind, _, value = destination.partition(":")
        if kind == "channel":
            return value
        if kind == "person":
            found = await self._people.direct_channel_of(value)
            if found is None:
                raise NotFound(f"Slack knows nobody with the address {value}.")
            return found
        if value not in self._by_name:
            await self._read()
        if value not in self._by_name:
            raise NotFound(f"There is no public channel #{value}; create it or name another one in the settings.")
        await self._join(value)
        return self._by_name[value]

    async def _read(self) -> None:
        cursor: str | None = None
        while cursor != "":
            answer = await self._client.conversations_list(exclude_archived=True, limit=200, cursor=cursor)
            for channel in answer["channels"]:
                self._by_name[channel["name"]] = channel["id"]
                if channel.get("is_member"):
                    self._joined.add(channel["name"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")

    async def _join(self, name: str) -> None:
        # Without membership we could post, but not look in the history for what we posted before a crash.
        if name not in self._joined:
            await self._client.conversations_join(channel=self._by_name[name])
            self._joined.add(name)
