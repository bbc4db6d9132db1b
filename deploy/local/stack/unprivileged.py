"""Whom PostgreSQL runs as. It refuses to be root; where we are, it runs as a user who owns nothing else."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterable
from pathlib import Path

from deploy.local.stack.child import Identity
from deploy.local.stack.errors import NotInstalledError

CANDIDATES = ("nobody", "postgres", "daemon")


def open_to_all(path: Path) -> bool:
    """Whether any user of this machine may pass through every folder above `path` and the folder itself."""
    resolved = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (resolved, *resolved.parents) if folder.is_dir())


def identity_for(paths: Iterable[Path]) -> Identity | None:
    """None for an ordinary user; for root, the user to become so as to work in `paths`."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(entry.pw_uid, entry.pw_gid, reach=not all(open_to_all(path) for path in paths))
    raise NotInstalledError(
        f"PostgreSQL refuses to run as root, and there is none of the users {', '.join(CANDIDATES)}"
    )


def hand_over(folder: Path, identity: Identity | None) -> None:
    """Make a folder of ours belong to the identity, closed to others."""
    folder.mkdir(parents=True, exist_ok=True)
    if identity:
        os.chown(folder, identity.uid, identity.gid)
    folder.chmod(0o700)
