"""How each word is used, in the order of the help, and the other words people use for it."""

from __future__ import annotations

from collections.abc import Mapping

USAGE: Mapping[str, str] = {
    "counts": "counts [kind] [by unit, model, age, state, os] [in UNIT]",
    "due": "due [in UNIT] [next N months]",
    "queue": "queue",
    "why": "why SERIAL",
    "find": "find SERIAL",
    "budget": "budget [2024/25]",
    "replace": "replace",
    "request": "request R-123",
    "alerts": "alerts",
    "conflicts": "conflicts",
    "leavers": "leavers [in UNIT]",
    "deadletters": "deadletters [SOURCE]",
    "help": "help",
}

SYNONYMS = {
    "count": "counts",
    "replacement": "replace",
    "requests": "request",
    "alert": "alerts",
    "conflict": "conflicts",
    "leaver": "leavers",
    "movers": "leavers",
    "deadletter": "deadletters",
    "dead-letters": "deadletters",
    "?": "help",
}
GREETINGS = {"hello", "hi", "hey", "thanks", "thank", "start", "morning"}
