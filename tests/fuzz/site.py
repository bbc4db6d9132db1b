"""Every source with settings that open it: placeholders, and what a site would have to say for bodies to be read."""

from __future__ import annotations

from typing import Any

from services.intake.door.openapi import filled
from services.intake.doors import OpenSource, open_sources
from services.intake.translation import RecordKind

SAID: dict[str, Any] = {
    "entra_unit_groups": {"6a1d0c3e-52b7-4f0e-9a41-3c2b1d0e9f88": "central-west"},
    "intune_export": True,
    "jira_serial_field": "customfield_10060",
    "jira_asset_tag_field": "customfield_10061",
    "jira_hardware_issue_types": "[System] Incident, Hardware fault",
}

OPENED: list[OpenSource] = open_sources(settings_of=lambda kind: filled(kind, SAID))


def _kinds(opened: OpenSource) -> list[RecordKind]:
    source = opened.source
    return list(source.kinds_with(filled(source.settings, SAID)) if source.kinds_with is not None else source.kinds)


KINDS: dict[str, RecordKind] = {kind.name: kind for opened in OPENED for kind in _kinds(opened)}
