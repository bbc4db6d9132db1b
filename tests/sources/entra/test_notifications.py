from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from services.intake.polling.vendor_http import VendorUnavailable
from services.intake.polling.wakes import GLANCE_SECONDS, Wake
from services.intake.sources.entra.notifications import client_states, greeting, wakes_for
from services.intake.sources.entra.translation import NOTIFICATION
from services.intake.translation import translate_body
from tests.integration.intake.vendors import answering
from tests.payloads import payload
from tests.sources.door import Door
from tests.sources.entra.conftest import GROUPS, PATH, SUBSCRIPTIONS, USERS, Bench
from tests.sources.entra.stand_in import GraphStandIn
from tests.unit.intake.context import CONTEXT

CHANGES = payload("intune/graph_change_notification.json")
LIFE = payload("intune/graph_lifecycle_notification.json")
JSON = {"Content-Type": "application/json"}
wakes = wakes_for([USERS, GROUPS])


def _body(*elements: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"value": list(elements)})


def test_a_change_wakes_the_list_it_is_of() -> None:
    assert wakes(CHANGES) == [Wake(USERS)]
    assert wakes(_body({"changeType": "updated", "resource": "Groups/4f"})) == [Wake(GROUPS)]
    assert wakes_for([USERS])(_body({"changeType": "updated", "resource": "Groups/4f"})) == []


def test_what_was_lost_asks_for_a_whole_reading_and_a_lost_subscription_for_its_keeper() -> None:
    assert wakes(LIFE) == [Wake(SUBSCRIPTIONS), Wake(USERS, whole=True), Wake(GROUPS, whole=True)]
    assert wakes(_body({"lifecycleEvent": "subscriptionRemoved"})) == [
        Wake(USERS, whole=True),
        Wake(GROUPS, whole=True),
        Wake(SUBSCRIPTIONS),
    ]
    changed = {"changeType": "updated", "resource": "Users/1"}
    assert wakes(_body({"lifecycleEvent": "missed"}, changed))[0] == Wake(USERS, whole=True)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"value":{}}', b'{"value":[5]}', b"\xff", b"[" * 2_000])
def test_what_is_no_delivery_proves_nothing_and_wakes_nobody(body: bytes) -> None:
    assert list(client_states(body)) == []
    assert wakes(body) == []


def test_an_element_without_a_secret_carries_none() -> None:
    assert list(client_states(_body({"clientState": "a"}, {}, {"clientState": 5}))) == ["a", "", ""]


def test_only_a_token_is_a_greeting() -> None:
    assert greeting({"validationToken": "a b<c>"}) == "a b<c>"
    assert greeting({"validationToken": ""}) is None
    assert greeting({}) is None


def test_nothing_is_taken_for_a_fact_and_what_is_unknown_is_kept_without_its_secret() -> None:
    assert translate_body(NOTIFICATION, CHANGES, CONTEXT).ignored == 2
    unknown = {"clientState": "hush", "lifecycleEvent": "hibernating", "subscriptionId": "1"}
    translated = translate_body(NOTIFICATION, _body(unknown, {"clientState": "hush"}), CONTEXT)
    assert [each.where for each in translated.rejected] == ["value[0] $.lifecycleEvent", "value[1] $.changeType"]
    assert not any(b"hush" in each.letter.body for each in translated.rejected)


async def test_the_token_is_echoed_as_text_that_no_browser_takes_for_a_page(door: Door) -> None:
    url = f"{door.base}{PATH}?validationToken=a%20b%2B%3Cscript%3E%C3%A9"
    async with door.session.post(url, data=b"", headers={"Content-Type": "text/plain; charset=utf-8"}) as answer:
        assert (answer.status, answer.content_type, await answer.text()) == (200, "text/plain", "a b+<script>é")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_delivery_is_accepted_if_every_element_carries_one_of_the_secrets(door: Door, bench: Bench) -> None:
    status, answer, _ = await door.post(PATH, CHANGES, JSON)
    assert (status, answer["ignored"]) == (202, 2)
    assert await bench.woken() == {USERS: False}
    status, _, _ = await door.post(PATH, LIFE, JSON)  # with both secrets, the new one and the old one
    assert status == 202
    assert await bench.woken() == {USERS: True, SUBSCRIPTIONS: False}
    assert await door.outbox() == []
    assert await door.letters() == []


