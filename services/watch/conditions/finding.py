"""What a condition answers: a verdict on one key, with a finding if something is wrong."""

from __future__ import annotations

import msgspec

from schemas.vocabulary import AlertSeverity


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, in plain sentences without commercial fields, and the number behind them.

    `audience` is the channel purpose it belongs to (budget, commercial, fleet, operations); `unit` limits who may see
    it. Sentences to the commercial audience may name contracts and orders, but no price, sum or supplier either.
    """

    severity: AlertSeverity
    audience: str
    headline: str
    detail: str
    unit: str | None = None
    measured: float | None = None
    threshold: float | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How a condition stands: `finding` is None while all is well."""

    key: str
    condition: str
    finding: Finding | None
