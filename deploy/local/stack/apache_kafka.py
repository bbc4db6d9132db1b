"""Apache Kafka itself as a child process: one node of its own jars, for tests of what only it can do.

Maven fetches the jars that deploy/kafka/pom.xml names, once for each content of that file. The node is broker
and controller in one (KRaft), on loopback, and keeps its log in its folder over `restart`.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import shutil
import signal
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.stack.broker import await_broker
from deploy.local.stack.child import ChildProcess
from deploy.local.stack.errors import NeverReadyError, NotInstalledError
from deploy.local.stack.ports import LOOPBACK, free_ports

POM = Path(__file__).parents[2] / "kafka" / "pom.xml"
# A small heap, and no time spent on optimising what runs for a minute.
JAVA_OPTIONS = ["-Xms96m", "-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
JAVA_OPTIONS += ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Djava.awt.headless=true"]

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={folder}/log
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
num.network.threads=2
num.io.threads=2
background.threads=2
log.cleaner.dedupe.buffer.size=16777216
"""

SASL_LISTENER = """\
listeners=PLAINTEXT://{host}:{port},SASL://{host}:{sasl},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},SASL://{host}:{sasl}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
listener.name.sasl.sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required {accounts};
"""
"""A second listener, for who has a user and a password; of two values of a property, the last one counts."""


def missing() -> str | None:
    """Why Apache Kafka cannot run on this machine; None where it can."""
    lacking = [program for program in ("java", "mvn") if shutil.which(program) is None]
    return f"Apache Kafka needs {' and '.join(lacking)}, not found on the path" if lacking else None


async def fetch_jars(var: Path, seconds: float = 300.0) -> Path:
    """The folder of Kafka's jars, fetched by Maven where it is not there yet. Raises NotInstalledError."""
    if reason := missing():
        raise NotInstalledError(reason)
    version = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    jars = var / "kafka" / f"jars-{version}"
    if jars.is_dir():
        return jars
    # Fetched aside and moved in place, so that an interrupted fetch is never taken for a whole one.
    fresh = var / "kafka" / f"fetching-{secrets.token_hex(4)}"
    argv = [str(shutil.which("mvn")), "-B", "-q", "-f", str(POM)]
    argv += ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fresh.resolve()}"]
    child = ChildProcess("Maven", argv, log=var / "logs" / "maven.log")
    child.start()
    try:
        finished = await child.ended(seconds)
    finally:
        child.kill_group()
    if not finished or child.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise NotInstalledError(f"Maven could not fetch Apache Kafka:\n{child.last_lines()}")
    try:
        fresh.rename(jars)
    except OSError:
        # Another run was quicker.
        shutil.rmtree(fresh, ignore_errors=True)
    return jars


class ApacheKafka:
    """One node of Apache Kafka with its log in `folder`; `jars` is what `fetch_jars` gave.

    With `accounts`, users and their passwords, it also listens where one has to prove oneself by SASL PLAIN.
    """

    def __init__(self, folder: Path, jars: Path, accounts: Mapping[str, str] | None = None) -> None:
        self.folder = folder.resolve()
        self.port = 0
        self.sasl_port = 0
        self._accounts = accounts or {}
        self.cluster_id = urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        self._jars = jars.resolve()
        self._log = self.folder / "kafka.log"
        self._child: ChildProcess | None = None

    @property
    def bootstrap_servers(self) -> str:
        """Where clients find it."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def sasl_servers(self) -> str:
        """Where clients with an account find it."""
        return f"{LOOPBACK}:{self.sasl_port}"

    @property
    def pid(self) -> int | None:
        """Process id, while there is or was a process."""
        return self._child.pid if self._child else None

    async def start(self, seconds: float = 60.0) -> None:
        """Format the log folder at the first start, start the node and wait until it answers."""
        properties = self.folder / "server.properties"
        if not properties.exists():
            await self._format(properties, seconds)
        child = self._java("kafka.Kafka", str(properties))
        child.start()
        try:
            await await_broker(child, self.bootstrap_servers, seconds)
            self._child = child
        finally:
            if self._child is not child:
                child.kill_group()

    async def stop(self, seconds: float = 20.0) -> None:
        """A controlled shutdown."""
        if self._child:
            await self._child.stop(seconds, ask=signal.SIGTERM)
            self._child = None

    async def kill(self) -> None:
        """End it as a crash would; what it acknowledged is still in its folder."""
        if self._child:
            self._child.kill_group()
            await self._child.ended(5.0)
            self._child = None

    async def restart(self) -> None:
        """Stop and start on the same port with the same log."""
        await self.stop()
        await self.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _format(self, properties: Path, seconds: float) -> None:
        """Choose ports, write the configuration and give the log folder its cluster id."""
        self.port, self.sasl_port, controller = free_ports(3)
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = properties.with_suffix(".draft")
        places = {"host": LOOPBACK, "port": self.port, "sasl": self.sasl_port, "controller": controller}
        wanted = PROPERTIES.format(**places, folder=self.folder)
        if self._accounts:
            accounts = " ".join(f'user_{user}="{password}"' for user, password in self._accounts.items())
            wanted += SASL_LISTENER.format(**places, accounts=accounts)
        draft.write_text(wanted)
        # In one word: an id may begin with a dash, which would be taken for an option.
        argv = ["format", f"--cluster-id={self.cluster_id}", "--config", str(draft)]
        child = self._java("kafka.tools.StorageTool", *argv)
        child.start()
        finished = False
        try:
            finished = await child.ended(seconds)
        finally:
            child.kill_group()
        if not finished or child.returncode != 0:
            raise NeverReadyError(f"Apache Kafka could not format {self.folder}:\n{child.last_lines()}")
        draft.rename(properties)

    def _java(self, main: str, *arguments: str) -> ChildProcess:
        argv = [str(shutil.which("java")), *JAVA_OPTIONS, "-cp", f"{self._jars}/*", main, *arguments]
        return ChildProcess("Apache Kafka", argv, log=self._log)


if __name__ == "__main__":
    # `make test` fetches beforehand, so that no test's time limit pays for a download.
    asyncio.run(fetch_jars(Path("var")))
