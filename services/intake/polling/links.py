"""Addresses that a vendor's answer leads to: they may be anything, and one that is none must not end the poller."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from services.intake.polling.feeds import UnusableAnswer


def parts_of(link: str) -> SplitResult:
    """The parts of an address. Raises UnusableAnswer for what is none, such as `http://[`."""
    try:
        return urlsplit(link)
    except ValueError as error:
        raise UnusableAnswer(f"{link[:100]!r} is no address: {error}") from None
