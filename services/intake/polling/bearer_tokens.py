"""OAuth2 client credentials: a token is asked for when there is none, kept while it lives, and renewed when refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import aiohttp
import msgspec

from services.intake.polling.vendor_http import TIMEOUT, VendorUnavailable

RENEW_BEFORE_SECONDS = 60.0


class _Grant(msgspec.Struct):
    access_token: str
    expires_in: int = 300


_grant = msgspec.json.Decoder(_Grant, strict=False)


class BearerTokens:
    """Credentials that renew themselves. `now` counts seconds monotonically; tokens live in real time."""

    renewable = True

    def __init__(
        self,
        session: aiohttp.ClientSession,
        token_url: str,
        client_id: str,
        client_secret: str,
        scope: str,
        now: Callable[[], float] | None = None,
    ) -> None:
        self._session = session
        self._token_url = token_url
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": scope,
        }
        self._now = now or asyncio.get_running_loop().time
        self._token = ""
        self._good_until = 0.0

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]:
        """The Authorization header. Raises VendorUnavailable if we are refused, ClientError if nobody answers."""
        if fresh or self._now() >= self._good_until:
            await self._renew()
        return {"Authorization": f"Bearer {self._token}"}

    async def _renew(self) -> None:
        async with self._session.post(
            self._token_url, data=self._form, allow_redirects=False, timeout=TIMEOUT
        ) as answer:
            if answer.status == 429 or answer.status >= 500:
                answer.raise_for_status()
            if answer.status != 200:
                raise VendorUnavailable(f"the token endpoint answered {answer.status}")
            try:
                grant = _grant.decode(await answer.read())
            except msgspec.MsgspecError as error:
                raise VendorUnavailable(f"the token endpoint's answer cannot be read: {error}") from None
        self._token = grant.access_token
        self._good_until = self._now() + max(grant.expires_in - RENEW_BEFORE_SECONDS, 0.0)
