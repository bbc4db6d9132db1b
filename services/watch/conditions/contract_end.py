"""Contract near its end: most of its ceiling is called, or its term is nearly over.

Two keys a contract. Contracts are commercial, so these alerts go to those alone who may see them, and tell shares and
days but no sum and no supplier: `/kit contracts` tells those, and audits who read them. Of a contract that is over only
the term speaks, and that ends once another contract covers its kinds for longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from schemas.vocabulary import AlertSeverity
from services.clock import in_words
from services.watch.conditions.finding import Finding, Verdict
from services.watch.conditions.money_words import percent_of, sentences
from services.watch.conditions.steps import Step, step_reached

CEILING = "contract-ceiling"
TERM = "contract-term"


class TermStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many days before its last day, and how soon somebody must act then."""

    days: int
    severity: AlertSeverity


class ContractEndThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Steps in percent of the ceiling, with hysteresis in percentage points; and in days before the term's last day.

    A term has no hysteresis: days only go by. `assumed`: nobody has decided these figures yet.
    """

    ceiling: tuple[Step, ...]
    hysteresis: float
    term: tuple[TermStep, ...]
    assumed: bool = False


class ContractStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A contract and what was called off it in pence, VAT included. `ends_on` is the last day of its term."""

    contract_id: str
    kinds: Sequence[str]
    ceiling_pence: int
    called_pence: int
    starts_on: date
    ends_on: date
    assumed_ceiling: bool = False
    assumed_term: bool = False


def ceiling_key(contract_id: str) -> str:
    """The alert key of a contract's ceiling."""
    return f"{CEILING}:{contract_id}"


def term_key(contract_id: str) -> str:
    """The alert key of a contract's term."""
    return f"{TERM}:{contract_id}"


def judge_ceiling(
    contract: ContractStanding, thresholds: ContractEndThresholds, held: float | None, today: date
) -> Verdict:
    """How much of the ceiling is called. `held` is the threshold of the open alert, if there is one."""
    key = ceiling_key(contract.contract_id)
    used = percent_of(contract.called_pence, contract.ceiling_pence)
    step = step_reached(used, thresholds.ceiling, held, thresholds.hysteresis)
    if step is None or today > contract.ends_on:
        return Verdict(key=key, condition=CEILING, finding=None)
    finding = Finding(
        severity=step.severity,
        audience="commercial",
        headline=f"{contract.contract_id}: {step.at:.0f} % of the ceiling is called",
        detail=sentences(
            f"{used:.0f} % is called, and the contract runs until {in_words(contract.ends_on)}.",
            "No order can be placed above the ceiling; commercial can award a further contract.",
            "The ceiling is assumed." if contract.assumed_ceiling else "",
        ),
        measured=round(used, 2),
        threshold=step.at,
    )
    return Verdict(key=key, condition=CEILING, finding=finding)


def judge_term(
    contract: ContractStanding, others: Sequence[ContractStanding], thresholds: ContractEndThresholds, today: date
) -> Verdict:
    """How near the term's end is, unless one of the `others` takes over each of its kinds without a gap."""
    key = term_key(contract.contract_id)
    days = (contract.ends_on - today).days
    step = min((each for each in thresholds.term if days <= each.days), key=lambda each: each.days, default=None)
    if step is None or all(_goes_on(kind, contract, others) for kind in contract.kinds):
        return Verdict(key=key, condition=TERM, finding=None)
    ends = "ended on" if days < 0 else "ends on"
    finding = Finding(
        severity=step.severity,
        audience="commercial",
        headline=f"{contract.contract_id} {ends} {in_words(contract.ends_on)}",
        detail=sentences(
            "Nothing can be called off it after that day, and no other contract covers all of its kinds for longer; "
            "commercial can award one.",
            "The last day is assumed." if contract.assumed_term else "",
        ),
        threshold=float(step.days),
    )
    return Verdict(key=key, condition=TERM, finding=finding)


def _goes_on(kind: str, contract: ContractStanding, others: Sequence[ContractStanding]) -> bool:
    return any(
        kind in each.kinds
        and each.ends_on > contract.ends_on
        and each.starts_on <= contract.ends_on + timedelta(days=1)
        for each in others
        if each.contract_id != contract.contract_id
    )
