from __future__ import annotations

import pytest

from services.intake.polling.feeds import UnusableAnswer
from services.intake.polling.poller import PASSING
from services.intake.polling.vendor_http import VendorUnavailable
from services.intake.sources.entra.feeds import GroupFeed, UserFeed
from tests.integration.intake.vendors import answering
from tests.sources.entra.conftest import GROUPS, Bench
from tests.sources.entra.stand_in import GraphStandIn
from tests.unit.intake.context import NOW

pytestmark = pytest.mark.integration

WEST, NORTH = "477e9fc6-5de7-4406-bb2a-7e5c83c9ae5f", "004d6a07-fe70-4b92-add5-e6e37b8acd8e"


def as_is(person: str) -> tuple[str, bool, str | None, str | None, bool]:
    return person, True, f"{person}@northwind.example", "central-west", False


async def test_everyone_is_read_once_and_then_only_what_changed(bench: Bench, graph: GraphStandIn) -> None:
    poller = bench.poller()
    assert await bench.told_by(poller) == [as_is(f"p{number}") for number in range(1, 8)]
    assert await bench.told_by(poller) == []
    graph.person("p2", accountEnabled=False)
    graph.person("p3", department="Elsewhere")
    graph.remove("p4")
    assert await bench.told_by(poller) == [
        ("p2", False, "p2@northwind.example", "central-west", False),
        ("p3", True, "p3@northwind.example", None, False),
        ("p4", False, None, None, True),
    ]


async def test_a_change_back_to_what_was_before_is_told(bench: Bench, graph: GraphStandIn) -> None:
    poller = bench.poller()
    await bench.told_by(poller)
    for enabled in (False, True, False, True):
        graph.person("p1", accountEnabled=enabled)
        ((_, active, *_),) = await bench.told_by(poller)
        assert active is enabled


async def test_a_reading_goes_on_where_it_broke_off_and_tells_nobody_twice(bench: Bench, graph: GraphStandIn) -> None:
    graph.mishaps.extend([None, answering(403)])
    with pytest.raises(VendorUnavailable):
        await bench.poller().poll()
    assert len(await bench.told()) == 3
    await bench.poller().poll()
    assert [person for person, *_ in await bench.told()] == [f"p{number}" for number in range(1, 8)]
    assert sum("$select" in url and "getByIds" not in url for url in graph.asked) == 1


async def test_a_page_is_told_with_all_that_was_looked_up_for_it_or_not_at_all(
    bench: Bench, graph: GraphStandIn
) -> None:
    graph.without_enabled = {"p1"}
    graph.mishaps.extend([None, answering(403)])
    with pytest.raises(VendorUnavailable):
        await bench.poller().poll()
    assert await bench.told() == []
    assert await bench.position() is None
    assert sorted(await bench.told_by(bench.poller())) == [as_is(f"p{number}") for number in range(1, 8)]
    letters = await bench.door.letters()
    assert letters == []


async def test_once_graph_has_forgotten_all_are_read_again_and_the_vanished_are_told(
    bench: Bench, graph: GraphStandIn
) -> None:
    poller = bench.poller()
    await bench.told_by(poller)
    for status in (410, 400, 404):
        graph.forgotten_status = status
        gone = f"p{7 - [410, 400, 404].index(status)}"
        graph.remove(gone)
        graph.person("p1", accountEnabled=status != 410)
        graph.forget()
        told = await bench.told_by(poller)
        assert told[-1] == (gone, False, None, None, True)
        assert [person for person, *_ in told[:-1]] == list(graph.people)
        assert told[0][1] is (status != 410)
    assert await bench.told_by(poller) == []


async def test_who_joined_or_left_by_a_change_is_on_the_roll(bench: Bench, graph: GraphStandIn) -> None:
    poller = bench.poller()
    await bench.told_by(poller)
    graph.person("p8", mail="p8@northwind.example")
    graph.remove("p1")
    await bench.told_by(poller)
    graph.remove("p8")
    graph.forget()
    assert [told for told in await bench.told_by(poller) if told[4]] == [("p8", False, None, None, True)]


async def test_a_token_that_runs_out_in_the_middle_begins_the_reading_anew(bench: Bench, graph: GraphStandIn) -> None:
    graph.mishaps.extend([None, answering(410)])
    await bench.poller().poll()
    assert {person for person, *_ in await bench.told()} == {f"p{number}" for number in range(1, 8)}
    assert (await bench.position())["whole"] == "no"


