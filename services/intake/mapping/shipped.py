"""The mappings that come with Quartermaster, by name."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "ready"


def shipped_names() -> tuple[str, ...]:
    """What may be asked for."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def shipped_text(name: str) -> str | None:
    """The text of a shipped mapping, or None if there is none of that name."""
    return (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8") if name in shipped_names() else None
