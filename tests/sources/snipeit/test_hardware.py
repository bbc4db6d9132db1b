from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from yarl import URL

from services.intake.polling.calls import Answer
from services.intake.polling.feeds import UnusableAnswer, Walk
from services.intake.sources.snipeit import hardware
from services.intake.sources.snipeit.hardware import HardwareFeed, hardware_feeds
from services.intake.sources.snipeit.translation import HARDWARE
from tests.sources.snipeit.server import Server
from tests.sources.walking import asked, one_page
from tests.unit.intake.context import NOW

FEED, ARCHIVED, DELETED = hardware_feeds("https://assets.example/", HARDWARE)
PAGE = 7


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "PAGE_SIZE", PAGE)


class Reader:
    """Walks a feed against a server, and keeps what it was told, and its position as the database would."""

    def __init__(self, server: Server, feed: HardwareFeed) -> None:
        self.server = server
        self.feed = feed
        self.position: Mapping[str, str] | None = None
        self.told: set[tuple[int, str]] = set()
        self.asked: list[str] = []

    def begin(self) -> Walk:
        return self.feed.walk(self.position, self.server.now)

    def step(self, walk: Walk) -> None:
        """One question, one answer."""
        query = URL(asked(walk)).query
        self.asked.append(query["sort"])
        answer = Answer(200, msgspec.json.encode(self.server.answer(query)))
        for page in walk.read(answer):
            rows: list[dict[str, Any]] = [msgspec.json.decode(record.body) for record in page.records]
            self.told |= {(row["id"], row["purchase_cost"]) for row in rows}
            self.position = page.position if page.position is not None else self.position

    def read(self) -> None:
        """One walk, undisturbed."""
        walk = self.begin()
        while walk.call is not None:
            self.step(walk)

    def missed(self, listed: str = "hardware") -> set[tuple[int, str]]:
        """What stands in the list and was never told."""
        now = {(row["id"], row["purchase_cost"]) for row in self.server.rows.values() if row["in"] == listed}
        return now - self.told


def _reader(seed: int, assets: int) -> Reader:
    server = Server(random.Random(seed), NOW - timedelta(days=400))
    for _ in range(assets):
        server.add()
        server.wait(server.chance.choice((timedelta(0), timedelta(0), timedelta(seconds=1), timedelta(hours=3))))
    return Reader(server, hardware_feeds("https://assets.example", HARDWARE)[0])


def _disturb(server: Server) -> None:
    """What may happen between two pages."""
    for _ in range(server.chance.choice((0, 0, 1, 2, 12))):
        number = server.chance.choice(sorted(server.rows))
        match server.chance.randrange(6):
            case 0:
                server.add()
            case 1:
                server.change(number, listed="deleted")
            case 2:
                server.change(number, listed="archived")
            case _:
                server.change(number)
        server.wait(server.chance.choice((timedelta(0), timedelta(seconds=1), timedelta(minutes=20))))


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_left_out_while_rows_move_and_walks_break_off(small_pages: None, seed: int) -> None:
    reader = _reader(seed, assets=60)
    for _ in range(8):
        walk = reader.begin()
        while walk.call is not None:
            try:
                reader.step(walk)
            except UnusableAnswer:
                break
            _disturb(reader.server)
            if reader.server.chance.random() < 0.03:
                break  # the process was killed; the next walk begins at the stored position
        reader.server.wait(timedelta(hours=1))
    reader.read()
    reader.read()
    assert reader.missed() == set()


def test_the_whole_list_is_read_once_and_then_only_what_changed(small_pages: None) -> None:
    reader = _reader(1, assets=60)
    reader.read()
    assert reader.missed() == set()
    assert set(reader.asked[1:]) == {"id"}
    reader.server.wait(timedelta(days=2))
    reader.asked.clear()
    reader.server.change(5 if 5 in reader.server.rows else min(reader.server.rows))
    reader.read()
    assert reader.missed() == set()
    assert reader.asked == ["updated_at"]


def test_a_walk_that_broke_off_goes_on_where_it_was(small_pages: None) -> None:
    reader = _reader(2, assets=60)
    walk = reader.begin()
    for _ in range(4):
        reader.step(walk)
    assert reader.position is not None
    assert reader.position.keys() == {"changed", "offset", "id"}
    assert f"offset={reader.position['offset']}" in asked(reader.begin())
    reader.read()
    assert reader.missed() == set()


