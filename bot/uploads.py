"""Files that people put into our forms, fetched from Slack with the bot's token (scope `files:read`).

slack_sdk has no call for it. The token goes to Slack's own hosts only and follows no redirect: who may not read a file
is led to a page for signing in, which would be kept as if it were the file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from services.errors import BadInput

MOST_BYTES = 10_000_000
"""What Slack takes in a form's file field."""
_SECONDS = 60
_CHUNK = 64 * 1024
_SLACK = ("slack.com", "slack-gov.com")
_AGAIN = "Slack did not hand the file over; attach it once more."


@dataclasses.dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was uploaded."""

    name: str
    content: bytes


class Uploads:
    """Fetches them over the process's one session. `api` is where Slack's Web API is, whose host also serves files."""

    def __init__(self, session: aiohttp.ClientSession, token: str, api: str) -> None:
        self._session = session
        self._token = token
        self._api = urlsplit(api)

    async def fetch(self, file: Mapping[str, Any], where: str) -> Upload:
        """The bytes of a file as a form describes it. Raises BadInput at `where`."""
        name, url = str(file.get("name") or "file"), str(file.get("url_private_download") or "")
        if not self._is_slack(url):
            raise BadInput("Slack does not let us read this file; save it and attach it again", where=where)
        if int(file.get("size") or 0) > MOST_BYTES:
            raise BadInput(f"{name} is larger than 10 MB", where=where)
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with self._session.get(url, headers=headers, timeout=timeout, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise BadInput(_AGAIN, where=where)
                content = await self._read(answer, name, where)
        except (aiohttp.ClientError, TimeoutError):
            raise BadInput(_AGAIN, where=where) from None
        if not content:
            raise BadInput(f"{name} is empty", where=where)
        return Upload(name, content)

    async def send(self, url: str, content: bytes) -> None:
        """Put bytes where Slack told us to. Raises BadInput if it does not take them."""
        if not self._is_slack(url):
            raise BadInput("Slack named no place of its own for the file", where="file")
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with self._session.post(url, data=content, timeout=timeout, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise BadInput("Slack did not take the file; press once more", where="file")
        except (aiohttp.ClientError, TimeoutError):
            raise BadInput("Slack did not take the file; press once more", where="file") from None

    async def _read(self, answer: aiohttp.ClientResponse, name: str, where: str) -> bytes:
        content = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > MOST_BYTES:
                raise BadInput(f"{name} is larger than 10 MB", where=where)
        return bytes(content)

    def _is_slack(self, url: str) -> bool:
        """True for https at one of Slack's hosts, and for the very place where its Web API is."""
        try:
            parts = urlsplit(url)
            where = (parts.scheme, parts.hostname, parts.port)
        except ValueError:
            return False
        if where == (self._api.scheme, self._api.hostname, self._api.port):
            return True
        host = parts.hostname or ""
        return parts.scheme == "https" and any(host == each or host.endswith(f".{each}") for each in _SLACK)
