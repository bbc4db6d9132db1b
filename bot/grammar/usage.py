"""How each word is used, in the order of the help, and the other words people use for it."""

from __future__ import annotations

from collections.abc import Mapping

USAGE: Mapping[str, str] = {
    "counts": "counts [kind] [by unit, model, age, state, os] [in UNIT]",
    "due": "due [kind] [in UNIT] [next N months]",
    "queue": "queue [kind] [in UNIT]",
    "why": "why SERIAL",
    "find": "find SERIAL, TAG or PERSON",
    "budget": "budget [2024/25] [by kind, unit, demand, month]",
    "replace": "replace",
    "lost": "lost SERIAL",
    "stolen": "stolen SERIAL",
    "losses": "losses",
    "loss": "loss L-12",
    "request": "request R-123",
    "cover": "cover [PERSON from 3 Feb 2025 until 14 Feb 2025], or: cover off",
    "alerts": "alerts",
    "conflicts": "conflicts",
    "leavers": "leavers [in UNIT]",
    "deliveries": "deliveries [in UNIT]",
    "deadletters": "deadletters [SOURCE]",
    "wave": "wave [W-12], or: wave propose [laptops, …] [up to £2m]",
    "waves": "waves",
    "demand": "demand [40 laptops for joiners in UNIT by 1 Feb 2025 because …], or: demand withdraw D-4 because …",
    "override": "override",
    "virement": "virement",
    "rollover": "rollover 2023/24",
    "reverse": "reverse PO-100",
    "contracts": "contracts",
    "acts": "acts [2024/25]",
    "custody": "custody [SERIAL, C-12, batch B-3, or a state such as returned]",
    "disposals": "disposals [2024/25]",
    "help": "help",
}

SYNONYMS = {
    "count": "counts",
    "replacement": "replace",
    "requests": "request",
    "covers": "cover",
    "deputy": "cover",
    "alert": "alerts",
    "conflict": "conflicts",
    "leaver": "leavers",
    "movers": "leavers",
    "delivery": "deliveries",
    "returns": "deliveries",
    "deadletter": "deadletters",
    "dead-letters": "deadletters",
    "contract": "contracts",
    "demands": "demand",
    "overrides": "override",
    "virements": "virement",
    "roll-over": "rollover",
    "reversal": "reverse",
    "act": "acts",
    "disposal": "disposals",
    "?": "help",
}
GREETINGS = {"hello", "hi", "hey", "thanks", "thank", "start", "morning"}
