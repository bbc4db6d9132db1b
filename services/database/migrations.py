"""Bringing a database to the present shape with yoyo: numbered SQL files, each in its service's folder.

Files are named `<service>-<number>-<what>.sql` and import none of our Python. Those in `migrations/` only add, and
are applied before new code starts; those that take away stand in `migrations/after/`, and are applied once no old code
runs.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from yoyo import get_backend, read_migrations

SERVICES = Path(__file__).parents[1]


def migration_folders(*, after_deploy: bool = False) -> list[Path]:
    """Every folder with migrations, the event log's own first."""
    pattern = "*/migrations/after" if after_deploy else "*/migrations"
    folders = sorted(SERVICES.glob(pattern)) + sorted((SERVICES.parent / "bot").glob(pattern.removeprefix("*/")))
    return sorted(folders, key=lambda folder: folder.parts[len(SERVICES.parts)] != "database")


def apply(database_url: str, *, after_deploy: bool = False) -> list[str]:
    """Apply what is missing, under a lock so that several processes may try at once; returns the applied ids.

    `after_deploy` takes away too, in the order of what each depends on.
    """
    parts = urlsplit(str(database_url))
    backend = get_backend(parts._replace(scheme="postgresql+psycopg").geturl())
    try:
        folders = [*migration_folders(), *(migration_folders(after_deploy=True) if after_deploy else [])]
        migrations = read_migrations(*map(str, folders))
        with backend.lock():
            missing = backend.to_apply(migrations)
            backend.apply_migrations(missing)
            return [migration.id for migration in missing]
    finally:
        backend.connection.close()
