"""Tokens that renew themselves, for whoever polls: being refused one is the vendor being unavailable."""

from __future__ import annotations

from collections.abc import Mapping

from services.intake.polling.vendor_http import VendorUnavailable
from services.outbound import credentials
from services.outbound.errors import CallFailed, Refused


class BearerTokens(credentials.BearerTokens):
    """OAuth2 client credentials as a poller knows them."""

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]:
        """The Authorization header. Raises VendorUnavailable if we are refused, ClientError if nobody answers."""
        try:
            return await super().headers(fresh=fresh)
        except (Refused, CallFailed) as error:
            raise VendorUnavailable(str(error)) from None
