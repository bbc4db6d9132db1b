"""What can be seen of the commands from outside: attempts by what became of them, and what waits."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

ATTEMPTS = Counter(
    "quartermaster_mdm_attempts_total",
    "Attempts to carry a command to device management: sent, refused, unmanaged, recalled, later, unclear, parked",
    ["outcome"],
)
WAITING = Gauge("quartermaster_mdm_waiting", "Commands that device management has not taken or refused yet")
OLDEST_SECONDS = Gauge("quartermaster_mdm_oldest_waiting_seconds", "How long the oldest of them has waited")
PARKED = Gauge("quartermaster_mdm_parked", "Commands that wait until somebody changes something")
