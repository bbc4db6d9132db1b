from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.stack import lease as leases
from deploy.local.stack.errors import FolderInUseError


def test_a_held_folder_names_its_holder_and_refuses_another(tmp_path: Path) -> None:
    with leases.lease(tmp_path):
        assert leases.holder(tmp_path) == os.getpid()
        with pytest.raises(FolderInUseError, match=str(os.getpid())), leases.lease(tmp_path):
            pass
    assert leases.holder(tmp_path) is None
    with leases.lease(tmp_path):
        assert leases.holder(tmp_path) == os.getpid()


def test_a_folder_that_is_not_there_has_no_holder(tmp_path: Path) -> None:
    assert leases.holder(tmp_path / "none") is None
    assert leases.ask_to_stop(tmp_path / "none", seconds=1.0)


def test_the_holder_is_asked_to_stop_and_awaited(tmp_path: Path) -> None:
    script = (
        "import pathlib, signal, sys\n"
        "from deploy.local.stack.lease import lease\n"
        "with lease(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert leases.holder(tmp_path) == holder.pid
        assert leases.ask_to_stop(tmp_path, seconds=10.0)
        assert holder.wait(10) != 0
