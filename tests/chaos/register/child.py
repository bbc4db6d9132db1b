"""The register in a process of its own, to be killed. Settings come from the environment, as everywhere.

python -m tests.chaos.register.child
"""

from __future__ import annotations

import asyncio

from schemas.topics import DEVICE_OBSERVED
from services.eventlog.stream_service import StreamService
from services.lifecycle import run_until_stopped, stop_on_signals
from services.register.consumer import RegisterConsumer
from services.settings import Settings, read


async def main() -> None:
    stopped = asyncio.Event()
    stop_on_signals(stopped)
    service = StreamService("register", read(Settings), [DEVICE_OBSERVED], RegisterConsumer().apply, lanes=2)
    await run_until_stopped([service], stopped)


if __name__ == "__main__":
    asyncio.run(main())
