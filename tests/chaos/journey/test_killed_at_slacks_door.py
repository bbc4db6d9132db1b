"""The bot's process is killed before and after everything that a press or a form makes it write, and Slack repeats what
it delivered: what the person did is done, once, whether or not Slack was told that it had arrived.
"""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any, cast

import msgspec
import pytest

from bot import ids
from bot.front.http import PATH
from deploy.local.workspace.acts.result import Act
from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.delivery.outcome import FIRST, Attempt, Courier, Kind, Outcome
from deploy.local.workspace.limits import Limits
from deploy.local.workspace.scripted import Json, ScriptedPerson
from deploy.local.workspace.server import Workspace
from deploy.local.workspace_seed import workspace_seed
from schemas.vocabulary import DeviceState
from services.custody.consumer import CustodyConsumer
from services.database.pool import Pool
from services.register.consumer import RegisterConsumer
from tests.chaos.journey.checking import every_step_was_told_once, everything_was_said_once, laptop, stands
from tests.chaos.journey.commands import command
from tests.chaos.journey.conftest import SECRETS
from tests.chaos.journey.door import HOST
from tests.chaos.journey.journey import Journey
from tests.chaos.journey.work import hear, send
from tests.chaos.journey.world import DIRECTORY
from tests.fixtures.custody import returned
from tests.fixtures.delivery import deliver
from tests.fixtures.observations import START
from tests.fixtures.people import email_of

pytestmark = [pytest.mark.chaos, pytest.mark.integration, pytest.mark.timeout(300)]
MOMENTS = 20
LEAST = 8
"""Stored, decided, written down to be told, finished: each with a moment before and one after."""


class Repeating:
    """Slack's way to the bot, which can bring the last delivery once more."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._last: tuple[Kind, Json] | None = None

    async def deliver(self, kind: Kind, payload: Json, attempt: Attempt = FIRST) -> Outcome:
        self._last = kind, payload
        return await self._courier.deliver(kind, payload, attempt)

    async def again(self) -> Outcome:
        assert self._last is not None, "nothing was delivered"
        return await self._courier.deliver(*self._last, Attempt(1, "http_error"))

    async def stop(self) -> None:
        await self._courier.stop()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def workspace(port: int) -> AsyncIterator[Workspace]:
    """As everywhere, but that it reaches the bot by HTTP."""
    seed = workspace_seed(DIRECTORY, SECRETS, "Metropolitan")
    called = {"mode": "http", "request_url": f"http://{HOST}:{port}{PATH}"}
    seed = msgspec.structs.replace(seed, apps=tuple(msgspec.structs.replace(app, **called) for app in seed.apps))
    async with Workspace.start(seed, limits=Limits(message_burst=1000, event_retries=())) as running:
        yield running


@pytest.fixture
def slack(workspace: Workspace) -> Repeating:
    app = workspace.seed.app("quartermaster").id
    couriers = cast(dict[str, Any], workspace.context.couriers)
    couriers[app] = Repeating(couriers[app])
    return cast(Repeating, couriers[app])


@pytest.fixture
async def priya(workspace: Workspace) -> AsyncIterator[ScriptedPerson]:
    async with WorkspaceClient(workspace.url) as people:
        yield await people.as_user(email_of("Priya Nair"))


@pytest.fixture
async def asked(pool: Pool, killed: Journey) -> list[str]:
    """Requests that wait for Priya, who is told of each: as many as there are moments to die at."""
    world = killed.world
    held = [
        laptop(f"S{number:02}", number, START, DeviceState.DEPLOYED, "Amara Osei", date(2023, 11, 1))
        for number in range(MOMENTS)
    ]
    async with world.pool("register") as register:
        await deliver(register, RegisterConsumer().apply, held)
    devices = await pool.fetch("SELECT device_id FROM register.devices ORDER BY serial")
    requests = [
        await command(
            world, "raise", "Amara Osei", {"device_id": str(row["device_id"]), "reason": "slow", "key": f"k{number}"}
        )
        for number, row in enumerate(devices)
    ]
    rows = await pool.fetch("SELECT topic, event FROM requests.outbox ORDER BY transaction, position")
    await hear(world, "bot", [(row["topic"], b64encode(row["event"]).decode()) for row in rows])
    await send(world, "bot")
    return requests


async def shown(priya: ScriptedPerson, pool: Pool, request_id: str) -> Json:
    """Priya's message of a request."""
    ts = await pool.fetchval(
        "SELECT ts FROM bot.outgoing WHERE key LIKE '%' || $1 || '%' AND destination LIKE 'person:priya.nair@%'",
        request_id,
    )
    (message,) = [each for each in await priya.history("@quartermaster") if each["ts"] == ts]
    return message


