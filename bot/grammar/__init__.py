"""What people type, read: one grammar for `/kit …`, mentions and direct messages.

Pure, and total: every text has an answer. Words it does not know come back with the nearest command.
"""

from __future__ import annotations

from bot.grammar.asked import (
    Acts,
    Alerts,
    Asked,
    Budget,
    BudgetSide,
    Conflicts,
    Contracts,
    Counts,
    DeadLetters,
    Due,
    Fault,
    Find,
    Help,
    Leavers,
    Mine,
    Opens,
    Override,
    PlanDemand,
    Propose,
    Queue,
    Replace,
    Request,
    Reverse,
    RollOver,
    Unknown,
    Virement,
    Wave,
    Waves,
    Why,
)
from bot.grammar.reading import parse
from bot.grammar.usage import USAGE

__all__ = [
    "USAGE",
    "Acts",
    "Alerts",
    "Asked",
    "Budget",
    "BudgetSide",
    "Conflicts",
    "Contracts",
    "Counts",
    "DeadLetters",
    "Due",
    "Fault",
    "Find",
    "Help",
    "Leavers",
    "Mine",
    "Opens",
    "Override",
    "PlanDemand",
    "Propose",
    "Queue",
    "Replace",
    "Request",
    "Reverse",
    "RollOver",
    "Unknown",
    "Virement",
    "Wave",
    "Waves",
    "Why",
    "parse",
]
