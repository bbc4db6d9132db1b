from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from services.intake import store
from services.intake.polling.vendor_http import VendorUnavailable
from services.intake.polling.wakes import GLANCE_SECONDS
from services.intake.sources.entra.subscriptions import LIFETIME, Held, Step, next_step, terms_of
from tests.integration.intake.vendors import answering
from tests.sources.entra.conftest import GROUPS, SUBSCRIPTIONS, USERS, Bench
from tests.sources.entra.stand_in import GraphStandIn
from tests.unit.intake.context import NOW

TERMS = terms_of("https://a.example", "state")


@pytest.mark.parametrize(
    ("held", "called", "step"),
    [
        (None, False, Step.CREATE),
        (Held("1", TERMS, NOW), False, Step.CREATE),
        (Held("1", "other", NOW + LIFETIME), False, Step.REPLACE),
        (Held("1", TERMS, NOW + timedelta(hours=35)), True, Step.RENEW),
        (Held("1", TERMS, NOW + LIFETIME), True, Step.REAUTHORISE),
        (Held("1", TERMS, NOW + LIFETIME), False, Step.KEEP),
    ],
)
def test_what_is_to_be_done(held: Held | None, called: bool, step: Step) -> None:
    assert next_step(held, TERMS, NOW, called=called) is step


def test_another_address_or_secret_are_other_terms() -> None:
    assert len({TERMS, terms_of("https://b.example", "state"), terms_of("https://a.example", "other")}) == 3


async def test_subscriptions_are_made_once_and_the_lists_are_read_since(bench: Bench, graph: GraphStandIn) -> None:
    await bench.keeper().look()
    assert [(each["resource"], each["clientState"]) for each in graph.subscriptions.values()] == [
        ("users", "nwh-graph-secret-1"),
        ("groups", "nwh-graph-secret-1"),
    ]
    assert await bench.woken() == {USERS: False, GROUPS: False}
    before = len(graph.calls)
    await bench.keeper().look()
    assert len(graph.calls) == before


async def test_they_are_renewed_before_they_end_and_made_anew_after(bench: Bench, graph: GraphStandIn) -> None:
    await bench.keeper().look()
    graph.now += timedelta(days=2)
    await bench.keeper().look()
    assert len(graph.subscriptions) == 2
    until = (graph.now + LIFETIME).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
    assert {each["expirationDateTime"] for each in graph.subscriptions.values()} == {until}
    graph.now += timedelta(days=4)
    graph.subscriptions.clear()
    await bench.keeper().look()
    assert sorted(graph.subscriptions) == ["subscription-3", "subscription-4"]


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved"])
async def test_when_graph_calls_each_is_reauthorised_or_made_anew(
    bench: Bench, graph: GraphStandIn, event: str
) -> None:
    await bench.keeper().look()
    told = graph.life("subscription-1", event)
    assert await graph.deliver(told) == 202
    assert SUBSCRIPTIONS in await bench.woken()
    if event == "subscriptionRemoved":
        del graph.subscriptions["subscription-1"]
    graph.calls.clear()
    await bench.keeper().look()
    assert SUBSCRIPTIONS not in await bench.woken()
    assert graph.calls.count("POST /v1.0/subscriptions/subscription-2/reauthorize") == 1
    remade = event == "subscriptionRemoved"
    assert graph.calls.count("POST /v1.0/subscriptions") == remade
    assert (await bench.woken())[USERS] is remade
    assert len(graph.subscriptions) == 2


async def test_one_that_is_gone_when_it_is_renewed_is_made_anew(bench: Bench, graph: GraphStandIn) -> None:
    await bench.keeper().look()
    del graph.subscriptions["subscription-2"]
    graph.now += timedelta(days=2)
    await bench.keeper().look()
    assert sorted(graph.subscriptions) == ["subscription-1", "subscription-3"]


async def test_a_new_secret_replaces_them(bench: Bench, graph: GraphStandIn) -> None:
    await bench.keeper().look()
    await bench.keeper(state="nwh-graph-secret-2").look()
    assert [each["clientState"] for each in graph.subscriptions.values()] == ["nwh-graph-secret-2"] * 2


async def test_those_we_forgot_of_are_cleared_away(bench: Bench, graph: GraphStandIn) -> None:
    await bench.keeper().look()
    await bench.door.pool.execute("DELETE FROM subscriptions")
    await bench.keeper().look()
    assert sorted(graph.subscriptions) == ["subscription-3", "subscription-4"]


async def test_those_of_another_installation_are_left_alone(bench: Bench, graph: GraphStandIn) -> None:
    await bench.keeper().look()
    graph.subscriptions["subscription-1"]["notificationUrl"] = "https://another.example"
    await bench.door.pool.execute("DELETE FROM subscriptions")
    with pytest.raises(VendorUnavailable, match="409"):
        await bench.keeper().look()
    assert "subscription-1" in graph.subscriptions


async def test_an_address_that_does_not_echo_gets_none(bench: Bench, graph: GraphStandIn) -> None:
    with pytest.raises(VendorUnavailable, match="400"):
        await bench.keeper(address=f"{bench.door.base}/health").look()
    assert graph.subscriptions == {}


async def test_only_one_process_keeps_them(bench: Bench, graph: GraphStandIn) -> None:
    async with store.holding(bench.door.pool, SUBSCRIPTIONS) as connection:
        assert connection is not None
        await bench.keeper().look()
    assert graph.calls == []


async def test_the_keeper_goes_on_after_a_failure_and_looks_up_when_called(bench: Bench, graph: GraphStandIn) -> None:
    keeper = bench.keeper()
    graph.mishaps.extend([answering(429, **{"Retry-After": "5"}), answering(403)])
    bench.slept.clear()
    run = asyncio.ensure_future(keeper.run())
    try:
        async with asyncio.timeout(10):
            while len(graph.subscriptions) < 2 or bench.slept[-1:] != [GLANCE_SECONDS]:
                await asyncio.sleep(0.01)
            assert await graph.deliver(graph.life("subscription-1", "reauthorizationRequired")) == 202
            while not any("reauthorize" in call for call in graph.calls):
                await asyncio.sleep(0.01)
    finally:
        run.cancel()
        await asyncio.wait([run])
    assert bench.slept[:3] == [5.0, 60.0, GLANCE_SECONDS]
