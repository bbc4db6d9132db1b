"""`quartermaster local` as a person runs it, interrupted, started again and killed: nothing lost, nothing left."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import msgspec
import pytest

from deploy.local.running import INTAKE_PORT, VENDORS_PORT, WORKSPACE_PORT
from deploy.local.workspace.client import ScriptedPerson, WorkspaceClient
from services.budget import queries as budget_queries
from services.register import queries as register_queries
from tests.fixtures.people import email_of
from tests.fixtures.proc import await_end_of, environment_of, lives, with_descendants
from tests.fixtures.settled import settled
from tests.fixtures.small_scenario import small_scenario
from tests.fixtures.waiting import until

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.integration,
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]


class Running:
    """One life of the program."""

    def __init__(self, program: subprocess.Popen[bytes], said: Path) -> None:
        self.program = program
        self._said = said
        self.family: set[int] = set()
        self.workspace = self.vendors = ""

    def await_welcome(self, seconds: float = 60.0) -> None:
        """Read where it can be spoken to."""
        deadline = time.monotonic() + seconds
        while "logs are in" not in (said := self._said.read_text()):
            assert self.program.poll() is None, f"it ended: {said}"
            assert time.monotonic() < deadline, f"no welcome within {seconds} s: {said}"
            time.sleep(0.05)
        self.workspace, _, self.vendors = re.findall(r"http://127\.0\.0\.1:\d+", said)[-3:]

    def interrupt(self) -> None:
        """Ctrl-C, as the terminal does it: to the whole foreground group."""
        self.family = with_descendants(self.program.pid)
        os.killpg(self.program.pid, signal.SIGINT)

    def pid_of(self, words: str) -> int | None:
        """The process under this one whose command line says so."""
        for pid in with_descendants(self.program.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if words in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode():
                    return pid
        return None

    async def progress(self) -> dict[str, Any]:
        """How far the simulated fleet has come."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.vendors}/simulator/progress") as answer:
            told: dict[str, Any] = await answer.json()
            return told

    async def filled(self) -> bool:
        """Whether the vendors have told everything once."""
        with contextlib.suppress(aiohttp.ClientError):
            return bool((await self.progress())["complete"])
        return False


@contextlib.contextmanager
def started(scenario: str, var: Path) -> Iterator[Running]:
    """The program, in a session of its own as a terminal's would be. Killed at the end if it still runs."""
    argv = [sys.executable, "-m", "deploy.command_line", "local", "--scenario", scenario, "--speed", "60"]
    said = var.parent / "said.txt"
    with said.open("wb") as output:
        program = subprocess.Popen(
            [*argv, "--var", str(var)],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "COLUMNS": "200"},
            start_new_session=True,
        )
    with program:
        try:
            running = Running(program, said)
            running.await_welcome()
            yield running
        finally:
            program.kill()


@contextlib.asynccontextmanager
async def acting(running: Running, name: str) -> AsyncIterator[ScriptedPerson]:
    async with WorkspaceClient(running.workspace) as people:
        yield await people.as_user(email_of(name))


async def devices_told(running: Running) -> int:
    """How many devices chat says there are."""
    async with acting(running, "Helen Marsh") as helen:
        await helen.slash("/kit counts")
        told = await helen.wait_for_message(lambda message: "Devices by kind" in message["text"])
        found = re.search(r"([\d,]+) in all", told["text"])
        return int(found[1].replace(",", "")) if found else 0


async def at_rest(running: Running) -> bool:
    """Whether the vendors have told everything and the services have heard it all."""
    if not await running.filled() or (services := running.pid_of("run register")) is None:
        return False
    return await settled(environment_of(services)["DATABASE_URL"], (await running.progress())["fill"])


