"""What one can say, and what is said when nobody was understood."""

from __future__ import annotations

from slack_sdk.models.blocks import ButtonElement

from bot import ids
from bot.grammar import USAGE, CustodyAct, Fault, Opens, Override, Reverse, RollOver, Unknown, Virement
from bot.render.message import Message, actions, button, escape, header, listed, message, note, section
from bot.render.prefill import Prefill
from schemas.vocabulary import Role
from services.access.viewer import SEES_ALL_UNITS, SEES_PRICES, SEES_UNITS, Viewer
from services.intake.queries import LOOKS

_WHAT = {
    "counts": "how many devices, as table, chart and CSV",
    "due": "what falls due",
    "queue": "the refresh queue",
    "why": "why a device is where it is in the queue",
    "find": "a device and what happened to it, or what a person holds",
    "budget": "approved, committed, invoiced, left and the forecast outturn, with chart and files",
    "replace": "ask for a replacement",
    "lost": "say that a device is lost: it is locked at once where it can be",
    "stolen": "say that a device was stolen: the same",
    "found": "a lost device turned up: it is shown with the button that says so",
    "losses": "lost and stolen devices that nobody has found or written off",
    "loss": "how a loss stands, and what can be done",
    "request": "how your requests stand, or one of them, with what you can do",
    "cover": "who decides for you while you are away",
    "alerts": "open alerts, or only yours: acknowledge, snooze, assign",
    "conflicts": "serial numbers that two records claim",
    "leavers": "devices still with people who have left or moved",
    "idle": "devices in use that have not checked in for weeks; ask for them back",
    "surplus": "people who hold more than they may; ask for one back",
    "deliveries": "what waits to be allocated, sent, confirmed, handed back",
    "deadletters": "what other systems sent and we could not apply",
    "audit": "who saw and did what of a device or a person, granted and refused",
    "wave": "what to order next: propose, release or send back",
    "waves": "the waves there have been",
    "demand": "what joiners or growth will need: look, say, take back",
    "override": "let a line or a kind go beyond its limit",
    "virement": "move money between lines",
    "rollover": "carry a year's open commitments into the next",
    "reverse": "undo a document of the ledger, by its id or an entry's number",
    "contracts": "contracts, gates, delegations, and orders that lack what they need",
    "acts": "what was overridden, moved, rolled over and reversed",
    "custody": "devices that came back: where they are, what proves them empty, what is next",
    "disposals": "what was resold, given away, recycled and destroyed",
    "help": "this list",
}
_OWN_WORDS = (
    "The same works in a direct message to me, or after mentioning me in a channel. Your own words do, too: “my phone "
    "is dead”, “lost my laptop on the train”, “where is my laptop?”, “cancel my request”."
)
_FOR_ALL = ("replace", "request", "lost", "stolen", "found", "loss", "find", "alerts", "help")
_DIRECTS = frozenset({Role.DIRECTOR})
_DECIDES = frozenset({Role.MANAGER, Role.DIRECTOR})
_KEEPS_BOOKS = frozenset({Role.FINANCE, Role.DIRECTOR})
_FOR_SOME = {
    "audit": frozenset({Role.DIRECTOR, Role.AUDITOR}),
    "conflicts": frozenset({Role.PLANNER, Role.DIRECTOR, Role.AUDITOR}),
    "deadletters": LOOKS,
    "deliveries": frozenset({Role.PLANNER, Role.DIRECTOR, Role.AUDITOR}),
    "losses": frozenset({Role.MANAGER, Role.PLANNER, Role.DIRECTOR, Role.AUDITOR}),
    "wave": SEES_ALL_UNITS,
    "waves": SEES_ALL_UNITS,
    "demand": frozenset({Role.PLANNER, Role.DIRECTOR}),
    "cover": _DECIDES,
    "override": _DIRECTS,
    "virement": _DIRECTS,
    "rollover": _KEEPS_BOOKS,
    "reverse": _KEEPS_BOOKS,
    "contracts": SEES_PRICES,
    "acts": SEES_PRICES,
    "disposals": SEES_ALL_UNITS,
}
_NEED_NO_MORE = (
    *(
        "counts",
        "due",
        "queue",
        "budget",
        "request",
        "alerts",
        "conflicts",
        "leavers",
        "idle",
        "surplus",
        "deliveries",
        "deadletters",
        "losses",
    ),
    *("wave", "waves", "demand", "contracts", "acts", "cover", "custody", "disposals"),
)


