"""The local workspace's beginning: the directory's people, the channels alerts go to, and Quartermaster installed from
the same manifest that a real Slack would be given.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from deploy.local.secrets import LocalSecrets
from deploy.local.workspace.seed import App, Channel, Command, Person, Seed, Shortcut, Team
from schemas.vocabulary import Role
from services.access.directory import Directory
from services.access.viewer import SEES_ALL_UNITS, SEES_PRICES

MANIFEST = Path(__file__).parents[1] / "slack" / "manifest.yaml"
APP = "quartermaster"
COLOURS = ("#3d6b8e", "#8a5a44", "#5b7d4e", "#7a5c8e", "#a0683c", "#3f7f7a", "#8e4a5e", "#5d6470")

CHANNELS = (
    Channel(name="general", topic="Everybody"),
    Channel(name="budget", topic="Budget alerts, for finance and directors", apps=(APP,)),
    Channel(
        name="commercial", topic="Contracts and orders, for those who may see prices: OFFICIAL-SENSITIVE", apps=(APP,)
    ),
    Channel(name="fleet", topic="Ageing and failing devices of all units, for planners and directors", apps=(APP,)),
    Channel(name="operations", topic="How Quartermaster itself is doing, for planners and directors", apps=(APP,)),
    Channel(name="device-security", topic="Lost and stolen devices, for planners and directors", apps=(APP,)),
    Channel(name="it-help", topic="Ask about your devices", apps=(APP,)),
)

READERS: Mapping[str, frozenset[Role]] = {
    "budget": SEES_ALL_UNITS,
    "commercial": SEES_PRICES,
    "fleet": SEES_ALL_UNITS,
    "operations": SEES_ALL_UNITS,
    "device-security": frozenset({Role.PLANNER, Role.DIRECTOR}),
}
"""Alerts name sums and other people's units, and losses people, so only who may see those is in their channels."""


def workspace_seed(directory: Directory, keys: LocalSecrets, organisation: str) -> Seed:
    """Who and what the workspace starts with."""
    people = sorted(directory.people.values(), key=lambda person: person.name)
    return Seed(
        team=Team(name=organisation, domain=organisation.lower().replace(" ", "-")),
        users=tuple(
            Person(
                name=person.name,
                email=person.email,
                title=f"{person.title or ', '.join(sorted(person.roles))} · {directory.units[person.unit].name}",
                colour=COLOURS[place % len(COLOURS)],
            )
            for place, person in enumerate(people)
        ),
        channels=tuple(_channel(channel, directory) for channel in CHANNELS),
        apps=(_app(keys),),
    )


def _channel(channel: Channel, directory: Directory) -> Channel:
    roles = READERS.get(channel.name)
    if roles is None:
        return channel
    members = tuple(person.email for person in directory.people.values() if person.all_roles & roles)
    return msgspec.structs.replace(channel, members=members)


def _app(keys: LocalSecrets) -> App:
    manifest: dict[str, Any] = msgspec.yaml.decode(MANIFEST.read_bytes())
    features, settings = manifest["features"], manifest["settings"]
    return App(
        name=features["bot_user"]["display_name"],
        handle=APP,
        bot_token=keys.slack_bot_token,
        app_token=keys.slack_app_token,
        signing_secret=keys.slack_signing_secret,
        description=manifest["display_information"].get("description", ""),
        scopes=tuple(manifest["oauth_config"]["scopes"]["bot"]),
        commands=tuple(
            Command(
                command=each["command"],
                description=each.get("description", ""),
                usage_hint=each.get("usage_hint", ""),
            )
            for each in features.get("slash_commands", ())
        ),
        events=tuple(settings["event_subscriptions"]["bot_events"]),
        shortcuts=tuple(
            Shortcut(name=each["name"], callback_id=each["callback_id"], type=each["type"])
            for each in features.get("shortcuts", ())
        ),
    )
