"""The small team the workspace is tested with."""

from __future__ import annotations

from deploy.local.workspace.seed import App, Channel, Command, Person, Seed, Shortcut, Team

SCOPES = (
    *("chat:write", "commands", "users:read", "users:read.email", "im:write", "im:history", "im:read"),
    *("channels:history", "channels:read", "channels:join", "groups:read", "groups:history", "files:write"),
    *("files:read", "reactions:write", "app_mentions:read", "team:read"),
)
EVENTS = ("app_home_opened", "app_mention", "message.im", "message.channels")
AMARA = "amara.osei@metropolitan.example"
PRIYA = "priya.nair@metropolitan.example"
TOM = "tom.whitfield@metropolitan.example"

PEOPLE = (
    Person(name="Amara Osei", email=AMARA, title="Response officer", colour="#8a5a3c"),
    Person(name="Priya Nair", email=PRIYA, title="Unit manager", colour="#3c6e8a"),
    Person(name="Tom Whitfield", email=TOM, title="Response officer", colour="#6b5b95"),
)
CHANNELS = (
    Channel(name="general", topic="Everybody", apps=("toy", "second")),
    Channel(name="random", apps=()),
    Channel(name="managers", private=True, members=(PRIYA,), apps=("toy",)),
    Channel(name="secret", private=True, members=(PRIYA,)),
)


def toy_app(**changes: object) -> App:
    """The app most tests talk to."""
    given: dict[str, object] = {
        "name": "Toy",
        "handle": "toy",
        "bot_token": "xoxb-toy",
        "app_token": "xapp-toy",
        "signing_secret": "toy-secret",
        "scopes": SCOPES,
        "events": EVENTS,
        "commands": (Command(command="/toy", description="Play", usage_hint="ask | fail | slow"),),
        "shortcuts": (
            Shortcut(name="Note this", callback_id="note", type="message"),
            Shortcut(name="Start", callback_id="start", type="global"),
        ),
    }
    return App(**(given | changes))  # type: ignore[arg-type]  # the fields are those of App


def team_seed(**changes: object) -> Seed:
    """A workspace with one full app, and one with few rights; `changes` are of the first app."""
    second = App(
        name="Second",
        handle="second",
        bot_token="xoxb-second",
        app_token="xapp-second",
        signing_secret="second-secret",
        scopes=("chat:write",),
        home=False,
    )
    team = Team(name="Metropolitan", domain="metropolitan")
    return Seed(team=team, users=PEOPLE, channels=CHANNELS, apps=(toy_app(**changes), second))
