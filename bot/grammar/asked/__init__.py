"""What people may ask: one frozen type a question, with the words that it takes; a room a subject."""

from __future__ import annotations

from bot.grammar.asked.devices import Conflicts, Counts, Due, Find, Idle, Leavers, Mine, Queue, Surplus, Why
from bot.grammar.asked.losses import Found, Loss, Losses, Lost
from bot.grammar.asked.money import Acts, Budget, BudgetSide, Contracts, Opens, Override, Reverse, RollOver, Virement
from bot.grammar.asked.planning import Demands, PlanDemand, Propose, Wave, Waves, WithdrawDemand
from bot.grammar.asked.requests import ArrangeCover, Covers, Deliveries, EndCover, Replace, Request
from bot.grammar.asked.running import Alerts, Audit, DeadLetters, Fault, Help, Unknown
from bot.grammar.custody import AskedOfCustody
from bot.grammar.own import AskedOfOwn

__all__ = [
    "Acts",
    "Alerts",
    "ArrangeCover",
    "Asked",
    "Audit",
    "Budget",
    "BudgetSide",
    "Conflicts",
    "Contracts",
    "Counts",
    "Covers",
    "DeadLetters",
    "Deliveries",
    "Demands",
    "Due",
    "EndCover",
    "Fault",
    "Find",
    "Found",
    "Help",
    "Idle",
    "Leavers",
    "Loss",
    "Losses",
    "Lost",
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
    "Surplus",
    "Unknown",
    "Virement",
    "Wave",
    "Waves",
    "Why",
    "WithdrawDemand",
]

Asked = (
    Mine
    | Counts
    | Due
    | Queue
    | Why
    | Find
    | Budget
    | Replace
    | Request
    | Alerts
    | Audit
    | Conflicts
    | Leavers
    | Idle
    | Surplus
    | Deliveries
    | DeadLetters
    | Wave
    | Waves
    | Propose
    | PlanDemand
    | Demands
    | WithdrawDemand
    | Lost
    | Found
    | Losses
    | Loss
    | Opens
    | Contracts
    | Acts
    | AskedOfCustody
    | AskedOfOwn
    | Covers
    | ArrangeCover
    | EndCover
    | Help
    | Fault
    | Unknown
)
