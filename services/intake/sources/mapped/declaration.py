"""Sources without code: each system that a file lists becomes a source like the others, by its mapping."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr, create_model

from services.errors import BadInput, ConfigurationError
from services.intake.mapping.reading import read_mapping
from services.intake.mapping.shipped import shipped_text
from services.intake.mapping.translate import push_kind
from services.intake.settings import SourceSettings, secrets_in
from services.intake.source import Described, Source, Webhook
from services.intake.sources.mapped.listing import Listed, read_listing
from services.intake.translation import RecordKind

PATH = "/sources/mapped/"
CONTENT_TYPES = frozenset({"application/json", "text/json"})


class MappedSettings(SourceSettings):
    """Where the file is that lists them; without it there are none."""

    mapped_sources: Path | None = None


def mapped_sources(settings: MappedSettings, taken: Sequence[str]) -> list[Source[Any]]:
    """A source for each system listed. `taken` are names that others have.

    Raises ConfigurationError for a listing or a mapping that is wrong.
    """
    path = settings.mapped_sources
    if path is None:
        return []
    listed = read_listing(path)
    if clash := {each.name for each in listed} & set(taken):
        raise ConfigurationError(f"MAPPED_SOURCES: {', '.join(sorted(clash))} is the name of another source")
    return [_source(each, path.parent) for each in listed]


def _source(listed: Listed, folder: Path) -> Source[Any]:
    kind = _kind(listed, folder)
    variable = listed.secrets.lower()
    fields: Any = {variable: (SecretStr | None, None)}
    settings: type[SourceSettings] = create_model(f"{listed.name} settings", __base__=SourceSettings, **fields)
    settings.SECRETS = (variable,)

    def webhooks(given: SourceSettings) -> Sequence[Webhook]:
        secrets = secrets_in(getattr(given, variable))
        return [Webhook(PATH + listed.name, kind, [listed.proof.proof(secrets)] if secrets else [], CONTENT_TYPES)]

    return Source(
        name=listed.name,
        title=listed.title,
        settings=settings,
        kinds=(kind,),
        described=Described("what its mapping names", "as it is listed", "no: JSON pushes", "all else"),
        silent_after=timedelta(hours=listed.silent_after_hours) if listed.silent_after_hours else None,
        webhooks=webhooks,
    )


def _kind(listed: Listed, folder: Path) -> RecordKind:
    text = shipped_text(listed.mapping)
    if text is None:
        try:
            text = (folder / listed.mapping).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"MAPPED_SOURCES: the mapping of {listed.name} cannot be read: {error}") from None
    try:
        return push_kind(read_mapping(text, listed.mapping), listed.name)
    except BadInput as error:
        raise ConfigurationError(f"MAPPED_SOURCES: the mapping of {listed.name}: {error}") from None
