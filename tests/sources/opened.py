"""Sources as they open with settings a test gives, whatever the environment holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.intake.doors import OpenSource, open_sources
from services.intake.source import Webhook


def opened(given: Mapping[str, Any]) -> list[OpenSource]:
    """Every source with these settings."""
    return open_sources(settings_of=lambda kind: kind.model_validate(dict(given)))


def open_webhooks(given: Mapping[str, Any]) -> list[Webhook]:
    """The webhooks that these settings open."""
    return [webhook for source in opened(given) for webhook in source.webhooks]
