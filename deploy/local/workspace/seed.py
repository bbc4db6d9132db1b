"""Who and what a workspace starts with: team, people, channels and the apps installed in it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

import msgspec


def stable_id(prefix: str, *parts: str) -> str:
    """An id in Slack's shape that is the same for the same name in every run."""
    digest = hashlib.sha256("/".join(parts).encode()).digest()
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    number = int.from_bytes(digest[:8], "big")
    letters = ""
    for _ in range(9):
        number, rest = divmod(number, 36)
        letters += alphabet[rest]
    return f"{prefix}0{letters}"


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A seed part: a misspelt key is refused at start, not ignored."""


class Team(Strict, frozen=True, kw_only=True):
    name: str
    domain: str

    @property
    def id(self) -> str:
        return stable_id("T", self.domain)


class Person(Strict, frozen=True, kw_only=True):
    """A member; `colour` is a CSS colour for the avatar."""

    name: str
    email: str
    title: str = ""
    colour: str = "#5b6b8c"
    timezone: str = "Europe/London"

    @property
    def id(self) -> str:
        return stable_id("U", self.email.lower())

    @property
    def handle(self) -> str:
        return self.email.split("@", 1)[0]


class Channel(Strict, frozen=True, kw_only=True):
    """A channel; without `members` everybody is in it. `apps` lists the handles of apps already invited."""

    name: str
    private: bool = False
    topic: str = ""
    purpose: str = ""
    members: tuple[str, ...] | None = None
    apps: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return stable_id("C", self.name)


class Command(Strict, frozen=True, kw_only=True):
    """A slash command as the app's manifest declares it."""

    command: str
    description: str = ""
    usage_hint: str = ""


class Shortcut(Strict, frozen=True, kw_only=True):
    """A message shortcut (a message's menu) or a global one (the composer's menu)."""

    name: str
    callback_id: str
    type: Literal["message", "global"] = "global"

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= 24:
            raise ValueError(f"shortcut {self.name!r}: a manifest takes a name of up to 24 characters")
        if not 0 < len(self.callback_id) <= 255:
            raise ValueError(f"shortcut {self.name!r}: a manifest takes a callback_id of up to 255 characters")


class App(Strict, frozen=True, kw_only=True):
    """An installed app: what its manifest declares, and the secrets that stand for its installation."""

    name: str
    handle: str
    bot_token: str
    signing_secret: str
    app_token: str = ""
    mode: Literal["socket", "http"] = "socket"
    request_url: str = ""
    description: str = ""
    colour: str = "#3f6f5f"
    scopes: tuple[str, ...] = ("chat:write", "commands")
    commands: tuple[Command, ...] = ()
    events: tuple[str, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    home: bool = True

    def __post_init__(self) -> None:
        if not self.bot_token.startswith("xoxb-"):
            raise ValueError(f"{self.name}: bot_token must start with xoxb-")
        if self.mode == "socket" and not self.app_token.startswith("xapp-"):
            raise ValueError(f"{self.name}: app_token must start with xapp- for Socket Mode")
        if (self.commands or self.shortcuts) and "commands" not in self.scopes:
            raise ValueError(f"{self.name}: slash commands and shortcuts need the scope commands")
        if len(self.shortcuts) > 10:
            raise ValueError(f"{self.name}: a manifest takes up to 10 shortcuts")
        if self.mode == "http" and not self.request_url:
            raise ValueError(f"{self.name}: request_url is needed for HTTP mode")

    @property
    def id(self) -> str:
        return stable_id("A", self.handle)

    @property
    def bot_id(self) -> str:
        return stable_id("B", self.handle)

    @property
    def user_id(self) -> str:
        return stable_id("U", "bot", self.handle)


class Seed(Strict, frozen=True, kw_only=True):
    """The whole start of a workspace."""

    team: Team
    users: tuple[Person, ...]
    channels: tuple[Channel, ...] = (Channel(name="general"),)
    apps: tuple[App, ...] = ()

    def app(self, handle: str) -> App:
        """The app with a handle. Raises KeyError when there is none."""
        for app in self.apps:
            if app.handle == handle:
                return app
        raise KeyError(handle)


def load_seed(path: Path) -> Seed:
    """Read a YAML seed file. Raises msgspec.ValidationError naming the key that is wrong."""
    return msgspec.yaml.decode(path.read_bytes(), type=Seed)
