"""What a person, or the clock, does in one process of a journey: one command of a service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from schemas.vocabulary import Kind
from services.access.viewer import viewer_for
from services.custody.commands import Custodies, Details
from services.custody.rules.machine import Cause as CustodyCause
from services.losses.commands import Losses
from services.refresh.commands import Waves
from services.requests.commands import Deliveries, Leaving, Requests
from services.requests.policy import own_policy
from services.requests.queries import Reason
from services.requests.sweep import WaitingSweep
from services.watch.evaluation import Evaluation
from services.watch.sweep import Sweep
from services.watch.thresholds import load_thresholds
from tests.chaos.journey.world import DIRECTORY, World
from tests.fixtures.people import email_of

_Act = Callable[..., Awaitable[Any]]


async def command(world: World, name: str, who: str, arguments: dict[str, Any]) -> str:
    """One command of a person. The bot resumes it with the key of what Slack sent, so the key is the same each time."""
    return await _commands[name](world, who, **arguments)


async def _raise(
    world: World,
    who: str,
    key: str,
    device_id: str | None = None,
    reason: str = "broken",
    accessibility_needs: bool = False,
    recipient_email: str | None = None,
) -> str:
    async with world.pool("requests") as pool:
        raised = await Requests(pool, world.clock, DIRECTORY).raise_request(
            viewer_for(email_of(who), DIRECTORY),
            device_id=None if device_id is None else UUID(device_id),
            kind=Kind.LAPTOP,
            reason=Reason(reason),
            needed_by=None,
            accessibility_needs=accessibility_needs,
            explanation="It fell",
            delivery_place="Charing Cross",
            idempotency_key=key,
            recipient_email=recipient_email,
            recipient_name=recipient_email,
        )
        return str(raised.request_id)


def _asks(act: Callable[[Requests], _Act]) -> Callable[..., Awaitable[str]]:
    async def acts(world: World, who: str, request_id: str, key: str, **given: str) -> str:
        async with world.pool("requests") as pool:
            run = act(Requests(pool, world.clock, DIRECTORY))
            done = await run(viewer_for(email_of(who), DIRECTORY), UUID(request_id), idempotency_key=key, **given)
            # Who decides is answered a decision, all others the request.
            return str(getattr(done, "request", done).status)

    return acts


def _delivers(act: Callable[[Deliveries], _Act]) -> Callable[..., Awaitable[str]]:
    async def acts(world: World, who: str, request_id: str, key: str, **given: str) -> str:
        async with world.pool("requests") as pool:
            run = act(Deliveries(pool, world.clock, DIRECTORY))
            done = await run(viewer_for(email_of(who), DIRECTORY), UUID(request_id), idempotency_key=key, **given)
            return str(done.request.status)

    return acts


async def _leave(world: World, who: str, whose: str, key: str) -> str:
    async with world.pool("requests") as pool:
        left = await Leaving(pool, world.clock, DIRECTORY).leave(
            viewer_for(email_of(who), DIRECTORY), email_of(whose), idempotency_key=key
        )
        return str(len(left.due_back))


async def _clock_comes(world: World, who: str) -> str:
    """Nobody's command: what the clock does to requests. `who` does not matter to it."""
    async with world.pool("requests") as pool:
        return str(await WaitingSweep(pool, world.clock, DIRECTORY, own_policy().patience).sweep())


async def _watch_looks(world: World, who: str) -> str:
    """Nobody's command: what watch sees as time goes by. How often it saw something new depends on who died."""
    async with world.pool("watch") as pool:
        await Sweep(Evaluation(load_thresholds(), DIRECTORY), world.clock, pool).run()
        return "looked"


async def _propose(world: World, who: str, key: str) -> str:
    async with world.pool("refresh", size=2) as pool:
        waves = Waves(pool, world.clock, DIRECTORY)
        return str((await waves.propose(viewer_for(email_of(who), DIRECTORY), idempotency_key=key)).wave_id)


async def _release(world: World, who: str, wave_id: str, key: str) -> str:
    async with world.pool("refresh") as pool:
        decision = await Waves(pool, world.clock, DIRECTORY).release(
            viewer_for(email_of(who), DIRECTORY), UUID(wave_id), routes={}, approvals={}, idempotency_key=key
        )
        return str(decision.wave.status)


async def _report(world: World, who: str, device_id: str, key: str) -> str:
    async with world.pool("losses") as pool:
        losses = Losses(pool, world.clock, DIRECTORY)
        reported = await losses.report(
            viewer_for(email_of(who), DIRECTORY), device_id=UUID(device_id), how="lost", idempotency_key=key
        )
        return str(reported.loss.loss_id)


def _about_loss(act: Callable[[Losses], _Act]) -> Callable[..., Awaitable[str]]:
    async def acts(world: World, who: str, loss_id: str, key: str, **given: str) -> str:
        async with world.pool("losses") as pool:
            run = act(Losses(pool, world.clock, DIRECTORY))
            done = await run(viewer_for(email_of(who), DIRECTORY), UUID(loss_id), idempotency_key=key, **given)
            return str(done.state)

    return acts


async def _keep_certificate(world: World, who: str) -> str:
    async with world.pool("custody") as pool:
        custodies = Custodies(pool, world.clock, DIRECTORY)
        kept = await custodies.keep_document(
            viewer_for(email_of(who), DIRECTORY), name="certificate.pdf", content=b"%PDF-1.7 wiped"
        )
        return str(kept.document_id)


async def _custody(
    world: World, who: str, cause: str, references: Sequence[str], key: str, details: dict[str, Any]
) -> list[str]:
    """How each of the devices stands after it."""
    async with world.pool("custody") as pool:
        custodies = Custodies(pool, world.clock, DIRECTORY)
        done = await custodies.act(
            viewer_for(email_of(who), DIRECTORY),
            CustodyCause(cause),
            references,
            msgspec.convert(details, Details),
            idempotency_key=key,
        )
        return [str(each.state) for each in done.moved]


_commands: dict[str, Callable[..., Awaitable[Any]]] = {
    "raise": _raise,
    "approve": _asks(lambda requests: requests.approve),
    "refuse": _asks(lambda requests: requests.refuse),
    "ask": _asks(lambda requests: requests.ask),
    "answer": _asks(lambda requests: requests.answer),
    "withdraw": _asks(lambda requests: requests.withdraw),
    "repaired": _asks(lambda requests: requests.repaired),
    "not repaired": _asks(lambda requests: requests.not_repaired),
    "allocate": _delivers(lambda deliveries: deliveries.allocate),
    "ship": _delivers(lambda deliveries: deliveries.ship),
    "receive": _delivers(lambda deliveries: deliveries.receive),
    "check": _delivers(lambda deliveries: deliveries.check),
    "leave": _leave,
    "clock comes": _clock_comes,
    "watch looks": _watch_looks,
    "propose": _propose,
    "release": _release,
    "keep certificate": _keep_certificate,
    "custody": _custody,
    "report": _report,
    "ask wipe": _about_loss(lambda losses: losses.ask_wipe),
    "confirm wipe": _about_loss(lambda losses: losses.confirm_wipe),
    "write off": _about_loss(lambda losses: losses.write_off),
    "find": _about_loss(lambda losses: losses.find),
}
