"""Making the topics exist before anybody speaks on them."""

from __future__ import annotations

import asyncio

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from schemas.topics import TOPICS

log = structlog.stdlib.get_logger()


async def ensure_topics(
    bootstrap_servers: str, prefix: str, *, replication: int = 1, wait_seconds: float = 30.0
) -> None:
    """Create what is missing. Safe to call from many processes at once; waits for a broker that is still starting."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + wait_seconds
    while True:
        try:
            return await _create_missing(bootstrap_servers, prefix, replication)
        except (KafkaError, OSError) as error:
            if loop.time() > give_up or not getattr(error, "retriable", True):
                raise
            log.warning("broker not reachable yet", error=str(error))
            await asyncio.sleep(0.5)


async def _create_missing(bootstrap_servers: str, prefix: str, replication: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        wanted = {prefix + topic.name: topic.partitions for topic in TOPICS}
        missing = [
            NewTopic(name=name, num_partitions=lanes, replication_factor=replication)
            for name, lanes in wanted.items()
            if name not in existing
        ]
        if missing:
            response = await admin.create_topics(missing)
            for name, code, *_ in response.topic_errors:
                if code and not issubclass(for_code(code), TopicAlreadyExistsError):
                    raise for_code(code)(name)
    finally:
        await admin.close()
