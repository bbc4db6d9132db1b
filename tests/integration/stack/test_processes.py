"""The supervisor: children are awaited, restarted within bounds, and none is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from deploy.local.stack.errors import NeverReadyError, NotInstalledError
from deploy.local.stack.ports import free_ports
from deploy.local.stack.processes import Backoff, ProcessSpec, Supervisor
from tests.fixtures.proc import lives, with_descendants
from tests.fixtures.waiting import until

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]

FOREVER = "import signal; signal.pause()"
SAYS_GOODBYE = (
    "import signal, sys\n"
    "signal.signal(signal.SIGTERM, lambda *_: (print(sys.argv[1], file=open(sys.argv[2], 'a')), sys.exit()))\n"
    "print('ready', flush=True)\n"
    "while True: signal.pause()\n"
)
STUBBORN = (
    "import signal, subprocess, sys\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
    "print('ready', flush=True)\n"
    "while True: signal.pause()\n"
)


def spec(name: str, code: str, *arguments: str, **more: object) -> ProcessSpec:
    return ProcessSpec(name=name, argv=[sys.executable, "-c", code, *arguments], **more)  # type: ignore[arg-type]  # a test's shorthand


def says_ready(log: Path) -> object:
    def said() -> bool:
        return log.exists() and "ready" in log.read_text()

    async def check() -> bool:
        return said()

    return check


async def test_stages_stop_in_reverse_order_and_leave_nothing(tmp_path: Path) -> None:
    order = tmp_path / "order"
    supervisor = Supervisor(tmp_path, pytest.fail)
    for name in ("first", "second", "third"):
        ready = says_ready(tmp_path / f"{name}.log")
        await supervisor.start([spec(name, SAYS_GOODBYE, name, str(order), ready_check=ready)])
    pids = supervisor.pids()
    assert set(pids) == {"first", "second", "third"}
    await supervisor.stop()
    assert order.read_text().split() == ["third", "second", "first"]
    assert not [pid for pid in pids.values() if lives(pid)]


async def test_readiness_is_a_2xx_answer(tmp_path: Path) -> None:
    [port] = free_ports(1)
    argv = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", tmp_path, str(port)]
    supervisor = Supervisor(tmp_path, pytest.fail)
    try:
        await supervisor.start([ProcessSpec(name="web", argv=argv, ready_url=f"http://127.0.0.1:{port}/")])
        absent = f"http://127.0.0.1:{port}/absent"
        with pytest.raises(NeverReadyError, match="not ready within"):
            await supervisor.start([spec("other", FOREVER, ready_url=absent, ready_seconds=0.5)])
    finally:
        await supervisor.stop()


async def test_a_child_that_ends_before_it_is_ready_is_told_with_its_last_words(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, pytest.fail)
    dying = spec("register", "raise SystemExit('no such database')", ready_url="http://127.0.0.1:9/")
    with pytest.raises(NeverReadyError, match=r"register ended with code 1(?s:.*)no such database"):
        await supervisor.start([dying])
    await supervisor.stop()


async def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, pytest.fail)
    with pytest.raises(NotInstalledError, match="/nowhere/program"):
        await supervisor.start([ProcessSpec(name="absent", argv=["/nowhere/program"])])
    await supervisor.stop()


async def test_what_does_not_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path, said.append)
    ready = says_ready(tmp_path / "stubborn.log")
    await supervisor.start([spec("stubborn", STUBBORN, stop_seconds=0.2, ready_check=ready)])
    family = with_descendants(supervisor.pids()["stubborn"])
    assert len(family) == 2
    await supervisor.stop()
    await until(lambda: not any(map(lives, family)), "the whole family to end")
    assert len(said) == 1
    assert "was killed" in said[0]


async def test_a_child_that_ends_is_started_again_and_said_so(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path, said.append, backoff=Backoff(first_seconds=0.01))
    await supervisor.start([spec("register", FOREVER)])
    before = supervisor.pids()["register"]
    os.kill(before, signal.SIGKILL)
    await until(lambda: "register is back" in said, "the restart")
    assert said[0].startswith("register ended by signal 9; started again in 0.01 s")
    assert supervisor.pids()["register"] != before
    await supervisor.stop()
    assert supervisor.pids() == {}


async def test_a_child_that_keeps_ending_is_given_up(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path, said.append, backoff=Backoff(attempts=2, first_seconds=0.01))
    await supervisor.start([spec("register", "print('no use')")])
    await until(lambda: supervisor.given_up, "giving up")
    assert supervisor.given_up == {"register"}
    assert "given up" in said[-1]
    assert "no use" in said[-1]
    assert sum("started again" in words for words in said) == 2
    await supervisor.stop()


async def test_the_last_runs_log_is_set_aside(tmp_path: Path) -> None:
    for word in ("one", "two", "three"):
        supervisor = Supervisor(tmp_path, pytest.fail)
        code = f"print('ready {word}', flush=True); import signal; signal.pause()"
        await supervisor.start([spec("web", code, ready_check=says_ready(tmp_path / "web.log"))])
        await supervisor.stop()
    assert (tmp_path / "web.log").read_text() == "ready three\n"
    assert (tmp_path / "web.log.1").read_text() == "ready two\n"


async def test_a_cancelled_stop_leaves_nothing(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, lambda _: None)
    await supervisor.start([spec("calm", FOREVER)])
    ready = says_ready(tmp_path / "stubborn.log")
    await supervisor.start([spec("stubborn", STUBBORN, ready_check=ready)])
    family = {pid for each in supervisor.pids().values() for pid in with_descendants(each)}
    stopping = asyncio.create_task(supervisor.stop())
    await asyncio.wait([stopping], timeout=0.2)
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    await until(lambda: not any(map(lives, family)), "all to end")
