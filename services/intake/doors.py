"""Which sources there are, and which of them are open by the settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from services.access.directory import Directory
from services.intake.settings import SourceSettings
from services.intake.source import Errand, PolledFeed, Source, Webhook
from services.intake.sources.entra.declaration import DECLARATION as ENTRA
from services.intake.sources.finance.declaration import DECLARATION as FINANCE
from services.intake.sources.intune.declaration import DECLARATION as INTUNE
from services.intake.sources.jamf.declaration import DECLARATION as JAMF
from services.intake.sources.servicenow.declaration import DECLARATION as SERVICENOW
from services.intake.sources.workspace_one.declaration import DECLARATION as WORKSPACE_ONE
from services.intake.translation import RecordKind
from services.settings import read

SOURCES: tuple[Source[Any], ...] = (
    INTUNE,
    ENTRA,
    JAMF,
    WORKSPACE_ONE,
    SERVICENOW,
    FINANCE,
)
"""Every source there is. A new one is added here, and nowhere else."""

RECORD_KINDS: dict[str, RecordKind] = {kind.name: kind for source in SOURCES for kind in source.kinds}
"""Every kind of record by the name its dead letters are filed under."""


@dataclasses.dataclass(frozen=True)
class OpenSource:
    """A source with what its settings open; neither, where it has none."""

    source: Source[Any]
    webhooks: Sequence[Webhook] = ()
    feeds: Sequence[PolledFeed] = ()
    errands: Sequence[Errand] = ()

    @property
    def is_on(self) -> bool:
        """True if anything can come from it."""
        return bool(self.webhooks or self.feeds)


def open_sources(
    sources: Sequence[Source[Any]] = SOURCES, settings_of: Callable[[type[SourceSettings]], SourceSettings] = read
) -> list[OpenSource]:
    """Every source as the environment has it: a webhook is open once its sender has a way to prove itself.

    Raises ConfigurationError naming what is set by half.
    """
    opened = []
    for source in sources:
        settings = settings_of(source.settings)
        webhooks = [webhook for webhook in source.webhooks(settings) if webhook.proofs]
        opened.append(OpenSource(source, webhooks, tuple(source.feeds(settings)), tuple(source.errands(settings))))
    return opened


def units_of(directory: Directory) -> dict[str, str]:
    """A unit's name or code in lower case → its code: other systems write either."""
    return {code.lower(): code for code in directory.units} | directory.codes_by_name