async def die_at_every_moment(
    killed: Journey, port: int, slack: Repeating, act: Callable[[int], Awaitable[Callable[[], Awaitable[Act]]]]
) -> int:
    """Somebody acts on one request after the other while the bot dies, each time a moment later; Slack repeats.

    `act` prepares what is done about the n-th request. Answers how often somebody acted.
    """
    for number in range(MOMENTS):
        acts = await act(number)
        _, died = await killed.at_the_door(port, acts, dies_at=number + 1)
        repeated, _ = await killed.at_the_door(port, slack.again)
        assert repeated.acknowledged, "whatever became of it, Slack is told that it has arrived"
        if not died:
            assert number >= LEAST, "hardly anybody was killed: the test showed little"
            return number + 1
    raise AssertionError("the bot never came to its end")


async def test_a_press_is_done_once_whenever_the_bot_dies(
    pool: Pool,
    killed: Journey,
    workspace: Workspace,
    port: int,
    slack: Repeating,
    priya: ScriptedPerson,
    asked: list[str],
) -> None:
    async def approves(number: int) -> Callable[[], Awaitable[Act]]:
        message = await shown(priya, pool, asked[number])
        return lambda: priya.press(message, ids.APPROVE, channel="@quartermaster")

    done = await die_at_every_moment(killed, port, slack, approves)
    assert [await stands(pool, each) for each in asked[:done]] == ["approved"] * done
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE action = 'approve' AND granted") == done
    told = await every_step_was_told_once(pool)
    assert [told[each] for each in asked[:done]] == [["waiting_for_approval", None]] * done
    await send(killed.world, "bot")
    await everything_was_said_once(pool, workspace, to=("amara.osei", "priya.nair"))


async def test_a_form_is_done_once_whenever_the_bot_dies(
    pool: Pool,
    killed: Journey,
    workspace: Workspace,
    port: int,
    slack: Repeating,
    priya: ScriptedPerson,
    asked: list[str],
) -> None:
    async def refuses(number: int) -> Callable[[], Awaitable[Act]]:
        message = await shown(priya, pool, asked[number])
        await killed.at_the_door(port, lambda: priya.press(message, ids.REFUSE, channel="@quartermaster"))
        view = await priya.wait_for_view(lambda view: view["private_metadata"] == asked[number])
        return lambda: priya.submit_view(view, {ids.BLOCK_REFUSAL: "Not this year"})

    done = await die_at_every_moment(killed, port, slack, refuses)
    assert [await stands(pool, each) for each in asked[:done]] == ["refused"] * done
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE action = 'refuse' AND granted") == done
    told = await every_step_was_told_once(pool)
    assert [told[each] for each in asked[:done]] == [["waiting_for_approval", None]] * done
    await send(killed.world, "bot")
    await everything_was_said_once(pool, workspace, to=("amara.osei", "priya.nair"))


async def nothing() -> None:
    """Nobody does anything: the bot only takes up what was left unfinished."""


async def test_a_form_that_takes_long_is_done_once_whenever_the_bot_dies(
    pool: Pool, killed: Journey, workspace: Workspace, port: int, slack: Repeating
) -> None:
    """Something holds the device longer than Slack waits, so the person is told that it is worked on."""
    async with killed.world.pool("custody") as custody:
        await deliver(custody, CustodyConsumer().apply, [returned(number) for number in range(1, MOMENTS + 1)])
    told_to_wait = 0
    async with WorkspaceClient(workspace.url) as people:
        helen = await people.as_user(email_of("Helen Marsh"))
        for number in range(1, MOMENTS + 1):
            name = f"C-{number}"
            await killed.at_the_door(port, partial(helen.slash, f"/kit custody act send_to_destruction on {name}"))
            form = await helen.wait_for_view(partial(is_form_on, name))

            async def sends(name: str = name, form: Json = form) -> Act:
                async with pool.acquire() as connection, connection.transaction():
                    await connection.execute("SELECT FROM custody.records WHERE reference = $1 FOR UPDATE", name)
                    return await helen.submit_view(form, {"place": "Cage 1"})

            act, died = await killed.at_the_door(port, sends, dies_at=number)
            if act.outcome == "acknowledged":
                assert "takes a little longer" in str(act.view)
                told_to_wait += 1
                await killed.at_the_door(port, nothing)
            else:
                repeated, _ = await killed.at_the_door(port, slack.again)
                assert repeated.acknowledged
            if not died:
                break
    assert not died, "the bot never came to its end"
    assert told_to_wait > 4, "written, told, finished: each with a moment before and one after"
    assert await pool.fetchval("SELECT count(*) FROM custody.records WHERE state = 'to_destruction'") == number
    assert await pool.fetchval("SELECT count(*) FROM custody.batches") == number
    assert await pool.fetchval("SELECT count(*) FROM custody.chain") == MOMENTS + number
    assert await pool.fetchval("SELECT count(*) FROM bot.received WHERE finished_at IS NULL OR body IS NOT NULL") == 0
    answers = await pool.fetchval("SELECT count(*) FROM bot.outgoing WHERE key LIKE 'answer/view/%'")
    assert told_to_wait <= answers <= told_to_wait + 1, "who was told to wait, or was about to be"
    await send(killed.world, "bot")
    await everything_was_said_once(pool, workspace, to=())


def is_form_on(name: str, view: Json) -> bool:
    return view["callback_id"] == ids.VIEW_CUSTODY_ACT and name in view["private_metadata"].split()