def render_help(viewer: Viewer) -> Message:
    """The commands this person may use."""
    others = [name for name in USAGE if name not in _FOR_ALL and viewer.roles & _FOR_SOME.get(name, SEES_UNITS)]
    names = [*_FOR_ALL[:-1], *others, _FOR_ALL[-1]]
    lines = ["`/kit` my devices, my requests", *(f"`/kit {USAGE[name]}` {_WHAT[name]}" for name in names)]
    blocks = [header("What you can ask"), listed(lines)]
    blocks.append(note(_OWN_WORDS))
    return message("What you can ask: " + ", ".join(["/kit", *names]), blocks)


def render_unknown(unknown: Unknown) -> Message:
    """Not understood: the nearest command, and a button for it if it needs no more words."""
    said = escape(unknown.said)
    buttons: list[ButtonElement] = [button("What can I ask?", ids.ask("help"), "help")]
    if unknown.nearest is None:
        return message(
            "I did not understand that. Try /kit help.",
            [section(f"I did not understand “{said}”. `/kit help` lists what you can ask."), actions(*buttons)],
        )
    if unknown.nearest in _NEED_NO_MORE:
        buttons.insert(0, button(f"Show {unknown.nearest}", ids.ask(unknown.nearest), unknown.nearest))
    told = f"I did not understand “{said}”. Did you mean `/kit {unknown.hint}`?"
    if unknown.said.lower().split(" ")[0].strip(",.!:;") == unknown.nearest:
        told = f"I do not understand “{said}” as it stands. It goes like this: `/kit {unknown.hint}`"
    return message(f"Did you mean /kit {unknown.hint}?", [section(told), actions(*buttons)])


def render_fault(fault: Fault) -> Message:
    """Somebody told what happened: one press to the form, filled in as far as we understood."""
    told = "Sorry to hear that. I can start a request for a replacement; it takes a minute."
    known = Prefill(fault.reason, fault.kind, fault.said)
    return message(
        told, [section(told), actions(button("Ask for a replacement", ids.REPLACE, known.value(), style="primary"))]
    )


def render_open_form() -> Message:
    """The form opens only from a press, so where no press came we give a button."""
    told = "Press the button and I will open the form."
    return message(
        told, [section(told), actions(button("Ask for a replacement", ids.REPLACE, "none", style="primary"))]
    )


def render_open_act(asked: Opens) -> Message:
    """The same for the forms of directors and finance."""
    match asked:
        case Override():
            opens = button("Override a limit", ids.OVERRIDE, "override", style="primary")
        case Virement():
            opens = button("Move money", ids.VIREMENT, "virement", style="primary")
        case RollOver():
            line = f"rollover {asked.financial_year}"
            opens = button(f"Roll over {asked.financial_year}", ids.ROLL_OVER, line, style="primary")
        case Reverse():
            opens = button(f"Reverse {asked.term}", ids.REVERSE, f"reverse {asked.term}", style="primary")
    told = "Press the button and I will open the form."
    return message(told, [section(told), actions(opens)])


def render_open_custody(asked: CustodyAct) -> Message:
    """The same for acts in custody."""
    told = "Press the button and I will open the form."
    opens = button("Act on devices in custody", ids.custody_act("open"), asked.line(), style="primary")
    return message(told, [section(told), actions(opens)])