async def ask_for_one(running: Running) -> str:
    """Amara asks for a replacement; which message follows her request, by its timestamp."""
    async with acting(running, "Amara Osei") as amara:
        await amara.slash("/kit replace")
        view = await amara.wait_for_view(lambda view: view["callback_id"] == "replace_form")
        filled = {"reason": "broken", "explanation": "The hinge has cracked", "delivery": "Front counter"}
        assert (await amara.submit_view(view, filled)).outcome == "acknowledged"
        told = await amara.wait_for_message(lambda message: "Your request R-" in message["text"])
        return str(told["ts"])


@contextlib.contextmanager
def taken(*ports: int) -> Iterator[None]:
    """These ports are somebody's, ours if they were nobody's."""
    with contextlib.ExitStack() as held:
        for port in ports:
            other = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                # As a server does, or the last connections of an earlier one would keep us off it.
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                other.bind(("127.0.0.1", port))
                other.listen()
        yield


async def test_a_second_start_goes_on_where_the_first_was_interrupted(tmp_path: Path) -> None:
    scenario, var = small_scenario(tmp_path), tmp_path / "var"
    with started(scenario, var) as first:
        await until(lambda: at_rest(first), "the fleet, heard by all", seconds=90)
        total = (await first.progress())["fill"]["ServiceNow assets"]["total"]
        assert await devices_told(first) >= total * 0.9
        request = await ask_for_one(first)
        before = await devices_told(first)
        first.interrupt()
        assert first.program.wait(30) == 0
        await_end_of(first.family, 5.0)
    reached = msgspec.json.decode((var / "simulator.json").read_bytes())["reached"]
    with taken(WORKSPACE_PORT, INTAKE_PORT, VENDORS_PORT), started(scenario, var) as second:
        assert not {f":{WORKSPACE_PORT}", f":{VENDORS_PORT}"} & {second.workspace[-5:], second.vendors[-5:]}
        assert await devices_told(second) == before
        async with acting(second, "Amara Osei") as amara:
            # How far her request was when the first was interrupted is chance: "approved" for a moment, then "ordered".
            # Either way the one message goes on where it was, and no second one tells her again.
            async def ordered() -> bool:
                (message,) = await amara.history("@quartermaster")
                assert message["ts"] == request
                return bool(message["text"] == "Your request R-1: ordered")

            await until(ordered, "her one message to say that it is ordered", seconds=30)
            await amara.slash("/kit request R-1")
            await amara.wait_for_message(lambda message: "Request R-1" in message["text"])

        async def later() -> bool:
            return await second.filled() and (await second.progress())["reached"] > reached

        await until(later, "scenario time to go on", seconds=60)
        second.interrupt()
        assert second.program.wait(30) == 0
        await_end_of(second.family, 5.0)


async def test_services_killed_while_the_fleet_arrives_count_it_once(tmp_path: Path) -> None:
    with started("borough", tmp_path / "var") as running:
        services = running.pid_of("run register")
        assert services is not None
        database = await asyncpg.connect(environment_of(services)["DATABASE_URL"])
        try:

            async def known() -> int:
                return int(
                    await database.fetchval("SELECT count(*) FROM register.devices WHERE names LIKE '%servicenow%'")
                )

            await until(known, "the first devices", seconds=60)
            os.kill(services, signal.SIGKILL)
            await until(lambda: not lives(services), "the kill", seconds=10)
            in_the_middle = await known()
            await until(running.filled, "the fleet", seconds=90)
            total = (await running.progress())["fill"]["ServiceNow assets"]["total"]

            async def complete() -> bool:
                return await known() >= total

            await until(complete, f"all {total} devices", seconds=60)
            assert in_the_middle < total, "it was killed in the middle"
            assert running.pid_of("run register") != services, "started again by its supervisor"
            assert await known() == total
            assert await register_queries.verify_counts(database) == []
            assert await budget_queries.verify_counters(database) == []
            assert await database.fetchval("SELECT count(*) FROM register.dead_letters") == 0
        finally:
            await database.close()
        family = with_descendants(running.program.pid)
        running.program.kill()
        running.program.wait(10)
        await_end_of(family, 15.0)
