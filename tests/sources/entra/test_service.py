from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.stack.broker import EmbeddedBroker
from deploy.local.stack.ports import free_ports
from services.access.directory import Directory, Unit
from services.clock import FixedClock
from services.database.pool import Pool
from services.intake.service import IntakeService
from services.intake.settings import IntakeSettings
from services.settings import Settings
from tests.fixtures.waiting import until
from tests.sources.entra.conftest import PATH
from tests.sources.entra.stand_in import GraphStandIn
from tests.sources.opened import opened
from tests.unit.intake.context import NOW

pytestmark = pytest.mark.integration


async def test_a_service_subscribes_at_its_own_door_and_reads_everyone(
    pool: Pool, graph: GraphStandIn, database_url: str, embedded_broker: EmbeddedBroker, tmp_path: Path
) -> None:
    graph.now = datetime.now(UTC)  # subscriptions live in real time
    [port] = free_ports(1)
    settings = Settings.model_validate(
        {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": embedded_broker.bootstrap_servers,
            "kafka_idempotence": False,
            "topic_prefix": f"test-{secrets.token_hex(4)}.",
            "directory_file": tmp_path / "directory.yaml",
        }
    )
    sources = opened(
        {
            "entra_tenant_id": "tenant",
            "entra_client_id": "client",
            "entra_client_secret": "hush",
            "entra_graph_url": graph.base,
            "entra_login_url": graph.base,
            "entra_client_states": "state",
            "entra_notification_url": f"http://127.0.0.1:{port}{PATH}",
        }
    )
    directory = Directory([Unit(code="central-west", name="Central West")], [])
    intake = IntakeSettings.model_validate({"intake_port": port})
    service = IntakeService(settings, intake, sources, FixedClock(NOW), directory)

    async def everyone_is_told() -> bool:
        told: int = await pool.fetchval("SELECT count(*) FROM outbox WHERE topic = 'person'")
        return told == len(graph.people)

    try:
        await service.start()
        await until(lambda: graph.subscriptions, "the subscription")
        await until(everyone_is_told, "everyone to be told")
        assert await graph.deliver(graph.change("subscription-1", "p1")) == 202
        assert service.ready()
    finally:
        await service.stop()
    assert [each["resource"] for each in graph.subscriptions.values()] == ["users"]
