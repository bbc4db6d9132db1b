"""A toy app that lends things out: it shows everything the page can draw, and nothing of any product."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from deploy.local.workspace.seed import App, Channel, Command, Person, Seed, Shortcut, Team

AMARA = "amara.osei@metropolitan.example"
PRIYA = "priya.nair@metropolitan.example"
Json = dict[str, Any]


def toy_seed() -> Seed:
    """Five people, four channels, one app."""
    people = (
        ("Amara Osei", "Response officer", "#a65f3c"),
        ("Priya Nair", "Unit manager", "#2f6f8f"),
        ("Tom Whitfield", "Response officer", "#6d5a9c"),
        ("Helen Marsh", "Device planner", "#4f7a3f"),
        ("Idris Bello", "Finance partner", "#9c4a63"),
    )
    users = tuple(
        Person(
            name=name,
            title=title,
            colour=colour,
            email=f"{name.lower().replace(' ', '.')}@metropolitan.example",
        )
        for name, title, colour in people
    )
    app = App(
        name="Lending desk",
        handle="lending",
        bot_token="xoxb-lending",
        app_token="xapp-lending",
        signing_secret="lending-secret",
        description="Borrow and return things",
        colour="#1c6b59",
        scopes=(
            "chat:write",
            "commands",
            "files:read",
            "files:write",
            "im:history",
            "app_mentions:read",
            "reactions:write",
        ),
        events=("app_home_opened", "app_mention", "message.im"),
        commands=(
            Command(command="/lend", description="Ask to borrow something", usage_hint="[thing]"),
            Command(command="/lendings", description="What is out, and with whom"),
        ),
        shortcuts=(Shortcut(name="Turn into a request", callback_id="turn", type="message"),),
    )
    channels = (
        Channel(
            name="general",
            topic="Everybody, about *anything*",
            purpose="For the whole team",
            apps=("lending",),
        ),
        Channel(name="lending", topic="Requests and returns", apps=("lending",)),
        Channel(name="managers", private=True, members=(PRIYA,), apps=("lending",)),
    )
    return Seed(team=Team(name="Metropolitan", domain="metropolitan"), users=users, channels=channels, apps=(app,))


def plain(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def marked(words: str) -> Json:
    return {"type": "mrkdwn", "text": words}


def option(words: str, value: str, note: str = "") -> Json:
    return {"text": plain(words), "value": value} | ({"description": plain(note)} if note else {})


THINGS = [option("Laptop", "laptop"), option("Projector", "projector"), option("Radio", "radio")]


def field(block: str, label: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": block, "label": plain(label), "element": element, **more}


def ask_modal() -> Json:
    """The form a request is made with."""
    how = [
        option("Collect it", "collect", "From the desk, 8:00 to 17:30"),
        option("Send it", "send", "Two working days"),
    ]
    needs = [
        option("Large print", "print"),
        option("Screen reader", "reader"),
        option("Lighter model", "light"),
    ]
    return {
        "type": "modal",
        "callback_id": "ask",
        "title": plain("Borrow something"),
        "submit": plain("Send request"),
        "close": plain("Cancel"),
        "blocks": [
            {"type": "section", "text": marked("Tell us what you need and we will *set it aside*.")},
            field("thing", "What", {"type": "static_select", "action_id": "thing", "options": THINGS}),
            field(
                "why",
                "Why",
                {"type": "plain_text_input", "action_id": "why", "multiline": True, "min_length": 10},
                hint=plain("A sentence is enough"),
            ),
            field("day", "Needed by", {"type": "datepicker", "action_id": "day"}, optional=True),
            field("how", "How would you like it?", {"type": "radio_buttons", "action_id": "how", "options": how}),
            field(
                "needs",
                "Needs",
                {"type": "checkboxes", "action_id": "needs", "options": needs},
                optional=True,
            ),
            field("weeks", "Weeks", {"type": "number_input", "action_id": "weeks", "is_decimal_allowed": False}),
            field("who", "Manager", {"type": "users_select", "action_id": "who"}, optional=True),
            field("photo", "Photo", {"type": "file_input", "action_id": "photo", "max_files": 1}, optional=True),
            field(
                "loud",
                "Damage",
                {"type": "checkboxes", "action_id": "loud", "options": [option("It is damaged", "damaged")]},
                optional=True,
                dispatch_action=True,
            ),
        ],
    }


def request_blocks(user: str, thing: str, why: str, state: str = "") -> list[Json]:
    """A request as the channel sees it, with buttons while it is open."""
    fields = [
        marked(f"*Asked by*\n<@{user}>"),
        marked(f"*Thing*\n{thing}"),
        marked(f"*Why*\n{why}"),
        marked("*Cost*\n£0.00"),
    ]
    blocks: list[Json] = [
        {"type": "header", "text": plain("Request R-101")},
        {"type": "section", "fields": fields},
    ]
    if state:
        return [*blocks, {"type": "context", "elements": [marked(state)]}]
    confirm = {
        "title": plain("Refuse this request?"),
        "text": marked(f"<@{user}> will be told at once."),
        "confirm": plain("Refuse"),
        "deny": plain("Not now"),
        "style": "danger",
    }
    value = f"{user}|{thing}|{why}"
    approve = {
        "type": "button",
        "action_id": "approve",
        "text": plain("Approve"),
        "style": "primary",
        "value": value,
    }
    refuse = {
        "type": "button",
        "action_id": "refuse",
        "text": plain("Refuse"),
        "style": "danger",
        "value": value,
    }
    later = {
        "type": "overflow",
        "action_id": "later",
        "options": [option("Snooze a day", "1"), option("Assign", "2")],
    }
    return [*blocks, {"type": "actions", "elements": [approve, {**refuse, "confirm": confirm}, later]}]


def home_view() -> Json:
    """A home tab with a bit of everything."""
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Good morning")},
            {"type": "section", "text": marked("You have *2 things* on loan.")},
            {
                "type": "section",
                "text": marked("*Projector P-17*\nDue back tomorrow"),
                "accessory": {
                    "type": "button",
                    "action_id": "return",
                    "text": plain("Return"),
                    "value": "P-17",
                },
            },
        ],
    }


def toy_bolt(api_url: str) -> AsyncApp:
    """The toy app, ready to be connected."""
    client = AsyncWebClient(token="xoxb-lending", base_url=api_url)
    app = AsyncApp(client=client, signing_secret="lending-secret")

    @app.command("/lend")
    async def lend(ack: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=ask_modal())

    @app.command("/lendings")
    async def lendings(ack: Any) -> None:
        await ack(text="Nothing is out. &lt;script&gt;alert(1)&lt;/script&gt;")

    @app.action("loud")
    async def loud(ack: Any, body: Json) -> None:
        await ack()
        view = ask_modal()
        view["blocks"].append({"type": "section", "text": marked("Please show us the damage.")})
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)

    @app.shortcut("turn")
    async def turn(ack: Any, body: Json) -> None:
        await ack()
        view = ask_modal()
        why = next(block for block in view["blocks"] if block.get("block_id") == "why")
        why["element"]["initial_value"] = body["message"]["text"]
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("ask")
    async def asked(ack: Any, body: Json, view: Json) -> None:
        values = view["state"]["values"]
        why = values["why"]["why"]["value"]
        if "please" not in why.lower():
            await ack(response_action="errors", errors={"why": "Say please."})
            return
        await ack()
        thing = values["thing"]["thing"]["selected_option"]["text"]["text"]
        blocks = request_blocks(body["user"]["id"], thing, why)
        files = values["photo"]["photo"]["files"]
        if files:
            names = ", ".join(file["name"] for file in files)
            blocks.append({"type": "context", "elements": [marked(f"With {names}")]})
        await client.chat_postMessage(channel="#lending", text=f"A request for a {thing}", blocks=blocks)

    @app.action("approve")
    async def approve(ack: Any, body: Json) -> None:
        await ack()
        user, thing, why = body["actions"][0]["value"].split("|")
        state = f":white_check_mark: Approved by <@{body['user']['id']}>"
        blocks = request_blocks(user, thing, why, state)
        place = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        await client.chat_update(**place, text="Approved", blocks=blocks)
        await client.chat_postMessage(channel=user, text=f"Your {thing.lower()} is *set aside*. :tada:")

    @app.event("app_home_opened")
    async def opened(event: Json) -> None:
        await client.views_publish(user_id=event["user"], view=home_view())

    @app.action("return")
    async def returned(ack: Any, body: Json) -> None:
        await ack()
        view = {"type": "home", "blocks": [{"type": "header", "text": plain("Nothing on loan")}]}
        await client.views_publish(user_id=body["user"]["id"], view=view)

    @app.event("app_mention")
    async def mentioned(event: Json, say: Any) -> None:
        await say(text="Try `/lend`.", thread_ts=event["ts"])

    @app.event("message")
    async def told(event: Json, say: Any) -> None:
        await say(text=f"You said: {event['text']}")

    return app
