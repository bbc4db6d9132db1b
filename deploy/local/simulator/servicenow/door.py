"""Who may come in, and how ServiceNow says no."""

from __future__ import annotations

import hmac

import aiohttp
from aiohttp import web


class Door:
    """Basic authentication of one integration user."""

    def __init__(self, user: str, password: str) -> None:
        self._expected = aiohttp.encode_basic_auth(user, password, encoding="utf-8").encode()

    def refusal(self, request: web.Request) -> web.Response | None:
        """None for who proves to be the user."""
        if hmac.compare_digest(request.headers.get("Authorization", "").encode(), self._expected):
            return None
        return refuse(401, "User Not Authenticated", "Required to provide Auth information")


def refuse(status: int, words: str, detail: str | None) -> web.Response:
    """ServiceNow's shape of an error."""
    body = {"error": {"message": words, "detail": detail}, "status": "failure"}
    headers = {"WWW-Authenticate": 'BASIC realm="Service-now"'} if status == 401 else None
    return web.json_response(body, status=status, headers=headers)
