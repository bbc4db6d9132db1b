"""Mutants by the thousand: straight into the translators, and through the door of a served intake."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import aiohttp

from services.database.pool import Pool
from tests.fuzz.answers_of_vendors import read_damaged
from tests.fuzz.deliveries import delivery
from tests.fuzz.doors import proof_of, served, webhook_of_every_kind
from tests.fuzz.expectation import Fault, checked
from tests.fuzz.mutants import Mutant, mutant
from tests.fuzz.seeds import seeds_of_feeds, seeds_of_kinds
from tests.fuzz.site import KINDS
from tests.fuzz.tally import Tally

KEPT_IN = Path("var/fuzz")
AT_ONCE = 8
SHOWN_BYTES = 1_500


def directly(run: int, numbers: Iterable[int]) -> Counter[str]:
    """Give mutants to the translators and to the walks of polled feeds, by turns; what became of them. Raises Fault."""
    kinds, feeds = sorted(seeds_of_kinds().items()), sorted(seeds_of_feeds().items())
    outcomes: Counter[str] = Counter()
    for number in numbers:
        turn = number % (len(kinds) + len(feeds))
        if turn < len(kinds):
            name, seeds = kinds[turn]
            made = mutant(run, number, seeds)
            try:
                result = checked(KINDS[name], made.body)
            except Fault as fault:
                raise reproducible(fault, run, made) from fault
            outcomes["translated"] += len(result.events)
            outcomes["ignored"] += result.ignored
            outcomes["dead-lettered"] += len(result.rejected)
        else:
            name, (feed, seeds) = feeds[turn - len(kinds)]
            made = mutant(run, number, seeds)
            try:
                outcomes["pages read" if read_damaged(feed, made.body) else "pages refused"] += 1
            except Fault as fault:
                raise reproducible(fault, run, made) from fault
    return outcomes


async def through_the_door(pool: Pool, run: int, numbers: Iterable[int], *, good_afterwards: bool = True) -> Tally:
    """Send mutants of every kind by HTTP over kept connections, and reconcile what became of them. Raises Fault.

    `good_afterwards`: then see that each kind's own payload is accepted; for that the inbox forgets.
    """
    webhooks = sorted(webhook_of_every_kind().items())
    seeds = seeds_of_kinds()
    tally = Tally({webhook.kind.source for _, webhook in webhooks})
    left = iter(numbers)

    async def sender(session: aiohttp.ClientSession, base: str) -> None:
        for number in left:
            name, webhook = webhooks[number % len(webhooks)]
            made = mutant(run, number, seeds[name])
            try:
                sent = delivery(run, made, webhook)
                async with session.post(base + webhook.path, data=sent.body, headers=sent.headers) as answer:
                    told = await answer.json()
                tally.answered(sent, answer.status, told)
            except (Fault, aiohttp.ClientError, ValueError) as fault:
                raise reproducible(fault, run, made, f" to {webhook.path}") from fault

    async with served(pool, (webhook for _, webhook in webhooks)) as base, aiohttp.ClientSession() as session:
        async with asyncio.TaskGroup() as senders:
            for _ in range(AT_ONCE):
                senders.create_task(sender(session, base))
        await tally.reconcile(pool)
        if good_afterwards:
            await _still_takes_what_is_good(pool, session, base)
    return tally


async def _still_takes_what_is_good(pool: Pool, session: aiohttp.ClientSession, base: str) -> None:
    """Every kind's own payload is accepted afterwards, as if never heard before. Raises Fault."""
    for name, webhook in webhook_of_every_kind().items():
        await pool.execute("TRUNCATE inbox")  # for each, as two kinds may tell the same event
        tells = webhook.kind.topics != ()
        good = next(seed for seed in seeds_of_kinds()[name] if not tells or checked(webhook.kind, seed.body).events)
        content_type = next(
            (each for each in sorted(webhook.content_types) if ("xml" in each) == good.body.lstrip().startswith(b"<")),
            "application/json",
        )
        headers = proof_of(webhook) | {"Content-Type": content_type}
        async with session.post(base + webhook.path, data=good.body, headers=headers) as answer:
            told = await answer.json()
        if answer.status != webhook.accepted_status or not told["accepted" if tells else "ignored"]:
            raise Fault(f"{good.origin} is no longer accepted at {webhook.path}: {answer.status} {told}")


def reproducible(fault: Exception, run: int, made: Mutant, where: str = "") -> Fault:
    """The fault, with the exact bytes that brought it about, in a file and, if they are few, in the words."""
    KEPT_IN.mkdir(parents=True, exist_ok=True)
    file = KEPT_IN / f"{run}-{made.number}.bin"
    file.write_bytes(made.body)
    lines = [
        str(fault) or type(fault).__name__,
        f"mutant {made.number} of run {run}{where}: {made.origin}, {', '.join(made.how) or 'whole'}",
        f"bytes: {file} ({len(made.body)}); again: python -m tests.fuzz --seed {run} --only {made.number}",
    ]
    if len(made.body) <= SHOWN_BYTES:
        lines.append(f"base64: {base64.b64encode(made.body).decode()}")
    return Fault("\n  ".join(lines))
