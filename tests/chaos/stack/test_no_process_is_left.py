"""However a stack ends, nothing that it started goes on running."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.stack.lease import ask_to_stop
from tests.fixtures.proc import await_end_of, lives, with_descendants

ROOT = Path(__file__).parents[3]
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]


@contextlib.contextmanager
def running(folder: Path, manner: str = "calm") -> Iterator[subprocess.Popen[str]]:
    """A stack in a session of its own, as a terminal's would be, and with its output to read."""
    argv = [sys.executable, "-m", "tests.chaos.stack.parent", str(folder), manner]
    stack = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        with stack:
            assert stack.stdout is not None
            assert stack.stdout.readline() == "up\n"
            yield stack
    finally:
        stack.kill()


def test_an_interrupted_stack_stops_in_order(tmp_path: Path) -> None:
    with running(tmp_path) as stack:
        family = with_descendants(stack.pid)
        assert len(family) >= 8, "the parent, PostgreSQL with its own, the broker and two children"
        # As the terminal does it: to the whole foreground group. The children have groups of their own.
        os.killpg(stack.pid, signal.SIGINT)
        output = stack.communicate(timeout=20)[0]
        assert stack.returncode == 0
        assert output.splitlines()[-1] == "down"
        assert not [pid for pid in family if lives(pid)]
    log = (tmp_path / "postgres" / "postgres.log").read_text()
    assert "database system is shut down" in log


def test_a_second_interrupt_ends_even_the_stubborn_at_once(tmp_path: Path) -> None:
    with running(tmp_path, "stubborn") as stack:
        family = with_descendants(stack.pid)
        os.killpg(stack.pid, signal.SIGINT)
        assert stack.stdout is not None
        assert "once more" in stack.stdout.readline()
        began = time.monotonic()
        os.killpg(stack.pid, signal.SIGINT)
        stack.communicate(timeout=20)
        assert time.monotonic() - began < 5.0, "the orderly stop would have waited 10 s for the stubborn"
        await_end_of(family, 5.0)


def test_a_killed_stack_takes_all_it_started_with_it_and_starts_again(tmp_path: Path) -> None:
    with running(tmp_path, "stubborn") as stack:
        family = with_descendants(stack.pid)
        stack.kill()
        stack.wait(10)
        await_end_of(family, 10.0)
    with running(tmp_path) as again:
        again.terminate()
        assert again.wait(20) == 0


def test_a_stack_interrupted_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.chaos.stack.parent", str(tmp_path), "calm"]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as stack:
        deadline = time.monotonic() + 20
        while len(family := with_descendants(stack.pid)) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        stack.terminate()
        output = stack.communicate(timeout=20)[0]
    assert "up" not in output.splitlines()
    assert output.splitlines()[-1] == "down"
    await_end_of(family, 5.0)


def test_make_clean_asks_a_running_stack_to_stop(tmp_path: Path) -> None:
    with running(tmp_path) as stack:
        family = with_descendants(stack.pid)
        assert ask_to_stop(tmp_path, seconds=20.0)
        stack.wait(10)
        await_end_of(family, 5.0)
