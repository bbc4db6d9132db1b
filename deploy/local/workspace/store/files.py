"""Files: announced, uploaded, completed; and the conversations each was shared in."""

from __future__ import annotations

import dataclasses

from deploy.local.workspace.store.connection import Connection, Json, dumps, loads


@dataclasses.dataclass(frozen=True, slots=True)
class StoredFile:
    """A file without its bytes; `length` is in bytes."""

    id: str
    owner: str
    state: str
    length: int
    body: Json


class Files:
    """Reads and writes of files."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def announce(self, file: str, owner: str, length: int, body: Json) -> None:
        """Remember a file that is going to be uploaded."""
        self._db.run("INSERT INTO files VALUES (?, ?, 'announced', ?, ?, NULL)", (file, owner, length, dumps(body)))

    def receive(self, file: str, content: bytes) -> None:
        """Keep the bytes."""
        self._db.run("UPDATE files SET content = ?, state = 'uploaded' WHERE id = ?", (content, file))

    def complete(self, file: str, body: Json) -> None:
        """The upload is finished and the file may be shown."""
        self._db.run("UPDATE files SET state = 'complete', body = ? WHERE id = ?", (dumps(body), file))

    def delete(self, file: str) -> None:
        """Forget a file: messages name it still, and nobody can fetch it."""
        self._db.run("DELETE FROM file_shares WHERE file = ?", (file,))
        self._db.run("DELETE FROM files WHERE id = ?", (file,))

    def get(self, file: str) -> StoredFile | None:
        """A file by id."""
        row = self._db.row("SELECT id, owner, state, length, body FROM files WHERE id = ?", (file,))
        return StoredFile(row["id"], row["owner"], row["state"], row["length"], loads(row["body"])) if row else None

    def content(self, file: str) -> bytes:
        """A file's bytes, empty before they came."""
        row = self._db.row("SELECT content FROM files WHERE id = ?", (file,))
        return bytes(row["content"]) if row and row["content"] else b""

    def share(self, file: str, conversation: str) -> None:
        """Let the members of a conversation see a file."""
        self._db.run("INSERT OR IGNORE INTO file_shares VALUES (?, ?)", (file, conversation))

    def hand_to(self, file: str, member: str) -> None:
        """Let one member see a file that was shared in no conversation: an app, whose modal it was put into."""
        self._db.run("INSERT OR IGNORE INTO file_shares VALUES (?, ?)", (file, member))

    def visible_to(self, file: str, user: str) -> bool:
        """Whether a member owns a file, was handed it, or is in a conversation it was shared in."""
        found = self._db.row(
            "SELECT 1 FROM files f WHERE f.id = ?1 AND (f.owner = ?2 OR EXISTS (SELECT 1 FROM file_shares s"
            " LEFT JOIN members m ON m.conversation = s.conversation AND m.user = ?2"
            " WHERE s.file = ?1 AND (s.conversation = ?2 OR m.user IS NOT NULL)))",
            (file, user),
        )
        return found is not None
