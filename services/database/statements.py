"""Named SQL: a service's statements stand in one `.sql` file beside its code, each under a line `-- name: …`.

Kept to twenty lines on purpose: a library here would hide asyncpg's typed calls behind generated functions.
"""

from __future__ import annotations

import re
from pathlib import Path

_HEADING = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


def load_statements(beside: str, file_name: str) -> dict[str, str]:
    """Read `file_name` next to the module `beside` (pass `__file__`); returns name → SQL text.

    Raises ValueError if a name stands twice.
    """
    _, *parts = _HEADING.split((Path(beside).parent / file_name).read_text())
    names, texts = parts[::2], parts[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{file_name}: a statement's name stands twice")
    return {name: text.strip() for name, text in zip(names, texts, strict=True)}
