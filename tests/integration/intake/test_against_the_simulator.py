"""The vendors, played with every mischief they know: what they hold is what becomes safe, once each."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.local.scenarios.directory import directory_path
from deploy.local.scenarios.scenario import FOLDER
from deploy.local.simulator.mischief import Mischief
from deploy.local.simulator.servicenow.references import requesters
from deploy.local.simulator.settings import Settings as SimulatorSettings
from deploy.local.simulator.simulator import Simulator
from deploy.local.stack.broker import EmbeddedBroker
from deploy.local.stack.ports import free_ports
from services.access.directory import Directory
from services.clock import FixedClock
from services.database.pool import open_pool
from services.intake.service import IntakeService
from services.intake.settings import IntakeSettings
from services.settings import Settings
from tests.fixtures.waiting import until
from tests.sources.opened import opened

pytestmark = pytest.mark.integration

BOROUGH = FOLDER / "borough.yaml"
LISTS = {"intune", "servicenow/alm_hardware", "servicenow/sc_request", "servicenow/sc_req_item"}
MISCHIEF = Mischief(
    repeat_share=0.2,
    shuffle=True,
    truncate_share=0.05,
    wrong_secret_share=0.05,
    unescaped_quotes_share=0.5,
    throttle_every=2,
    retry_after_seconds=0,
)


async def test_a_first_fill_with_every_mischief_is_complete_and_counts_once(
    database_url: str, embedded_broker: EmbeddedBroker, tmp_path: Path
) -> None:
    port = free_ports(1)[0]
    simulator = Simulator(
        BOROUGH,
        SimulatorSettings(
            intake_url=f"http://127.0.0.1:{port}",
            simulator_live=False,
            simulator_longest_wait=0.2,
            jamf_webhook_secret=SecretStr("jamf-secret"),
            finance_secret=SecretStr("finance-secret"),
            mischief=MISCHIEF,
        ),
    )
    await simulator.start()
    settings = Settings.model_validate(
        {
            "DATABASE_URL": database_url,
            "KAFKA_BOOTSTRAP_SERVERS": embedded_broker.bootstrap_servers,
            "kafka_idempotence": False,
            "topic_prefix": f"test-{secrets.token_hex(4)}.",
            "directory_file": tmp_path / "directory.yaml",
        }
    )
    intake = IntakeSettings.model_validate({"intake_port": port})
    sources = opened(
        {
            "jamf_webhook_secrets": "jamf-secret",
            "finance_secrets": "finance-secret",
            "servicenow_push_secrets": "servicenow-push-local",
            "intune_tenant_id": "metropolitan.example",
            "intune_client_id": "quartermaster",
            "intune_client_secret": "intune-local",
            "intune_graph_url": simulator.url,
            "intune_login_url": simulator.url,
            "servicenow_url": simulator.url,
            "servicenow_user": "quartermaster",
            "servicenow_password": "servicenow-local",
        }
    )
    clock = FixedClock(simulator.scenario.scenario.starts)
    service = IntakeService(settings, intake, sources, clock, Directory.load(directory_path(BOROUGH)))
    await service.start()
    pool = await open_pool(database_url, "intake", size=1)
    try:
        await until(lambda: simulator.progress.complete, "the first fill", seconds=100)
        await simulator.wait()
        world = simulator.world
        read: set[str] = set()
        while not read >= LISTS:  # the lists' last pages may still be on their way into the database
            read = {row["feed"] for row in await pool.fetch("SELECT feed, pg_sleep(0.05) FROM positions")}
        told = {
            (row["type"], row["id"]): row["events"]
            for row in await pool.fetch("""
                SELECT convert_from(event, 'UTF8')::jsonb ->> 'type' AS type,
                       convert_from(event, 'UTF8')::jsonb #>> '{data,identifiers}' AS id, count(*) AS events
                FROM outbox WHERE topic = 'device-observed' GROUP BY 1, 2
            """)
        }
        by_type = {kind: sum(1 for each, _ in told if each.endswith(kind)) for kind in ("asset_recorded", "checked_in")}
        assert by_type["asset_recorded"] == len(world.devices)
        assert by_type["checked_in"] >= sum(device.managed for device in world.microsoft)
        assert max(events for (kind, _), events in told.items() if kind.endswith("asset_recorded")) == 1
        tickets = await pool.fetchval("SELECT count(DISTINCT key) FROM outbox WHERE topic = 'desk-ticket'")
        assert tickets == 2 * len(requesters(world))
        letters = await pool.fetch("SELECT DISTINCT source, reason FROM dead_letters")
        assert all("translator fault" not in letter["reason"] for letter in letters)
        refused = [refusal for refusal in simulator.sender.refusals if refusal.status != 400]
        assert refused == []
    finally:
        await pool.close()
        await service.stop()
        await simulator.stop()
