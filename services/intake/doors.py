"""Which sources there are, and which of them are open by the settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.access.directory import Directory
from services.errors import ConfigurationError
from services.intake.mapping.translate import PUSHED
from services.intake.settings import SourceSettings
from services.intake.source import Errand, PolledFeed, Source, Webhook
from services.intake.sources.entra.declaration import DECLARATION as ENTRA
from services.intake.sources.finance.declaration import DECLARATION as FINANCE
from services.intake.sources.fleet.declaration import DECLARATION as FLEET
from services.intake.sources.intune.declaration import DECLARATION as INTUNE
from services.intake.sources.jamf.declaration import DECLARATION as JAMF
from services.intake.sources.jira.declaration import DECLARATION as JIRA
from services.intake.sources.mapped.declaration import MappedSettings, mapped_sources
from services.intake.sources.servicenow.declaration import DECLARATION as SERVICENOW
from services.intake.sources.snipeit.declaration import DECLARATION as SNIPEIT
from services.intake.sources.workspace_one.declaration import DECLARATION as WORKSPACE_ONE
from services.intake.streaming.stream import Stream
from services.intake.translation import RecordKind
from services.settings import read

SOURCES: tuple[Source[Any], ...] = (
    INTUNE,
    ENTRA,
    JAMF,
    WORKSPACE_ONE,
    FLEET,
    SERVICENOW,
    JIRA,
    SNIPEIT,
    FINANCE,
)
"""Every source that is written in code. A new one is added here, and nowhere else."""


def _mapped() -> list[Source[Any]]:
    """Those that a file lists, as it stands now."""
    return mapped_sources(read(MappedSettings), [source.name for source in SOURCES])


class _RecordKinds(Mapping[str, RecordKind]):
    """Kinds by name. One whose translation depends on settings follows the environment as it is when it is asked for:
    a letter is translated again by what was mended, be it the code or a setting.
    """

    def __init__(self, sources: Sequence[Source[Any]]) -> None:
        self._sources = {kind.name: source for source in sources for kind in source.kinds}
        self._kinds = {kind.name: kind for source in sources for kind in source.kinds}

    def __getitem__(self, name: str) -> RecordKind:
        source = self._sources.get(name)
        if source is None:
            mapped = {kind.name: kind for source in _mapped() for kind in source.kinds}
            return mapped[name]
        if source.kinds_with is None:
            return self._kinds[name]
        return next(kind for kind in source.kinds_with(read(source.settings)) if kind.name == name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


RECORD_KINDS: Mapping[str, RecordKind] = _RecordKinds(SOURCES)
"""Every kind of record by the name its dead letters are filed under."""

_SOURCE_NAMES = {kind.name: source.name for source in SOURCES for kind in source.kinds}


@dataclasses.dataclass(frozen=True)
class OpenSource:
    """A source with what its settings open; neither, where it has none."""

    source: Source[Any]
    webhooks: Sequence[Webhook] = ()
    feeds: Sequence[PolledFeed] = ()
    errands: Sequence[Errand] = ()
    streams: Sequence[Stream] = ()

    @property
    def is_on(self) -> bool:
        """True if anything can come from it."""
        return bool(self.webhooks or self.feeds or self.streams)


def open_sources(
    sources: Sequence[Source[Any]] | None = None, settings_of: Callable[[type[SourceSettings]], SourceSettings] = read
) -> list[OpenSource]:
    """Every source as the environment has it, those that a file lists among them: a webhook is open once its sender
    has a way to prove itself.

    Raises ConfigurationError naming what is set by half.
    """
    opened = []
    for source in (*SOURCES, *_mapped()) if sources is None else sources:
        settings = settings_of(source.settings)
        webhooks = [webhook for webhook in source.webhooks(settings) if webhook.proofs]
        opened.append(
            OpenSource(
                source,
                webhooks,
                tuple(source.feeds(settings)),
                tuple(source.errands(settings)),
                tuple(source.streams(settings)),
            )
        )
    return opened


def silent_after(sources: Sequence[OpenSource], hours: Mapping[str, float | None]) -> dict[str, timedelta | None]:
    """How long each source that is on may be silent: as it declares, unless `hours` say otherwise.

    Raises ConfigurationError for hours of a source that there is none of.
    """
    if unknown := hours.keys() - {each.source.name for each in sources}:
        names = ", ".join(sorted(each.source.name for each in sources))
        raise ConfigurationError(
            f"INTAKE_SILENT_AFTER_HOURS: no source {', '.join(sorted(unknown))}; there are {names}"
        )
    given = {name: None if number is None else timedelta(hours=number) for name, number in hours.items()}
    return {each.source.name: given.get(each.source.name, each.source.silent_after) for each in sources if each.is_on}


def source_of(letter: str) -> str:
    """The source whose record a dead letter is, by what it is filed under.

    By names alone: this is asked all the time, and of a mapping that is just being mended too.
    """
    if (known := _SOURCE_NAMES.get(letter)) is not None:
        return known
    return letter.removeprefix(PUSHED) if letter.startswith(PUSHED) else letter.partition("/")[0]


def units_of(directory: Directory) -> dict[str, str]:
    """A unit's name or code in lower case → its code: other systems write either."""
    return {code.lower(): code for code in directory.units} | directory.codes_by_name
