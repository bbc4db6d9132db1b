from __future__ import annotations

import socket

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