def test_a_page_that_ends_inside_a_second_sends_us_through_the_whole_list(small_pages: None) -> None:
    reader = _reader(3, assets=60)
    reader.read()
    reader.server.wait(timedelta(days=2))
    for number in sorted(reader.server.rows)[:20]:
        reader.server.change(number)  # a bulk edit: all within one second
    reader.asked.clear()
    reader.read()
    assert "id" in reader.asked
    assert reader.missed() == set()


def test_what_is_deleted_behind_us_draws_no_change_past_us(small_pages: None) -> None:
    reader = _reader(5, assets=60)
    numbers = sorted(reader.server.rows)

    def change_one_by_one(changing: list[int]) -> None:
        for number in changing:
            reader.server.wait(timedelta(hours=3))
            reader.server.change(number)

    change_one_by_one(numbers)
    reader.read()
    change_one_by_one(numbers[:30])
    reader.asked.clear()
    walk = reader.begin()
    reader.step(walk)
    for number in numbers[26:30]:
        reader.server.change(number, listed="deleted")
    while walk.call is not None:
        reader.step(walk)
    assert set(reader.asked) == {"updated_at"}
    assert reader.missed() == set()


def test_archived_and_deleted_assets_have_lists_of_their_own() -> None:
    assert asked(ARCHIVED.walk(None, NOW)).endswith("?limit=500&status=Archived&sort=updated_at&order=desc&offset=0")
    assert asked(DELETED.walk(None, NOW)).endswith("?limit=500&status=Deleted&sort=updated_at&order=desc&offset=0")


def test_a_zone_that_is_set_wrong_and_a_clock_in_the_future_hide_nothing(small_pages: None) -> None:
    for zone in (ZoneInfo("Pacific/Auckland"), ZoneInfo("America/Los_Angeles")):
        reader = _reader(4, assets=60)
        reader.server.now = NOW
        reader.server.change(max(reader.server.rows))
        reader.feed = hardware_feeds("https://assets.example", HARDWARE, zone)[0]
        reader.read()
        reader.server.wait(timedelta(minutes=5))
        reader.server.change(min(reader.server.rows))
        reader.read()
        assert reader.missed() == set()
    ahead = {"changed": (NOW + timedelta(days=30)).isoformat()}
    newest = b'{"total":1,"rows":[{"id":1,"updated_at":{"datetime":"2030-01-01 00:00:00"}}]}'
    assert one_page(FEED.walk(ahead, NOW), newest).position is None
    assert one_page(FEED.walk(None, NOW), newest).position == {"changed": NOW.isoformat()}


def test_a_row_without_a_place_is_not_the_walk_s_affair() -> None:
    rows = [{"id": 1, "updated_at": {"datetime": "2026-11-01 00:00:00"}}, {"id": "x"}, {"id": 2, "updated_at": "?"}]
    body = msgspec.json.encode({"total": 3, "rows": rows})
    page = one_page(FEED.walk(None, NOW), body)
    assert len(page.records) == 3
    assert page.position == {"changed": datetime(2026, 11, 1, tzinfo=UTC).isoformat()}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"status":"error","messages":"Unauthorized.","payload":null}', "Unauthorized"),
        (b'{"status":"error","messages":{"a":["b"]}}', "error"),
        (b"<html>", "malformed"),
        (b"", "truncated"),
        (b'{"total":5}', "rows"),
        (b'{"total":"5","rows":{}}', "int"),
        (b'{"total":9,"rows":[{"id":1}]}', "too few rows"),
        (
            msgspec.json.encode(
                {"total": 2, "rows": [{"id": n, "updated_at": {"datetime": f"2026-11-0{n} 00:00:00"}} for n in (1, 2)]}
            ),
            "order",
        ),
    ],
)
def test_what_is_no_page_moves_nothing_and_the_server_s_words_are_told(body: bytes, why: str) -> None:
    with pytest.raises(UnusableAnswer, match=why):
        one_page(FEED.walk({"changed": "2026-11-01T00:00:00+00:00"}, NOW), body)


def test_rows_out_of_the_order_of_ids_are_no_page() -> None:
    walk = FEED.walk({"offset": "0", "id": "0"}, NOW)
    with pytest.raises(UnusableAnswer, match="order"):
        one_page(walk, b'{"total":9,"rows":[{"id":2},{"id":1}]}')
