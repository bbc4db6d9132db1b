"""How many devices a person may hold: what would go beyond is refused at once. A replacement adds none."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from schemas.vocabulary import Kind, Role
from services.errors import RuleBroken
from services.requests.policy import RequestPolicy

MOST_NAMED = 5


def check_entitlement(
    policy: RequestPolicy,
    kind: Kind,
    *,
    name: str,
    roles: Collection[Role],
    title: str,
    holds: Sequence[str],
    asked: Sequence[str],
    own: bool,
) -> None:
    """Raise RuleBroken if one more device of `kind` would be too many for this person.

    `holds` names what they hold of the kind, `asked` their open requests that add one; `own` says that they ask for
    themselves.
    """
    allowed = policy.entitlement_of(roles, title).may_hold[kind]
    if len(holds) + len(asked) < allowed:
        return
    who, has = ("You", "have") if own else (name, "has")
    if allowed == 0:
        served = policy.served_by(kind)
        other = f" Ask for a {served} instead." if served is not kind else ""
        raise RuleBroken(f"Policy gives {'you' if own else name} no {kind}.{other}")
    parts = [f"already {has} {_counted(len(holds), kind)} ({_named(holds)})"] if holds else []
    parts += [f"{has if not holds else ''} already asked for one in {_named(asked)}".strip()] if asked else []
    advice = (
        "Choose that device in the list if it is to be replaced, or hand it back first."
        if holds
        else f"Follow {asked[0]}, or withdraw it first."
    )
    raise RuleBroken(f"{who} {' and '.join(parts)}; policy allows {_counted(allowed, kind)}. {advice}")


def _named(things: Sequence[str]) -> str:
    more = len(things) - MOST_NAMED
    return ", ".join(things[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _counted(number: int, kind: Kind) -> str:
    return f"{number} {kind}" if number == 1 else f"{number} {kind}s"
