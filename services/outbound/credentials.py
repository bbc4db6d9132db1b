"""How we prove ourselves to another system: Basic, a token that lives until it is revoked, or tokens that renew.

Renewing ones are OAuth2 client credentials: asked for when there is none, kept while it lives, renewed when refused.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from typing import Protocol

import aiohttp
import msgspec

from services.outbound.errors import Refused, Unclear

TIMEOUT = aiohttp.ClientTimeout(total=120, sock_connect=10, sock_read=60)
RENEW_BEFORE_SECONDS = 60.0


class Credentials(Protocol):
    """How we prove ourselves. `renewable` says whether a fresh proof may help after a 401."""

    @property
    def renewable(self) -> bool: ...

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]: ...


@dataclasses.dataclass(frozen=True)
class BasicAuthorisation:
    """A user and a password of ours."""

    user: str
    password: str = dataclasses.field(repr=False)
    renewable: bool = False

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]:
        """The Authorization header."""
        return {"Authorization": aiohttp.encode_basic_auth(self.user, self.password, encoding="utf-8")}


@dataclasses.dataclass(frozen=True)
class BearerAuthorisation:
    """A token of ours that lives until somebody revokes it."""

    token: str = dataclasses.field(repr=False)
    renewable: bool = False

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]:
        """The Authorization header."""
        return {"Authorization": f"Bearer {self.token}"}


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
        scope: str | None = None,
        now: Callable[[], float] | None = None,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._session = session
        self._token_url = token_url
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        if scope is not None:
            self._form["scope"] = scope
        self._now = now or asyncio.get_running_loop().time
        self._timeout = timeout
        self._token = ""
        self._good_until = 0.0

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]:
        """The Authorization header. Raises Refused if we get no token, Unclear if the answer is none, ClientError."""
        if fresh or self._now() >= self._good_until:
            await self._renew()
        return {"Authorization": f"Bearer {self._token}"}

    async def _renew(self) -> None:
        async with self._session.post(
            self._token_url, data=self._form, allow_redirects=False, timeout=self._timeout
        ) as answer:
            if answer.status == 429 or answer.status >= 500:
                answer.raise_for_status()
            if answer.status != 200:
                raise Refused(f"the token endpoint answered {answer.status}", status=401)
            try:
                grant = _grant.decode(await answer.read())
            except msgspec.MsgspecError as error:
                raise Unclear(f"the token endpoint's answer cannot be read: {error}") from None
        self._token = grant.access_token
        self._good_until = self._now() + max(grant.expires_in - RENEW_BEFORE_SECONDS, 0.0)