async def test_a_wrong_secret_in_any_element_is_refused_and_wakes_nobody(door: Door, bench: Bench) -> None:
    for body in (
        CHANGES.replace(b"nwh-graph-secret-1", b"nwh-graph-secret-3"),
        CHANGES.replace(b"nwh-graph-secret-1", b"nwh-graph-secret-3", 1),
        CHANGES.replace(b'"clientState"', b'"state"', 1),
        CHANGES[: len(CHANGES) // 2],
        b'{"value":[]}',
        b"",
    ):
        status, _, _ = await door.post(PATH, body, JSON)
        assert status == 401, body
    assert await bench.woken() == {}
    assert await door.letters() == []


async def test_an_element_of_no_known_kind_lies_in_the_dead_letters_and_the_others_count(
    door: Door, bench: Bench
) -> None:
    odd = {"clientState": "nwh-graph-secret-1", "lifecycleEvent": "hibernating"}
    change = {"clientState": "nwh-graph-secret-2", "changeType": "updated", "resource": "Users/1"}
    status, answer, _ = await door.post(PATH, _body(odd, change), JSON)
    assert (status, answer["ignored"], answer["refused"]) == (202, 1, 1)
    assert await bench.woken() == {USERS: False}
    (letter,) = await door.letters()
    assert b"nwh-graph-secret" not in letter["body"]


async def test_a_notification_leads_to_the_person_within_one_wake(bench: Bench, graph: GraphStandIn) -> None:
    told = asyncio.Event()

    async def sleep(seconds: float) -> None:
        assert seconds == GLANCE_SECONDS  # and not the 300 of an idle feed
        if (await bench.told())[7:]:
            told.set()
        bench.clock.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0.01)

    await bench.keeper().look()
    reading = asyncio.ensure_future(bench.poller(sleep=sleep).run())
    try:
        async with asyncio.timeout(10):
            while len(await bench.told()) < 7 or USERS in await bench.woken():
                await asyncio.sleep(0.01)
            graph.person("p5", accountEnabled=False)
            graph.remove("p6")
            change, other = graph.change("subscription-1", "p6", "deleted"), graph.life("subscription-2", "missed")
            assert await graph.deliver(change, graph.change("subscription-1", "p5"), other) == 202
            assert await graph.deliver(change, change) == 202  # again, and late
            await told.wait()
    finally:
        reading.cancel()
        await asyncio.wait([reading])
    after = (await bench.told())[7:]
    assert ("p6", False, None, None, True) in after
    assert ("p5", False, "p5@northwind.example", "central-west", False) in after


async def test_a_wake_that_comes_while_the_list_is_read_outlives_that_reading(
    bench: Bench, graph: GraphStandIn
) -> None:
    await bench.keeper().look()
    await bench.poller().poll()
    await bench.poller().poll()
    assert USERS not in await bench.woken()

    async def notified() -> None:
        graph.person("p9", mail="p9@northwind.example")
        assert await graph.deliver(graph.change("subscription-1", "p9")) == 202

    assert await graph.deliver(graph.change("subscription-1", "p1")) == 202
    graph.mishaps.append(notified)
    await bench.poller().poll()
    assert await bench.woken() == {USERS: False, GROUPS: False}
    await bench.poller().poll()
    assert USERS not in await bench.woken()
    assert (await bench.told())[-1][0] == "p9"


async def test_missed_notifications_bring_those_who_vanished_meanwhile(bench: Bench, graph: GraphStandIn) -> None:
    await bench.keeper().look()
    await bench.told_by(bench.poller())
    bench.clock.advance(timedelta(minutes=1))
    graph.remove("p2")
    graph.forget()
    assert await graph.deliver(graph.life("subscription-1", "missed")) == 202
    graph.mishaps.extend([None, answering(403)])
    with pytest.raises(VendorUnavailable, match="403"):
        await bench.poller().poll()
    assert (await bench.position())["whole"] == "yes"
    told = await bench.told_by(bench.poller())  # goes on with the whole reading, and does not begin it again
    assert told[-1] == ("p2", False, None, None, True)
    assert [person for person, *_ in told[:-1]] == ["p5", "p6", "p7"]
    assert USERS not in await bench.woken()


async def test_a_failed_reading_leaves_the_wake_and_is_not_repeated_without_a_pause(
    bench: Bench, graph: GraphStandIn
) -> None:
    await bench.keeper().look()
    graph.mishaps.append(answering(403))
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await bench.poller(sleep=sleep).run()
    assert slept == [300.0, GLANCE_SECONDS]
    assert len(await bench.told()) == 7
