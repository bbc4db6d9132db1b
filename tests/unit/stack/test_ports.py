from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from deploy.local.stack.ports import LOOPBACK, free_ports, is_free, usual_or_free


def test_the_usual_port_is_taken_only_while_it_is_free() -> None:
    [usual] = free_ports(1)
    assert usual_or_free(usual) == usual
    with socket.create_server((LOOPBACK, usual)):
        assert not is_free(usual)
        assert usual_or_free(usual) != usual
    assert usual_or_free(usual) == usual


def test_several_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20


def test_no_usual_port_gives_a_free_one() -> None:
    assert is_free(usual_or_free(0))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a bound socket would keep our own server off too")
def test_a_free_port_stays_ours_until_our_server_has_it() -> None:
    [port] = free_ports(1)
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((LOOPBACK, port))
    for _ in range(2):  # also when the server is started again
        with socket.create_server((LOOPBACK, port)) as server, socket.create_connection((LOOPBACK, port)) as client:
            server.accept()[0].close()
            assert client.recv(1) == b""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no name that goes with its process")
def test_of_two_stacks_that_start_at_once_one_has_the_usual_port() -> None:
    [usual] = free_ports(1)
    assert usual_or_free(usual) == usual_or_free(usual) == usual
    code = f"from deploy.local.stack.ports import usual_or_free; print(usual_or_free({usual}))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) != usual
