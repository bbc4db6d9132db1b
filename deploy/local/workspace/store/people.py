"""Members, tokens and conversations: who is there, who may speak for whom, who is in which room."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from deploy.local.workspace.seed import App, Channel, Person, Seed, stable_id
from deploy.local.workspace.store.connection import Connection, Json, dumps, loads

SYSTEM_USER = "USLACKBOT"


@dataclasses.dataclass(frozen=True, slots=True)
class Token:
    """A token and what it stands for; `kind` is bot or app."""

    app: str
    kind: str
    scopes: tuple[str, ...]


def person_body(person: Person, team: str) -> Json:
    """A member in Slack's shape."""
    return {
        "id": person.id,
        "team_id": team,
        "name": person.handle,
        "real_name": person.name,
        "deleted": False,
        "is_bot": False,
        "is_app_user": False,
        "tz": person.timezone,
        "color": person.colour.lstrip("#"),
        "updated": 0,
        "profile": {
            "real_name": person.name,
            "display_name": person.name,
            "title": person.title,
            "email": person.email,
            "team": team,
        },
    }


def bot_body(app: App, team: str) -> Json:
    """An app's bot user in Slack's shape."""
    return {
        "id": app.user_id,
        "team_id": team,
        "name": app.handle,
        "real_name": app.name,
        "deleted": False,
        "is_bot": True,
        "is_app_user": False,
        "tz": "Europe/London",
        "color": app.colour.lstrip("#"),
        "updated": 0,
        "profile": {
            "real_name": app.name,
            "display_name": app.name,
            "title": app.description,
            "bot_id": app.bot_id,
            "api_app_id": app.id,
            "team": team,
        },
    }


class People:
    """Reads and writes of members, tokens, conversations and who is in them."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def sow(self, seed: Seed, now: int) -> None:
        """Bring the store in line with the seed, keeping everything that has happened since."""
        for place, person in enumerate(seed.users):
            self._put_user(person.id, person.email.lower(), None, place, person_body(person, seed.team.id))
        self._db.run("DELETE FROM tokens")
        for place, app in enumerate(seed.apps, len(seed.users)):
            self._put_user(app.user_id, None, app.id, place, bot_body(app, seed.team.id))
            self._put_token(app.bot_token, app.id, "bot", app.scopes)
            if app.app_token:
                self._put_token(app.app_token, app.id, "app", ("connections:write",))
        for channel in seed.channels:
            self._sow_channel(channel, seed, now)

    def _sow_channel(self, channel: Channel, seed: Seed, now: int) -> None:
        emails = [user.email for user in seed.users] if channel.members is None else channel.members
        kind = "group" if channel.private else "channel"
        body = {"topic": channel.topic, "purpose": channel.purpose, "creator": seed.users[0].id}
        self._db.run(
            "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, body = excluded.body",
            (channel.id, kind, channel.name, now, dumps(body)),
        )
        for email in emails:
            self.join(channel.id, stable_id("U", email.lower()))
        for handle in channel.apps:
            self.join(channel.id, seed.app(handle).user_id)

    def _put_user(self, user: str, email: str | None, app: str | None, place: int, body: Json) -> None:
        self._db.run(
            "INSERT INTO users VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET email = excluded.email,"
            " app = excluded.app, place = excluded.place, body = excluded.body",
            (user, email, app, place, dumps(body)),
        )

    def _put_token(self, token: str, app: str, kind: str, scopes: Sequence[str]) -> None:
        self._db.run("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?)", (token, app, kind, ",".join(scopes)))

    def token(self, token: str) -> Token | None:
        """What a token stands for, if anything."""
        row = self._db.row("SELECT app, kind, scopes FROM tokens WHERE token = ?", (token,))
        return Token(row["app"], row["kind"], tuple(row["scopes"].split(","))) if row else None

    def user(self, user: str) -> Json | None:
        """A member by id."""
        row = self._db.row("SELECT body FROM users WHERE id = ?", (user,))
        return loads(row["body"]) if row else None

    def user_by_email(self, email: str) -> Json | None:
        """A member by e-mail address, in any case."""
        row = self._db.row("SELECT body FROM users WHERE email = ?", (email.strip().lower(),))
        return loads(row["body"]) if row else None

    def users(self) -> list[Json]:
        """All members, people first, in the seed's order."""
        return [loads(row["body"]) for row in self._db.rows("SELECT body FROM users ORDER BY place, id")]

    def conversation(self, reference: str) -> Json | None:
        """A conversation by id or by name, with or without its #."""
        row = self._db.row(
            "SELECT id, kind, name, created, body FROM conversations WHERE id = ?1 OR name = ?2",
            (reference, reference.removeprefix("#")),
        )
        return {**loads(row["body"]), **{k: row[k] for k in ("id", "kind", "name", "created")}} if row else None

    def conversations(self) -> list[Json]:
        """All conversations, channels by name before direct messages."""
        rows = self._db.rows("SELECT id FROM conversations ORDER BY kind = 'im', name, id")
        found = (self.conversation(row["id"]) for row in rows)
        return [conversation for conversation in found if conversation]

    def direct(self, one: str, other: str, now: int) -> Json:
        """The direct conversation of two members, made if it is new."""
        first, second = sorted((one, other))
        conversation = stable_id("D", first, second)
        self._db.run(
            "INSERT OR IGNORE INTO conversations VALUES (?, 'im', NULL, ?, ?)",
            (conversation, now, dumps({"pair": [first, second]})),
        )
        for member in {one, other}:
            self.join(conversation, member)
        found = self.conversation(conversation)
        assert found is not None
        return found

    def join(self, conversation: str, user: str) -> bool:
        """Put a member into a conversation; whether that is new."""
        return (
            self._db.run("INSERT OR IGNORE INTO members (conversation, user) VALUES (?, ?)", (conversation, user)) > 0
        )

    def members(self, conversation: str) -> list[str]:
        """The ids of who is in a conversation."""
        rows = self._db.rows(
            "SELECT m.user FROM members m JOIN users u ON u.id = m.user WHERE m.conversation = ? ORDER BY u.place",
            (conversation,),
        )
        return [row["user"] for row in rows]

    def is_member(self, conversation: str, user: str) -> bool:
        """Whether a member is in a conversation."""
        found = self._db.row("SELECT 1 FROM members WHERE conversation = ? AND user = ?", (conversation, user))
        return found is not None

    def read_to(self, conversation: str, user: str) -> str:
        """The timestamp up to which a member has read."""
        row = self._db.row("SELECT read_to FROM members WHERE conversation = ? AND user = ?", (conversation, user))
        return str(row["read_to"]) if row else "0"

    def mark_read(self, conversation: str, user: str, ts: str) -> None:
        """Remember how far a member has read."""
        self._db.run(
            "UPDATE members SET read_to = max(read_to, ?) WHERE conversation = ? AND user = ?",
            (ts, conversation, user),
        )