async def test_a_whole_reading_without_anybody_makes_nobody_a_leaver(bench: Bench, graph: GraphStandIn) -> None:
    poller = bench.poller()
    await bench.told_by(poller)
    graph.people.clear()
    graph.forget()
    with pytest.raises(UnusableAnswer, match="nobody at all"):
        await poller.poll()
    assert len(await bench.told()) == 7


async def test_a_row_that_leaves_out_whether_the_account_lives_is_asked_for_whole(
    bench: Bench, graph: GraphStandIn
) -> None:
    poller = bench.poller()
    await bench.told_by(poller)
    graph.without_enabled = {"p1", "p2"}
    graph.person("p1", accountEnabled=False)
    graph.person("p2", department="Nowhere")
    graph.person("p3", accountEnabled=False)
    assert await bench.told_by(poller) == [
        ("p3", False, "p3@northwind.example", "central-west", False),
        ("p1", False, "p1@northwind.example", "central-west", False),
        ("p2", True, "p2@northwind.example", None, False),
    ]


async def test_throttling_is_waited_out(bench: Bench, graph: GraphStandIn) -> None:
    graph.mishaps.extend([answering(429, **{"Retry-After": "11"}), None, answering(503)])
    await bench.poller().poll()
    assert len(await bench.told()) == 7
    assert bench.slept[0] == 11.0


@pytest.mark.parametrize("departments", [True, False])
def test_only_what_is_needed_is_asked_for(departments: bool) -> None:
    call = UserFeed("https://graph.example/", departments=departments).walk(None, NOW).call
    assert call is not None
    wanted = "id,mail,userPrincipalName,accountEnabled" + (",department" if departments else "")
    assert call.url == f"https://graph.example/v1.0/users/delta?$select={wanted}"


async def test_other_fields_or_another_graph_begin_anew(bench: Bench, graph: GraphStandIn) -> None:
    await bench.poller().poll()
    position = await bench.position()
    same = UserFeed(graph.base, departments=True).walk(position, NOW).call
    other_fields = UserFeed(graph.base, departments=False).walk(position, NOW).call
    elsewhere = UserFeed("https://elsewhere.example", departments=True).walk(position, NOW).call
    assert same is not None
    assert other_fields is not None
    assert elsewhere is not None
    assert "$deltatoken" in same.url
    assert "$select" in other_fields.url
    assert elsewhere.url.startswith("https://elsewhere.example/v1.0/users/delta?$select")


async def test_members_of_a_unit_s_group_are_of_that_unit(bench: Bench, graph: GraphStandIn) -> None:
    feed = GroupFeed(graph.base, {WEST: "central-west", NORTH: "central-west"})
    graph.join(WEST, "p1", "p2")
    graph.join("some-other-group", "p3")
    assert await bench.told_by(bench.poller(feed)) == [as_is("p1"), as_is("p2")]
    graph.leave(WEST, "p1")
    assert await bench.told_by(bench.poller(feed)) == []
    graph.join(NORTH, "p1")
    graph.person("p4", accountEnabled=False)
    graph.join(NORTH, "p4", "nobody")
    assert await bench.told_by(bench.poller(feed)) == [
        as_is("p1"),
        ("p4", False, "p4@northwind.example", "central-west", False),
    ]
    assert (await bench.position(GROUPS))["whole"] == "no"


async def test_a_group_of_a_unit_that_is_none_lies_in_the_dead_letters(bench: Bench, graph: GraphStandIn) -> None:
    graph.join(WEST, "p1")
    await bench.poller(GroupFeed(graph.base, {WEST: "moonbase"})).poll()
    (letter,) = await bench.door.letters()
    assert letter["source"] == "entra/person"
    assert "ENTRA_UNIT_GROUPS names 'moonbase'" in letter["reason"]


async def test_when_the_database_breaks_off_the_next_poll_goes_on(bench: Bench, graph: GraphStandIn) -> None:
    async def cut_off() -> None:
        await bench.door.pool.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    graph.mishaps.extend([None, cut_off])
    with pytest.raises(PASSING):
        await bench.poller().poll()
    assert len(await bench.told()) == 3
    await bench.poller().poll()
    assert len(await bench.told()) == 7
