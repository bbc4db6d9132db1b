"""What can be seen of the desk from outside: calls by what became of them, and what is not in step."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

ATTEMPTS = Counter(
    "quartermaster_desk_attempts_total",
    "Attempts to bring a ticket in step: done, later, unclear, parked",
    ["outcome"],
)
WAITING = Gauge("quartermaster_desk_waiting", "Tickets that the desk has not been told everything of")
OLDEST_SECONDS = Gauge("quartermaster_desk_oldest_waiting_seconds", "How long the oldest of them has waited")
PARKED = Gauge("quartermaster_desk_parked", "Tickets that wait until somebody changes something")
