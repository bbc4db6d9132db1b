"""The vendors, played with every mischief they know: what they hold is what becomes safe, once each."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import NamedTuple

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
from services.database.pool import Pool, open_pool
from services.intake.service import IntakeService
from services.intake.settings import IntakeSettings
from services.settings import Settings
from tests.fixtures.waiting import until
from tests.sources.opened import opened

pytestmark = pytest.mark.integration

BOROUGH = FOLDER / "borough.yaml"
MISCHIEF = Mischief(
    repeat_share=0.2,
    shuffle=True,
    truncate_share=0.05,
    wrong_secret_share=0.05,
    unescaped_quotes_share=0.5,
    throttle_every=2,
    retry_after_seconds=0,
)


class Told(NamedTuple):
    """How many different ones intake told of, and how often the asset told of most."""

    assets: int
    checked_in: int
    most_of_one_asset: int
    tickets: int


TOLD = r"""
WITH told AS (
    SELECT convert_from(event, 'UTF8')::jsonb ->> 'type' AS type,
           convert_from(event, 'UTF8')::jsonb #>> '{data,identifiers}' AS id, count(*) AS events
    FROM outbox WHERE topic = 'device-observed' GROUP BY 1, 2
)
SELECT count(*) FILTER (WHERE type LIKE '%asset\_recorded') AS assets,
       count(*) FILTER (WHERE type LIKE '%checked\_in') AS checked_in,
       coalesce(max(events) FILTER (WHERE type LIKE '%asset\_recorded'), 0) AS most_of_one_asset,
       (SELECT count(DISTINCT key) FROM outbox WHERE topic = 'desk-ticket') AS tickets
FROM told
"""


async def told(pool: Pool) -> Told:
    row = await pool.fetchrow(TOLD)
    assert row is not None, "an aggregate has a row"
    return Told(**row)


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
        devices, managed = len(world.devices), sum(device.managed for device in world.microsoft)
        tickets = 2 * len(requesters(world))

        async def kept() -> bool:
            found = await told(pool)
            return found.assets >= devices and found.checked_in >= managed and found.tickets >= tickets

        # The lists' last pages were served, and may still be on their way into the database.
        await until(kept, "all that was served", seconds=60)
        found = await told(pool)
        assert (found.assets, found.tickets) == (devices, tickets)
        assert found.most_of_one_asset == 1
        letters = await pool.fetch("SELECT DISTINCT source, reason FROM dead_letters")
        assert all("translator fault" not in letter["reason"] for letter in letters)
        refused = [refusal for refusal in simulator.sender.refusals if refusal.status != 400]
        assert refused == []
    finally:
        await pool.close()
        await service.stop()
        await simulator.stop()
