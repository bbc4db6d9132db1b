"""How everything stands after a run: every counter that chat shows, and the facts below them."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

from services.budget import queries as budget_queries
from services.register import queries as register_queries

# Ids and sequences may differ with the order; what they stand for may not.
QUERIES: Mapping[str, str] = {
    "register.counts": """
        SELECT kind, unit, model, state, os, purchased_month, devices FROM register.counts WHERE devices <> 0""",
    "register.devices": """
        SELECT array(SELECT unnest(string_to_array(names, E'\\n')) ORDER BY 1) AS names, serial, asset_tag, kind,
               manufacturer, model, os, os_version, state, unit, holder_email, purchased_on, warranty_ends_on,
               last_seen_at, cost_pence
        FROM register.devices""",
    "register.failures": """
        SELECT f.ticket, d.serial, f.opened_at, f.ticket_state FROM register.failures f JOIN register.devices d
        USING (device_id)""",
    "budget.balances": """
        SELECT financial_year, line, approved_pence, committed_pence, invoiced_pence, receipted_pence
        FROM budget.balances""",
    # All months together: an invoice that comes before its order lets the order post the release, in its own month.
    "budget.counters": """
        SELECT financial_year, line, kind, unit, demand, sum(committed_pence), sum(invoiced_pence),
               sum(receipted_pence), sum(quantity)
        FROM budget.counters GROUP BY 1, 2, 3, 4, 5
        HAVING bool_or((committed_pence, invoiced_pence, receipted_pence, quantity) <> (0, 0, 0, 0))""",
    "budget.reservations": "SELECT request_reference, state, net_pence, vat_pence FROM budget.reservations",
    "requests.requests": "SELECT reference, status FROM requests.requests",
    "refresh.ageing": """
        SELECT unit, kind, deployed, past_policy_life FROM refresh.ageing WHERE (deployed, past_policy_life) <> (0, 0)
        """,
    "refresh.queue": """
        SELECT serial, kind, model, unit, demand, rule, reason, due_on, score, status, request_reference
        FROM refresh.queue""",
    "watch.failures": "SELECT ticket, model, failed_at, withdrawn FROM watch.failures",
    "watch.alerts": """
        SELECT key, severity, audience, unit, headline, detail, measured, threshold FROM watch.alerts
        WHERE cleared_at IS NULL""",
}
SERVICES = ("register", "budget", "requests", "refresh", "watch")
Standing = Mapping[str, list[str]]


async def standing(connection: asyncpg.Connection[asyncpg.Record]) -> Standing:
    """Each table's rows, in an order that depends on nothing but what they say."""
    return {name: sorted(str(tuple(row)) for row in await connection.fetch(query)) for name, query in QUERIES.items()}


async def faults(connection: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    """Counters that disagree with what they count, and what was set aside as a dead letter. Empty if all is well."""
    letters = [
        f"{service}: {row['reason']}"
        for service in SERVICES
        for row in await connection.fetch(f"SELECT reason FROM {service}.dead_letters")
    ]
    counters = await register_queries.verify_counts(connection) + await budget_queries.verify_counters(connection)
    return [*counters, *letters]
