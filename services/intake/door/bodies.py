"""Reading a delivery's body within bounds: how large, how slowly, and how far it may unfold."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping

from aiohttp import web

READ_SECONDS = 60.0
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class Refusal(Exception):
    """The request is answered with this status and these words, and nothing of it is kept."""

    def __init__(self, status: int, words: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.headers = headers or {}


async def read_body(request: web.Request, limit: int) -> bytes:
    """The body as it came, at most `limit` bytes. Raises Refusal."""
    too_large = Refusal(413, f"the body is larger than {limit} bytes", {"Connection": "close"})
    if request.content_length is not None and request.content_length > limit:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.content.iter_chunked(65_536):
                body += chunk
                if len(body) > limit:
                    raise too_large
    except TimeoutError:
        raise Refusal(408, f"the body took longer than {READ_SECONDS:.0f} s", {"Connection": "close"}) from None
    except (web.RequestPayloadError, ConnectionError):
        raise Refusal(400, f"the body broke off after {len(body)} bytes") from None
    return bytes(body)


def unfolded(body: bytes, encoding: str, limit: int) -> bytes:
    """The content of a body that came by this Content-Encoding, never more than `limit` bytes of it. Raises Refusal.

    It is unfolded no further than one byte past the limit, so a small body cannot fill the memory.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Refusal(
            415, f"a body encoded as {encoding[:40]!r} is not accepted", {"Accept-Encoding": "gzip, identity"}
        )
    reader = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        content = reader.decompress(body, limit + 1)
    except zlib.error:
        raise Refusal(400, f"the body is not the {encoding} it claims to be") from None
    if len(content) > limit:
        raise Refusal(413, f"the body unfolds to more than {limit} bytes", {"Connection": "close"})
    if not reader.eof or reader.unused_data:
        raise Refusal(400, f"the {encoding} body broke off, or goes on after its end")
    return content
