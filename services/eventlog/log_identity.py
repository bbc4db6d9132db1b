"""Which log is this? The embedded broker's log is empty after every restart, and each start names a new cluster id.

A relay keeps its cursor by cluster id: for an id it has never met it publishes again all that is retained, and the
inboxes absorb what was applied before. A durable broker keeps its id for good (ADR 0004).
"""

from __future__ import annotations

from aiokafka.admin import AIOKafkaAdminClient


async def read_log_identity(bootstrap_servers: str) -> str:
    """The cluster id that the broker names. Raises KafkaError where none answers."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    try:
        await client.start()
        return str((await client.describe_cluster())["cluster_id"])
    finally:
        await client.close()
