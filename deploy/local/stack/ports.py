"""Which TCP port a part of the local stack listens on: the usual one, or a free one where that is taken."""

from __future__ import annotations

import contextlib
import socket
import sys

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do, so that a port whose last connections are still winding down counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """So many different loopback ports that nothing listens on; the kernel hands them out.

    On Linux they stay ours while this process lives: a socket that is bound and does not listen keeps the kernel from
    handing the port to somebody else before our server has it, and gives way to a server that names the port.
    """
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) for _ in range(count)]
        for probe in probes:
            # The server that is to listen here sets it too; the kernel shares a port only among such.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, 0))
        ports = [probe.getsockname()[1] for probe in probes]
        if sys.platform == "linux":
            for probe in probes:
                probe.detach()  # left open on purpose
        return ports


def usual_or_free(usual: int) -> int:
    """The usual port if it is free, else any free one; 0 asks for any free one."""
    return usual if usual and is_free(usual) and _claimed(usual) else free_ports(1)[0]


_ours: set[int] = set()


def _claimed(port: int) -> bool:
    """Claim a port against other stacks that start now: seen free by two, it would be listened on by one. On Linux."""
    if sys.platform == "linux" and port not in _ours:
        claim = socket.socket(socket.AF_UNIX)
        try:
            # A name without a file, which goes with the process.
            claim.bind(f"\0quartermaster port {port}")
        except OSError:
            claim.close()
            return False
        claim.detach()
        _ours.add(port)
    return True
