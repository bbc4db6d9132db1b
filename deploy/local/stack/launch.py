"""The first moments of a child process, before it becomes the program it is for.

Python's `preexec_fn` is unsafe once there are threads, so these steps run in a fresh interpreter instead,
started by path with `-I -S` (some 15 ms) and replaced by the program. Standard library only: nothing of ours
can be imported here.

    launch.py PARENT SIGNAL USER REACH PROGRAM [ARGUMENT ...]

PARENT  process id whose end ends this child as well
SIGNAL  number of the signal that the kernel sends us then (Linux)
USER    "-" to stay who we are, or "uid:gid" to become
REACH   "reach" to go on passing through folders closed to USER, "-" not to
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


class CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class CapabilitySets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def die_with_parent(libc: ctypes.CDLL, parent: int, signal_number: int) -> None:
    """Ask the kernel for a signal at the parent's end; leave at once if it ended before we asked."""
    libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit("the process that started this one has ended")


def become(user: str) -> None:
    """Give up root for `user`, with no supplementary groups."""
    uid, gid = (int(part) for part in user.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def check(outcome: int, what: str) -> None:
    """Stop with the system's words when a system call failed."""
    if outcome != 0:
        raise SystemExit(f"{what}: {os.strerror(ctypes.get_errno())}")


def keep_reach(libc: ctypes.CDLL) -> None:
    """Keep one right of root's through `become` and `exec`: to open files whatever the folders above allow.

    A checkout under /root, or in a temporary folder of mode 0700, is closed to every other user. The
    choice is between opening those folders to all and letting this one process through; we let it through.
    """
    sets = (CapabilitySets * 2)()
    header = CapabilityHeader(CAPABILITY_VERSION_3, 0)
    only = 1 << CAP_DAC_OVERRIDE
    sets[0] = CapabilitySets(only, only, only)
    check(libc.capset(ctypes.byref(header), ctypes.byref(sets)), "capset")
    check(
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0),
        "raise an ambient capability",
    )


def main(arguments: list[str]) -> None:
    """Prepare this process as told and become the program."""
    parent, signal_number, user, reach, *program = arguments
    os.setpgid(0, 0)
    linux = sys.platform == "linux"
    libc = ctypes.CDLL(None, use_errno=True) if linux else None
    if user != "-":
        if libc and reach == "reach":
            # Without this bit, setuid would drop every capability, and access(2), which PostgreSQL asks about
            # its own program files, would leave out what is kept.
            check(libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0), "set secure bits")
        become(user)
        if libc and reach == "reach":
            keep_reach(libc)
    if libc:
        # Last, for a change of user or of capabilities clears it.
        die_with_parent(libc, int(parent), int(signal_number))
    os.execv(program[0], program)  # noqa: S606 - to become the program is what this file is for


if __name__ == "__main__":
    main(sys.argv[1:])
