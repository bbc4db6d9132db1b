"""A policy in words, and what differs between two: all that a policy says has a name and a value that people read."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.vocabulary import Kind
from services.clock import in_words
from services.refresh.policy import PARTS
from services.refresh.policy_document import Block, Policy
from services.refresh.rules.due import A_KIND


def describe(policy: Policy) -> dict[str, str]:
    """What the policy says, by what it says it of."""
    return dict(_said(policy))


def differences(before: Policy, after: Policy) -> list[str]:
    """A sentence for each thing that the two say differently, in the order of the second."""
    old, new = describe(before), describe(after)
    told = []
    for what, value in new.items():
        if what not in old:
            told.append(f"new: {what}: {value}")
        elif old[what] != value:
            told.append(f"{what}: {value}, before {old[what]}")
    told += [f"gone: {what}: {value}" for what, value in old.items() if what not in new]
    if not told and before != after:
        told.append("nothing but the version" if before.version != after.version else "nothing but the order of rules")
    return told


def _said(policy: Policy) -> Iterator[tuple[str, str]]:
    yield "the queue looks ahead", f"{policy.horizon.months} months{_source(policy.horizon)}"
    for kind in Kind:
        if (of_kind := policy.kinds.get(kind)) is not None:
            yield f"life of {A_KIND[kind]}", f"{of_kind.life_months} months{_source(of_kind)}"
            if (gone := of_kind.withdrawn) is not None:
                instead = f"{A_KIND[gone.replaced_by]} takes its place, paid for by {gone.funding_line.value}"
                yield f"{kind.value}s are withdrawn", f"on {in_words(gone.on)}; {instead}{_source(gone)}"
    for life in policy.model_lives:
        yield f"life of models like {life.model}", f"{life.life_months} months{_source(life)}"
    yield from _failures(policy)
    yield from _conditions(policy)
    for place, tier in enumerate(policy.tiers, start=1):
        yield f"tier {place}, {tier.name}", f"{tier.points} points under {', '.join(tier.under)}{_source(tier)}"
    for part in PARTS:
        yield f"most points for {part}", f"{getattr(policy.weights, part)}{_source(policy.weights)}"
    for reason, share in sorted(policy.request_urgency.reasons.items()):
        words = reason.value.replace("_", " ")
        yield f"a request because of: {words}", f"{share} thousandths of its points{_source(policy.request_urgency)}"
    yield from _support(policy)
    yield from _planning(policy)


def _failures(policy: Policy) -> Iterator[tuple[str, str]]:
    rule = policy.failures
    yield "failures that make a device due", f"{rule.limit} within {rule.months} months{_source(rule)}"
    for kind, count in sorted(rule.kinds.items()):
        yield f"failures that make {A_KIND[kind]} due", f"{count.limit} within {count.months} months{_source(rule)}"


def _conditions(policy: Policy) -> Iterator[tuple[str, str]]:
    if (battery := policy.battery) is not None:
        for kind, percent in sorted(battery.below_percent.items()):
            yield f"battery that makes {A_KIND[kind]} due", f"one below {percent} %{_source(battery)}"
    if (warranty := policy.warranty) is not None:
        for kind, months in sorted(warranty.kinds.items()):
            yield f"out of warranty, {A_KIND[kind]} is due", f"after {months} months{_source(warranty)}"


def _support(policy: Policy) -> Iterator[tuple[str, str]]:
    for each in policy.models:
        yield f"support of models like {each.model}", f"to {in_words(each.ends_on)}{_source(each)}"
    for system in policy.operating_systems:
        held = f"for {', '.join(system.held_back.models)}{_source(system.held_back)}"
        what = f"support of {system.name} ({system.os} {system.version})"
        yield what, f"to {in_words(system.ends_on)}{_source(system)} {held}"


def _planning(policy: Policy) -> Iterator[tuple[str, str]]:
    plan = policy.planning
    for kind, count in sorted(plan.quarterly_capacity.items()):
        yield f"{kind.value}s handed out in a quarter", f"at most {count:,}{_source(plan)}"
    yield "need lost by waiting a quarter", f"{plan.delay_permille} thousandths{_source(plan)}"
    yield "of each unit's need first", f"{plan.floor_permille} thousandths{_source(plan)}"
    yield "stock is given out", f"up to {plan.stock_oldest_months} months old{_source(plan)}"


def _source(block: Block) -> str:
    return " (assumed)" if block.assumed else f" ({block.source})"
