"""What only ServiceNow does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.desk.desks.service_desk import ServiceDesk
from services.desk.rules import Words
from services.outbound.errors import Refused
from tests.integration.desk.conftest import desk_at
from tests.integration.desk.servicenow_standin import ServiceNowStandIn
from tests.integration.desk.standins import AMARA

WORDS = Words(title="T", description="D", requester_email=AMARA)


@pytest.fixture
async def stand_in() -> AsyncIterator[ServiceNowStandIn]:
    served = ServiceNowStandIn()
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
async def desk(stand_in: ServiceNowStandIn) -> AsyncIterator[ServiceDesk]:
    async with aiohttp.ClientSession() as session:
        yield desk_at(stand_in, session)


async def test_an_instance_that_leaves_our_condition_out_gives_us_no_other_ticket(
    stand_in: ServiceNowStandIn, desk: ServiceDesk
) -> None:
    await desk.create("somebody-elses", WORDS)
    stand_in.unsearchable = True
    with pytest.raises(Refused, match="correlation_id"):
        await desk.find("quartermaster-R-1")


async def test_two_changes_in_one_second_keep_their_order(stand_in: ServiceNowStandIn, desk: ServiceDesk) -> None:
    made = await desk.create("quartermaster-R-1", WORDS)
    row = stand_in.rows[made.record]
    before = row["sys_updated_on"]
    stand_in.agent_sets(made.record, "resolved")
    row["sys_updated_on"] = before
    assert (await desk.read(made.record)).at > made.at


async def test_a_state_of_their_own_is_over_or_not_over(stand_in: ServiceNowStandIn, desk: ServiceDesk) -> None:
    made = await desk.create("quartermaster-R-1", WORDS)
    stand_in.rows[made.record] |= {"state": "42"}
    assert (await desk.read(made.record)).state == "in_progress"
    stand_in.rows[made.record] |= {"active": "false"}
    assert (await desk.read(made.record)).state == "closed"


async def test_nothing_names_a_device_in_a_column_that_intake_reads(
    stand_in: ServiceNowStandIn, desk: ServiceDesk
) -> None:
    made = await desk.create("quartermaster-R-1", WORDS)
    written = {name for name, value in stand_in.rows[made.record].items() if value}
    assert written == {
        *("short_description", "description", "correlation_id", "correlation_display", "caller_id"),
        *("state", "active", "sys_id", "number", "sys_updated_on", "sys_mod_count"),
    }
