from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import msgspec
import pytest

from services.intake.polling.feeds import UnusableAnswer, Walk
from services.intake.sources.servicenow.tables import PAGE_SIZE, table_feeds
from tests.sources.walking import asked, one_page
from tests.unit.intake.context import NOW

ASSETS, INCIDENTS, REQUESTS, ITEMS = table_feeds("https://desk.example/")
ORDER = "ORDERBYsys_updated_on^ORDERBYsys_id"


def _page(*rows: tuple[int, str]) -> bytes:
    return msgspec.json.encode(
        {
            "result": [
                {name: {"value": value} for name, value in (("sys_id", f"{number:032x}"), ("sys_updated_on", at))}
                for number, at in rows
            ]
        }
    )


def _query(walk: Walk) -> str:
    return unquote(asked(walk).partition("sysparm_query=")[2])


def _full(at: str) -> bytes:
    return _page(*((number, at) for number in range(PAGE_SIZE)))


def test_only_what_is_needed_is_asked_for() -> None:
    for feed in (ASSETS, INCIDENTS, REQUESTS, ITEMS):
        url = asked(feed.walk(None, NOW))
        assert "sysparm_display_value=all" in url
        for private in ("short_description", "description", "comments", "work_notes", "caller_id", "location"):
            assert private not in url


def test_the_first_walk_begins_at_the_beginning_and_a_later_one_a_little_before_the_cursor() -> None:
    assert _query(ASSETS.walk(None, NOW)) == ORDER
    position = {"sys_updated_on": "2026-11-01T10:00:10+00:00", "sys_id": "a" * 32}
    assert _query(ASSETS.walk(position, NOW)) == f"sys_updated_on>=2026-11-01 09:59:40^{ORDER}"


def test_a_full_page_leads_on_by_time_and_then_by_id() -> None:
    walk = ASSETS.walk(None, NOW)
    page = one_page(walk, _full("2026-11-01 10:00:00"))
    last = f"{PAGE_SIZE - 1:032x}"
    assert page.position == {"sys_updated_on": "2026-11-01T10:00:00+00:00", "sys_id": last}
    assert _query(walk) == (
        f"sys_updated_on>2026-11-01 10:00:00^NQsys_updated_on=2026-11-01 10:00:00^sys_id>{last}^{ORDER}"
    )
    one_page(walk, _page((5_000, "2026-11-01 10:00:01")))
    assert walk.call is None


def test_inside_the_overlap_the_cursor_does_not_go_back() -> None:
    position = {"sys_updated_on": "2026-11-01T10:00:10+00:00", "sys_id": "f" * 32}
    assert one_page(ASSETS.walk(position, NOW), _page((1, "2026-11-01 10:00:10"))).position is None


def test_an_empty_page_ends_the_walk_and_moves_nothing() -> None:
    walk = ASSETS.walk(None, NOW)
    assert one_page(walk, b'{"result":[]}').position is None
    assert walk.call is None


def test_a_page_that_comes_again_is_not_asked_for_for_ever() -> None:
    walk = ASSETS.walk(None, NOW)
    one_page(walk, _full("2026-11-01 10:00:00"))
    with pytest.raises(UnusableAnswer, match="the same page"):
        one_page(walk, _full("2026-11-01 10:00:00"))


def test_a_cursor_ahead_of_our_clock_is_taken_back_to_it() -> None:
    ahead = {"sys_updated_on": (NOW + timedelta(days=30)).isoformat(), "sys_id": "a" * 32}
    walk = ASSETS.walk(ahead, NOW)
    assert _query(walk) == f"sys_updated_on>=2026-11-30 11:59:30^{ORDER}"
    assert one_page(walk, _page((7, "2026-11-30 12:00:00"))).position is not None


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"result":{}}', b'{"error":{}}', b"[]"])
def test_what_is_no_page_moves_nothing(body: bytes) -> None:
    with pytest.raises(UnusableAnswer):
        one_page(ASSETS.walk(None, NOW), body)


def test_a_hostile_id_does_not_enter_a_query() -> None:
    body = msgspec.json.encode(
        {"result": [{"sys_id": "a^NQactive=true", "sys_updated_on": "2026-11-01 10:00:00"}] * PAGE_SIZE}
    )
    walk = ASSETS.walk(None, NOW)
    assert one_page(walk, body).position is None
    assert walk.call is None
