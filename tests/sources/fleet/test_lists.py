from __future__ import annotations

import msgspec
import pytest

from services.intake.polling.feeds import UnusableAnswer, Walk
from services.intake.sources.fleet.lists import OVERLAP, PAGE_SIZE, list_feeds
from tests.sources.walking import asked, one_page
from tests.unit.intake.context import NOW

ACTIVITIES, HOSTS = list_feeds("https://fleet.example/")


def _page(rows: str, *ids: int) -> bytes:
    return msgspec.json.encode({rows: [{"id": number} for number in ids], "meta": None})


def _after(walk: Walk) -> int:
    return int(asked(walk).rpartition("after=")[2])


def test_a_list_is_read_in_the_order_of_ids() -> None:
    assert asked(ACTIVITIES.walk(None, NOW)) == (
        f"https://fleet.example/api/v1/fleet/activities?order_key=id&order_direction=asc&per_page={PAGE_SIZE}&after=0"
    )


def test_a_full_page_leads_on_and_a_short_one_ends_the_walk() -> None:
    walk = ACTIVITIES.walk(None, NOW)
    assert one_page(walk, _page("activities", *range(3, 3 + PAGE_SIZE))).position == {"id": str(2 + PAGE_SIZE)}
    assert _after(walk) == 2 + PAGE_SIZE
    assert one_page(walk, _page("activities", 700)).position == {"id": "700"}
    assert walk.call is None


def test_activities_begin_a_little_before_the_last_one_and_never_go_back() -> None:
    walk = ACTIVITIES.walk({"id": "9000"}, NOW)
    assert _after(walk) == 9000 - OVERLAP
    assert one_page(walk, _page("activities", 8999)).position is None
    assert _after(ACTIVITIES.walk({"id": "7"}, NOW)) == 0


def test_hosts_begin_anew_once_they_were_read_to_the_end_and_else_go_on() -> None:
    walk = HOSTS.walk(None, NOW)
    assert one_page(walk, _page("hosts", *range(1, PAGE_SIZE + 1))).position == {"id": str(PAGE_SIZE)}
    assert _after(HOSTS.walk({"id": str(PAGE_SIZE)}, NOW)) == PAGE_SIZE
    assert one_page(walk, _page("hosts", PAGE_SIZE + 5)).position == {"id": "0"}


@pytest.mark.parametrize("body", [b'{"activities":null}', b'{"activities":[]}'])
def test_an_empty_list_moves_nothing(body: bytes) -> None:
    walk = ACTIVITIES.walk({"id": "9000"}, NOW)
    assert one_page(walk, body).position is None
    assert walk.call is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"message":"Authentication required"}',
        b'{"activities":{}}',
        b'{"activities":[{"id":5},{"id":4}]}',
        b'{"activities":[{"id":5},{"id":5}]}',
        b'{"activities":[{"type":"wiped_host"}]}',
        b'{"activities":[{"id":0}]}',
    ],
)
def test_what_is_no_page_in_order_moves_nothing(body: bytes) -> None:
    with pytest.raises(UnusableAnswer):
        one_page(ACTIVITIES.walk(None, NOW), body)
