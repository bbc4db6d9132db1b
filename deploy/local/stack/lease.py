"""One stack at a time for one folder, and a way to ask the one that runs to stop.

The lease is a lock on a file, so it ends with its holder however that ends; the number in the file is believed only
while the lock is held. Standard library only: `make clean` runs this file before there is a `.venv`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.local.stack.errors import FolderInUseError

NAME = "stack.lease"


@contextlib.contextmanager
def lease(var: Path) -> Iterator[None]:
    """Hold the folder for this process. Raises FolderInUseError where another holds it."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / NAME).open("a+") as held:
        if not _locked(held.fileno()):
            raise FolderInUseError(f"a stack already runs from {var}, process {holder(var)}: stop that one first")
        held.truncate(0)
        held.write(f"{os.getpid()}\n")
        held.flush()
        yield


def holder(var: Path) -> int | None:
    """The process that holds the folder; None where none does."""
    with contextlib.suppress(FileNotFoundError), (var / NAME).open() as seen:
        if not _locked(seen.fileno()):
            number = seen.read().strip()
            return int(number) if number.isdigit() else None
    return None


def ask_to_stop(var: Path, seconds: float = 40.0) -> bool:
    """Ask the stack that runs from this folder, if one does, to stop; whether none runs afterwards."""
    deadline = time.monotonic() + seconds
    if pid := holder(var):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    while holder(var) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _locked(descriptor: int) -> bool:
    """Take the lock if it is free; whether we have it now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    if not ask_to_stop(Path(sys.argv[1])):
        raise SystemExit("the stack that runs from here did not stop; try again, or end it yourself")
