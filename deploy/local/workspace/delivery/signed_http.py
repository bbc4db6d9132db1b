"""HTTP mode: requests signed with the app's secret, to the one URL it declared."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp
import msgspec

from deploy.local.workspace.delivery.outcome import FIRST, Attempt, Json, Kind, Outcome


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The v0 signature of a body: keyed SHA-256 over version, timestamp and the exact bytes."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpCourier:
    """Posts payloads to one app; its URL must first answer the handshake."""

    def __init__(self, url: str, secret: str, acknowledge: float, now: Callable[[], float]) -> None:
        self._url = url
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=acknowledge)
        self._now = now
        self._session: aiohttp.ClientSession | None = None
        self._verified = False

    async def deliver(self, kind: Kind, payload: Json, attempt: Attempt = FIRST) -> Outcome:
        """Post one payload in the form Slack uses for its kind and wait for the answer."""
        if not self._verified and not await self._handshake():
            return Outcome("failed", reason="connection_failed")
        if kind == "events_api":
            headers = {"Content-Type": "application/json"}
            if attempt.number:
                headers |= {"X-Slack-Retry-Num": str(attempt.number), "X-Slack-Retry-Reason": attempt.reason}
            return await self._post(msgspec.json.encode(payload), headers)
        fields = payload if kind == "slash_commands" else {"payload": msgspec.json.encode(payload).decode()}
        return await self._post(urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    async def _handshake(self) -> bool:
        challenge = secrets.token_urlsafe(24)
        body = msgspec.json.encode({"type": "url_verification", "token": "unused", "challenge": challenge})
        outcome = await self._post(body, {"Content-Type": "application/json"})
        answer = outcome.payload or {}
        self._verified = outcome.acknowledged and challenge in (answer.get("challenge"), answer.get("text"))
        return self._verified

    async def _post(self, body: bytes, headers: dict[str, str]) -> Outcome:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        timestamp = str(int(self._now()))
        signed = {
            **headers,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
            "User-Agent": "Workspace 1.0",
        }
        try:
            async with self._session.post(self._url, data=body, headers=signed, allow_redirects=False) as answer:
                text = await answer.text()
                if 200 <= answer.status < 300:
                    return Outcome("acknowledged", _payload(answer.content_type, text))
                again = answer.headers.get("X-Slack-No-Retry") != "1"
                return Outcome("failed", reason="http_error", retry=again)
        except TimeoutError:
            return Outcome("timed_out", reason="http_timeout")
        except aiohttp.ClientError:
            return Outcome("failed", reason="connection_failed")

    async def stop(self) -> None:
        """Close the HTTP session."""
        if self._session is not None:
            await self._session.close()


def _payload(content_type: str, text: str) -> Json | None:
    if not text.strip():
        return None
    if content_type == "application/json":
        try:
            answer = msgspec.json.decode(text)
        except msgspec.DecodeError:
            return None
        return answer if isinstance(answer, dict) else None
    return {"text": text}
