"""Entra's client-credentials grant: who may ask Graph, and for how long.

Refuses as Entra does, with its error codes, since a client must tell a wrong secret from a wrong tenant.
"""

from __future__ import annotations

import dataclasses
import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from aiohttp import web

SCOPE = "https://graph.microsoft.com/.default"


READ = "DeviceManagementManagedDevices.Read.All"
COMMAND = "DeviceManagementManagedDevices.PrivilegedOperations.All"


@dataclasses.dataclass(frozen=True, slots=True)
class Application:
    """An app registration: its credentials and the permissions that an administrator consented to."""

    client_id: str
    client_secret: str = dataclasses.field(repr=False)
    permissions: frozenset[str] = frozenset({READ})


class TokenOffice:
    """Issues bearer tokens and knows those it issued. `clock` counts real seconds, not the scenario's."""

    def __init__(
        self, tenant: str, applications: Sequence[Application], lifetime: int, clock: Callable[[], float]
    ) -> None:
        self._tenant = tenant
        self._applications = {each.client_id: each for each in applications}
        self._lifetime = lifetime
        self._clock = clock
        self._issued: dict[str, tuple[float, Application]] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/{tenant}/oauth2/v2.0/token", self.issue)]

    async def issue(self, request: web.Request) -> web.Response:
        """Answer a token request."""
        form = await request.post()
        if request.match_info["tenant"] != self._tenant:
            return _refusal(400, "invalid_request", 90002, "Tenant not found.")
        if form.get("grant_type") != "client_credentials":
            return _refusal(400, "unsupported_grant_type", 70003, "The grant type is not supported.")
        application = self._applications.get(str(form.get("client_id", "")))
        if application is None:
            return _refusal(400, "unauthorized_client", 700016, "Application was not found in the directory.")
        if not hmac.compare_digest(str(form.get("client_secret", "")).encode(), application.client_secret.encode()):
            return _refusal(401, "invalid_client", 7000215, "Invalid client secret provided.")
        if form.get("scope") != SCOPE:
            return _refusal(400, "invalid_scope", 1002012, "The provided value for scope is not valid.")
        now = self._clock()
        self._issued = {token: issued for token, issued in self._issued.items() if issued[0] > now}
        token = secrets.token_urlsafe(48)
        self._issued[token] = now + self._lifetime, application
        lifetime = self._lifetime
        return web.json_response(
            {
                "token_type": "Bearer",
                "expires_in": lifetime,
                "ext_expires_in": lifetime,
                "access_token": token,
            }
        )

    def objection(self, authorization: str | None) -> str | None:
        """Why a request with this Authorization header may not pass, or None if it may."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return "Access token is empty."
        issued = self._issued.get(token)
        if issued is None:
            return "Access token validation failure. Invalid token."
        if issued[0] <= self._clock():
            return "Lifetime validation failed, the token is expired."
        return None

    def permits(self, authorization: str | None, permission: str) -> bool:
        """Whether the token of a request that may pass was given to an application with this permission."""
        _, _, token = (authorization or "").partition(" ")
        issued = self._issued.get(token)
        return issued is not None and permission in issued[1].permissions


def _refusal(status: int, error: str, code: int, words: str) -> web.Response:
    trace = secrets.token_hex(16)
    body = {
        "error": error,
        "error_description": f"AADSTS{code}: {words} Trace ID: {trace}",
        "error_codes": [code],
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ"),
        "trace_id": trace,
        "correlation_id": secrets.token_hex(16),
    }
    return web.json_response(body, status=status)
