"""What a condition answers: a verdict on one key, with a finding if something is wrong."""

from __future__ import annotations

import msgspec

from schemas.vocabulary import AlertSeverity


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, in plain sentences without commercial fields, and the number behind them.

    `audience` is the channel purpose it belongs to (budget, commercial, fleet, operations); `unit` limits who may see
    it. Sentences to the commercial audience may name contracts and orders, but no price, sum or supplier either.
    Where a person must act, `owner` is their address and `above` that of who is told beside them; the channel is told
    then only if `in_channel`. `about` names what it is about, such as R-numbers, the most pressing first.
    """

    severity: AlertSeverity
    audience: str
    headline: str
    detail: str
    unit: str | None = None
    measured: float | None = None
    threshold: float | None = None
    owner: str | None = None
    above: str | None = None
    in_channel: bool = True
    about: tuple[str, ...] = ()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How a condition stands: `finding` is None while all is well."""

    key: str
    condition: str
    finding: Finding | None
