"""How long one planner's act on many devices takes. `python -m tests.bench.custody_batch [devices]`"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from deploy.local.stack.postgres import EmbeddedPostgres
from services.clock import FixedClock
from services.custody.commands import Custodies, Details
from services.custody.consumer import CustodyConsumer
from services.custody.queries import CustodyState
from services.custody.rules.machine import Cause
from services.custody.verification import Fault, faults
from services.database import migrations
from services.database.pool import Connection, open_pool
from tests.fixtures.custody import at, returned
from tests.fixtures.delivery import deliver
from tests.fixtures.people import small_directory, viewer


async def measure(devices: int) -> None:
    """Takes them in, certifies, reviews and resells them, each by one act."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder), durable=True)
        await server.start()
        try:
            url = await server.create_database("bench")
            await asyncio.to_thread(migrations.apply, url)
            pool = await open_pool(url, "custody")
            clock = FixedClock(at(3))
            custodies, helen = Custodies(pool, clock, small_directory()), viewer("Helen Marsh")
            idris = viewer("Idris Bello")
            await _timed(
                "taken in",
                deliver(pool, CustodyConsumer().apply, [returned(n) for n in range(devices)], size=5_000),
            )
            document = await custodies.keep_document(helen, name="lot.pdf", content=b"%PDF lot")
            proof = Details(
                document_id=document.document_id, certificate_issuer="Secure Wipe Ltd", certificate_number="SW-1"
            )
            for cause, state, details in (
                (Cause.CERTIFY, CustodyState.RETURNED, proof),
                (Cause.REVIEW, CustodyState.SANITISED, Details(condition="good")),
                (Cause.RESELL, CustodyState.REVIEWED, Details(proceeds_pence=8_123_456)),
            ):
                await _timed(
                    str(cause),
                    custodies.act_on_all(
                        idris if cause is Cause.RESELL else helen, cause, state, details, idempotency_key=cause
                    ),
                )
            async with pool.acquire() as connection:
                found = await _timed("verified", _collect(connection))
            sys.stdout.write(f"faults: {len(found)}\n")
            await pool.close()
        finally:
            await server.stop()


async def _collect(connection: Connection) -> list[Fault]:
    return [fault async for fault in faults(connection)]


async def _timed(what: str, doing: Awaitable[Any]) -> Any:
    begun = time.perf_counter()
    answer = await doing
    sys.stdout.write(f"{what:10} {time.perf_counter() - begun:6.3f} s\n")
    return answer


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000))
