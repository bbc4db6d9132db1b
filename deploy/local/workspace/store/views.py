"""Views: published home tabs, and modals with their place in the stack of the person who sees them."""

from __future__ import annotations

import dataclasses
import sqlite3

from deploy.local.workspace.store.connection import Connection, Json, dumps, loads


@dataclasses.dataclass(frozen=True, slots=True)
class StoredView:
    """A view as kept; `depth` is its place in the stack of open modals, 0 the first."""

    id: str
    app: str
    user: str
    type: str
    body: Json
    depth: int = 0
    open: bool = True
    external_id: str | None = None


class Views:
    """Reads and writes of views."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def put(self, view: StoredView) -> None:
        """Keep a view, in place of one with its id."""
        self._db.run(
            "INSERT OR REPLACE INTO views VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(view.id, view.app, view.user, view.type, view.external_id),
                *(view.depth, view.open, dumps(view.body)),
            ),
        )

    def get(self, view: str) -> StoredView | None:
        """A view by id."""
        row = self._db.row("SELECT * FROM views WHERE id = ?", (view,))
        return _stored(row) if row else None

    def by_external_id(self, app: str, external_id: str) -> StoredView | None:
        """An app's open view by the app's own name for it."""
        row = self._db.row("SELECT * FROM views WHERE app = ? AND external_id = ? AND open = 1", (app, external_id))
        return _stored(row) if row else None

    def home(self, app: str, user: str) -> StoredView | None:
        """The home tab an app published for a member."""
        row = self._db.row("SELECT * FROM views WHERE app = ? AND user = ? AND type = 'home'", (app, user))
        return _stored(row) if row else None

    def stack(self, user: str) -> list[StoredView]:
        """The open modals of a member, the one on top last."""
        rows = self._db.rows(
            "SELECT * FROM views WHERE user = ? AND type = 'modal' AND open = 1 ORDER BY depth, id", (user,)
        )
        return [_stored(row) for row in rows]

    def close(self, view: str) -> None:
        """Take a modal off its stack."""
        self._db.run("UPDATE views SET open = 0 WHERE id = ?", (view,))

    def close_all_modals(self) -> None:
        """After a restart nobody has a modal in front of them."""
        self._db.run("UPDATE views SET open = 0 WHERE type = 'modal'")


def _stored(row: sqlite3.Row) -> StoredView:
    return StoredView(
        id=row["id"],
        app=row["app"],
        user=row["user"],
        type=row["type"],
        body=loads(row["body"]),
        depth=row["depth"],
        open=bool(row["open"]),
        external_id=row["external_id"],
    )
