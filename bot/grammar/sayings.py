"""How people say things: the words for each kind of device, each fault, and each thing they may mean.

Tables only; `plain` reads by them. The order matters: of two sayings that fit, the first holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.grammar.asked import Asked, Counts, Covers, Leavers, Mine
from bot.grammar.own import Elsewhere, OwnLosses, OwnRequests, Thanks, Wish
from bot.grammar.parts import KINDS
from schemas.vocabulary import Kind
from services.register.queries import Dimension
from services.requests.queries import Reason

Meant = Callable[[str, Kind | None], Asked]
"""From what was said and the kind it speaks of to what is asked."""
Sayings = tuple[tuple[re.Pattern[str], Meant], ...]

KIND_WORDS = KINDS | {
    **dict.fromkeys(("mobile", "iphone", "handset", "fone", "cell", "android", "telephone"), Kind.SMARTPHONE),
    **dict.fromkeys(("notebook", "macbook", "lappy", "thinkpad"), Kind.LAPTOP),
    **dict.fromkeys(("computer", "pc"), Kind.DESKTOP),
    "display": Kind.MONITOR,
    "ipad": Kind.TABLET,
}
OFTEN_MISSPELT = sorted(
    {word for word in KIND_WORDS if len(word) > 4}
    | {"broken", "stolen", "cracked", "smashed", "missing", "damaged", "dropped", "request", "cancel", "faulty"}
)


def _any_of(*words: str) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(words)})\b", re.IGNORECASE)


GONE: Sequence[tuple[Reason, re.Pattern[str]]] = (
    (
        Reason.STOLEN,
        _any_of("stolen", "stole", "nicked", "robbed", "mugged", "theft", "burgled", "(been|was) taken", "snatched"),
    ),
    (
        Reason.LOST,
        _any_of(
            *("lost", "losed", "missing", "misplaced", "mislaid", "left (it|my)", r"left the \w+ (in|on|at|behind)"),
            *("can ?not find", "can'?t find", "find my", "lock (it|my)", "wipe (it|my)"),
        ),
    ),
)
FAULTY: Sequence[tuple[Reason, re.Pattern[str]]] = (
    (Reason.SLOW, _any_of("slow", "sluggish", r"freez\w+", "frozen", "hangs", r"crash\w*", "takes (ages|forever)")),
    (
        Reason.BROKEN,
        _any_of(
            *("broken?", "broke", r"crack\w*", "smashed", "dead", "died", "dies", "dropped", "spilt", "spilled"),
            *("faulty", "fault", "won'?t", "doesn'?t", "not working", "stopped", "swollen", r"flicker\w*", "damaged"),
            *("not charging", r"overheat\w*", "bust", "busted", "kaput"),
        ),
    ),
)
FOUND = _any_of("found (it|my|the)", "i found", "turned up", "got it back")
"""What was lost is there again; said of something lost, it is no new loss."""
WANTS = _any_of(
    *("need", "want", "like", "get", "(can|could|may) i have", "order", "request", "new", "another", "second"),
    *("bigger", "larger", "spare", "extra", r"replace\w*", "upgrade", "swap", "exchange", "change"),
)
_PARTS = _any_of("keyboard", "mouse", "charger", "headset", "dock", "adapter", "battery")


def _counted(_said: str, kind: Kind | None) -> Asked:
    return Counts(by=(Dimension.MODEL if kind else Dimension.KIND,), kind=kind)


def _wish(reason: Reason | None = None) -> Meant:
    return lambda said, kind: Wish(said, kind, reason)


def _always(asked: Asked) -> Meant:
    return lambda _said, _kind: asked


BEFORE_FAULTS: Sayings = (
    (
        _any_of(
            *("my requests?", "who (approves|decides|signs|has to)", "(where'?s|where is|where are) (my|the|our)"),
            *("when (will|do|does|is|can)", "how long", "any news", "update on", "did(n'?t| not) help"),
            *("(cancel|withdraw)(ling|ing)? (my|the|it|this|that)", "changed my mind", "no longer need"),
        ),
        _always(OwnRequests()),
    ),
    (_any_of("how many"), _counted),
)
AFTER_FAULTS: Sayings = (
    (
        re.compile(r"^(many )?(thanks|thank you|thx|ta|cheers|ok|okay|great|perfect)\b[^?]{0,20}$", re.IGNORECASE),
        _always(Thanks()),
    ),
    (re.compile(r"^found\b", re.IGNORECASE), _always(OwnLosses())),
    (
        _any_of("joins", "joiners?", "joining", "new starters?", "starts (on|with|next)", "new colleague"),
        _wish(Reason.JOINER),
    ),
    (_any_of("leaver", "is leaving", "leaves us", "(has|have) left", "leaving on"), _always(Leavers())),
    (
        _any_of("on holiday", "on leave", "annual leave", "out of office", "i('m| am) away", "cover (for )?me"),
        _always(Covers()),
    ),
    (
        _any_of(
            *("requests", "status", r"approv\w+", "my (boss|manager)", "cancel", "withdraw", "urgent"),
            *(
                "can'?t wait",
                "cannot wait",
                "repaired",
                "works again",
                "return(ing)? (my|the)",
                "(give|send|hand) back",
            ),
            *("arrived", "received", "i (got|have) (my|the) new", "waiting for me"),
        ),
        _always(OwnRequests()),
    ),
    (
        _any_of("my (devices?|kit|stuff|things|equipment)", "what (do|have) i (have|got|hold)", "what is mine"),
        _always(Mine()),
    ),
    (
        _any_of("screen reader", r"accessib\w+", r"disab\w+", r"dyslexi\w+", "magnifier", "ergonomic", "eyesight"),
        _wish(Reason.ACCESSIBILITY),
    ),
    (_any_of("too old", "ancient", "out of (date|support)", "end of (its )?life"), _wish(Reason.END_OF_LIFE)),
    (_PARTS, _wish()),
    (_any_of("report (a|an|my)", "complain"), _wish()),
)
ELSEWHERE: Sayings = (
    (
        _any_of(
            *(
                "password",
                "passcode",
                "log ?in",
                "sign ?in",
                "account",
                "wi-?fi",
                "vpn",
                "e-?mail",
                "outlook",
                "printer",
            ),
            *("human", "help ?desk", "service desk", "real person", "(talk|speak) to (a|some)(body|one| person)"),
        ),
        _always(Elsewhere()),
    ),
)
"""Looked at last: what speaks of a device as well is ours."""
