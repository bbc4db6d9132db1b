"""Which values of a scenario file are neither published nor marked as assumed. There must be none.

The published paper says little about the fleet, and a scenario says much. The mark is what keeps the two
apart, so it is checked on the raw file, before any struct could supply a default.
"""

from __future__ import annotations

PUBLISHED = "published"


def unmarked(raw: object, path: str = "") -> list[str]:
    """Dotted paths of the leaves that stand neither under `published` nor in a block with `assumed: true`."""
    if isinstance(raw, dict):
        if raw.get("assumed") is True:
            return []
        return [
            bare
            for key, value in raw.items()
            if path or key != PUBLISHED
            for bare in unmarked(value, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(raw, list):
        return [bare for index, value in enumerate(raw) for bare in unmarked(value, f"{path}[{index}]")]
    return [path]


def published_leaves(raw: dict[str, object]) -> dict[str, object]:
    """Every value under `published`, by dotted path: what may be shown as a fact."""

    def walk(value: object, path: str) -> dict[str, object]:
        if isinstance(value, dict):
            return {leaf: v for key, inner in value.items() for leaf, v in walk(inner, f"{path}.{key}").items()}
        return {path: value}

    return walk(raw[PUBLISHED], PUBLISHED)
