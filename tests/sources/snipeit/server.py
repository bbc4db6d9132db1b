"""Snipe-IT, played: lists by offset whose rows move while they are read, as strict as the real one, and as lax.

Rows of one second come in another order with each question, which is what its database may do. What is archived or
deleted is in no list but its own. It answers 200 to what it refuses.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

LARGEST_LIMIT = 500


class Server:
    """Holds assets, and changes them as its people do."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        self.chance = chance
        self.now = now
        self.rows: dict[int, dict[str, Any]] = {}
        self._changes = 0

    def add(self) -> int:
        """A new asset."""
        number = max(self.rows, default=0) + self.chance.choice((1, 1, 3))
        self.rows[number] = {"id": number, "serial": f"SN{number:05d}", "asset_tag": f"NWH-{number}", "in": "hardware"}
        self.change(number)
        return number

    def change(self, number: int, *, listed: str | None = None) -> None:
        """Somebody saved an asset, and perhaps moved it to another list."""
        self._changes += 1
        row = self.rows[number]
        row |= {"updated_at": {"datetime": f"{self.now:%Y-%m-%d %H:%M:%S}"}, "purchase_cost": f"{self._changes}.00"}
        row["in"] = listed or row["in"]

    def wait(self, time: timedelta) -> None:
        """Time passes."""
        self.now += time

    def answer(self, query: Mapping[str, str]) -> dict[str, Any]:
        """One page, or a refusal."""
        listed = {"Archived": "archived", "Deleted": "deleted"}.get(query.get("status", ""), "hardware")
        rows = [row for row in self.rows.values() if row["in"] == listed]
        if (query["sort"], query["order"]) == ("id", "asc"):
            rows.sort(key=lambda row: int(row["id"]))
        elif (query["sort"], query["order"]) == ("updated_at", "desc"):
            self.chance.shuffle(rows)
            rows.sort(key=lambda row: str(row["updated_at"]["datetime"]), reverse=True)
        else:
            return {"status": "error", "messages": "that would not be in any order", "payload": None}
        offset, limit = int(query["offset"]), min(int(query["limit"]), LARGEST_LIMIT)
        return {"total": len(rows), "rows": rows[offset : offset + limit]}
