"""Reading a feed again and again: one page, one transaction, and the position moves with what it stands for.

One process polls a feed at a time: it holds an advisory lock on the very connection it writes with, so that losing the
lock and losing the right to write are one event. After a crash the next walk begins at the stored position; what
is read again is known by its ids. A feed that can be woken is read as soon as somebody calls, and else every so often.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping

import asyncpg
import structlog

from services.clock import Clock
from services.database.pool import TEMPORARY_ERRORS, Connection, Pool
from services.intake import store
from services.intake.admission import Receipt, admit
from services.intake.measures import POLL_FAILURES, LastWords
from services.intake.polling import rolls, wakes
from services.intake.polling.calls import Answer
from services.intake.polling.feeds import Feed, Page, UnusableAnswer, Walk
from services.intake.polling.rolls import Roll
from services.intake.polling.vendor_http import Sleep, Vendor, VendorUnavailable
from services.intake.translation import Context, Translated, translate_records

log = structlog.stdlib.get_logger()

PASSING: tuple[type[BaseException], ...] = (
    VendorUnavailable,
    UnusableAnswer,
    *TEMPORARY_ERRORS,
    asyncpg.PostgresError,
    asyncpg.InternalClientError,  # what asyncpg may answer on a connection that was cut off while it lay idle
)
"""After these the feed is read again at the next turn: the poller must not die of a database's error, whichever."""


class Poller:
    """Polls one feed every so many real seconds."""

    def __init__(
        self,
        feed: Feed,
        vendor: Vendor,
        pool: Callable[[], Pool],
        clock: Clock,
        units: Mapping[str, str],
        last_words: LastWords,
        every_seconds: float,
        sleep: Sleep,
        *,
        wakeable: bool = False,
    ) -> None:
        self._feed = feed
        self._vendor = vendor
        self._pool = pool
        self._clock = clock
        self._units = units
        self._last_words = last_words
        self._every_seconds = every_seconds
        self._sleep = sleep
        self._wakeable = wakeable

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                await self.poll()
            except PASSING as error:
                POLL_FAILURES.labels(self._feed.name).inc()
                log.warning("a list was not read to its end", feed=self._feed.name, error=repr(error))
                await self._sleep(self._every_seconds)  # a call still stands, and would let us ask without a pause
            else:
                await self._rest()

    async def _rest(self) -> None:
        if self._wakeable:
            await wakes.sleep_unless_woken(self._pool(), self._feed.name, self._every_seconds, self._sleep)
        else:
            await self._sleep(self._every_seconds)

    async def poll(self) -> list[Receipt]:
        """Read the list once, to its end. Nothing if another process is reading it. Raises one of PASSING."""
        async with store.holding(self._pool(), self._feed.name) as connection:
            return [] if connection is None else await self._walk(connection)

    async def _walk(self, connection: Connection) -> list[Receipt]:
        times = await wakes.begin(connection, self._feed.name)
        walk = self._feed.walk(await store.position(connection, self._feed.name), self._clock.now())
        receipts = []
        while (call := walk.call) is not None:
            answer = await self._vendor.ask(call)
            self._last_words.heard(self._feed.kind.source)
            pages = self._pages(walk, answer)
            # Reading and translating a page takes long enough that the event loop must not wait for it.
            while (step := await asyncio.to_thread(self._next, pages)) is not None:
                page, translated = step
                async with connection.transaction():
                    written = [await admit(connection, translated)]
                    if page.roll is not None:
                        written += await self._call_roll(connection, page.roll)
                    if page.position is not None:
                        await store.move(connection, self._feed.name, page.position)
                for receipt in written:
                    self._tell(receipt)
                receipts += written
        await wakes.rest(connection, self._feed.name, times)
        return receipts

    def _pages(self, walk: Walk, answer: Answer) -> Iterator[Page]:
        try:
            yield from walk.read(answer)
        except UnusableAnswer:
            raise
        except Exception as error:  # an answer that we did not foresee must not end the poller for good
            log.exception("an answer met a fault of ours", feed=self._feed.name)
            raise UnusableAnswer(f"reading fault: {type(error).__name__}") from None

    async def _call_roll(self, connection: Connection, roll: Roll) -> list[Receipt]:
        """Note who is there, and after a whole reading tell of those who are not."""
        await rolls.enrol(connection, self._feed.name, roll)
        receipts = []
        while roll.ended and (absent := await rolls.strike_absent(connection, self._feed.name, roll)):
            context = Context(self._clock.now(), self._units)
            receipts.append(await admit(connection, translate_records(self._feed.kind, absent, context)))
        return receipts

    def _tell(self, receipt: Receipt) -> None:
        receipt.count()
        for kept in receipt.kept:
            log.warning("dead letter", source=receipt.source, fingerprint=str(kept.fingerprint), reason=kept.reason)

    def _next(self, pages: Iterator[Page]) -> tuple[Page, Translated] | None:
        page = next(pages, None)
        if page is None:
            return None
        context = Context(self._clock.now(), self._units)
        return page, translate_records(page.kind or self._feed.kind, page.records, context)
