"""The forms of acts in custody: which act, and then only the details that it needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, Option, PlainTextInputElement, StaticSelectElement
from slack_sdk.models.blocks.block_elements import FileInputElement
from slack_sdk.models.views import View

from bot import ids
from bot.grammar import CustodyAct
from bot.render.custody_form_values import ASKS
from bot.render.custody_words import CONDITIONS, ROUTES, act_name, state_words
from bot.render.fields import LONGEST_REASON, field
from bot.render.message import escape, note, section, shorten
from bot.render.wording import count_of
from services.custody.queries import Cause, CharityRoute

TITLE = "Devices in custody"
MOST_PASTED = 3000
"""What Slack takes in one field; a longer list comes as a file."""
MOST_OPTION = 75
LIST_TYPES, PROOF_TYPES = ["csv", "txt"], ["pdf", "png", "jpg", "jpeg", "txt", "xml", "json", "csv", "zip"]


def choice_form(asked: CustodyAct, causes: Sequence[Cause], devices: int | None) -> dict[str, Any]:
    """Asks which act. `devices` is how many stand in the state, if all of one are meant."""
    options = [Option(value=cause.value, text=act_name(cause)) for cause in causes]
    blocks: list[Block] = [
        section(_on_what(asked, devices)),
        field(ids.BLOCK_ACT, "What is to be done?", StaticSelectElement(options=options, placeholder="Choose")),
    ]
    return _modal(ids.VIEW_CUSTODY_CHOICE, "Next", asked, blocks)


def act_form(asked: CustodyAct, cause: Cause, charities: Sequence[CharityRoute], devices: int | None) -> dict[str, Any]:
    """Asks what this act needs; the devices only where no others are meant."""
    blocks: list[Block] = [section(f"*{act_name(cause)}.* {_on_what(asked, devices)}")]
    if asked.on is None:
        pasted = PlainTextInputElement(multiline=True, max_length=MOST_PASTED)
        listed = FileInputElement(filetypes=LIST_TYPES, max_files=1)
        blocks += [
            field(
                ids.BLOCK_DEVICES,
                "Which devices?",
                pasted,
                optional=True,
                hint="Serials, asset tags or C-numbers, a line each or with commas between.",
            ),
            field(
                ids.BLOCK_DEVICES_FILE,
                "Or a file with them",
                listed,
                optional=True,
                hint="CSV or text: the column headed C-number, serial or asset tag, or else the first one.",
            ),
        ]
    for block in ASKS.get(cause, (ids.BLOCK_PLACE, ids.BLOCK_NOTE)):
        blocks += _input(block, charities)
    blocks.append(note("It is done once, and stands in each device's chain of custody for good."))
    return _modal(ids.VIEW_CUSTODY_ACT, act_name(cause), CustodyAct(cause, asked.on), blocks)


def _input(block: str, charities: Sequence[CharityRoute]) -> list[Block]:
    text = PlainTextInputElement(max_length=200)
    match block:
        case ids.BLOCK_DOCUMENT:
            chosen = FileInputElement(filetypes=PROOF_TYPES, max_files=1)
            return [field(block, "The certificate", chosen, hint="The file itself, at most 10 MB. It is kept whole.")]
        case ids.BLOCK_ISSUER:
            return [field(block, "Who issued it?", text)]
        case ids.BLOCK_NUMBER:
            return [field(block, "Its number", text)]
        case ids.BLOCK_CONDITION:
            options = [Option(value=key, text=words.capitalize()) for key, words in CONDITIONS.items()]
            return [field(block, "Condition", StaticSelectElement(options=options, placeholder="Choose"))]
        case ids.BLOCK_ROUTE:
            options = [Option(value=key, text=words.capitalize()) for key, words in ROUTES.items()]
            routes = StaticSelectElement(options=options, placeholder="As the disposal policy decides")
            hint = "Only to go against the policy; say why in the note."
            return [field(block, "Another route", routes, optional=True, hint=hint)]
        case ids.BLOCK_CHARITY:
            options = [Option(value=each.key, text=shorten(each.name, MOST_OPTION)) for each in charities]
            return [field(block, "Which charity?", StaticSelectElement(options=options, placeholder="Choose"))]
        case ids.BLOCK_WEEE:
            return [field(block, "WEEE consignment note", text)]
        case ids.BLOCK_PROCEEDS:
            hint = "For all devices together; it is shared out by their residual values. 0 if it brought nothing."
            return [field(block, "What did it bring?", text, hint=hint)]
        case ids.BLOCK_PLACE:
            return [field(block, "Where are they now?", text, optional=True)]
        case _:
            words = PlainTextInputElement(multiline=True, max_length=LONGEST_REASON)
            return [field(ids.BLOCK_NOTE, "Note", words, optional=True)]


def _on_what(asked: CustodyAct, devices: int | None) -> str:
    if asked.on is None:
        return "On the devices of a list; those that may not take the step stay, and you are told why."
    if asked.state is None:
        return f"On {escape(asked.on)}."
    count = f"all {count_of(devices, 'device')} that" if devices is not None else "every device that"
    stands = state_words(asked.state)
    return (
        f"On {count} stand as *{stands}* when you press; those that may not take the step stay, and you are told why."
    )


def _modal(callback_id: str, submit: str, act: CustodyAct, blocks: Sequence[Block]) -> dict[str, Any]:
    return View(
        type="modal",
        callback_id=callback_id,
        title=TITLE,
        submit=submit,
        close="Cancel",
        private_metadata=act.line(),
        blocks=list(blocks),
    ).to_dict()
