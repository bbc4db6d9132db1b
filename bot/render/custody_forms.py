"""The forms of acts in custody: which act, and then only the details that it needs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block, Option, PlainTextInputElement, StaticSelectElement
from slack_sdk.models.blocks.block_elements import FileInputElement
from slack_sdk.models.views import View

from bot import ids
from bot.grammar import CustodyAct, parse
from bot.grammar.parts import pence_of
from bot.render.custody_words import CONDITIONS, ROUTES, act_name, state_words
from bot.render.fields import LONGEST_REASON, Values, chosen_in, field, held, text_in
from bot.render.message import escape, note, section, shorten
from bot.render.wording import count_of
from services.custody.commands import Details
from services.custody.queries import Cause, CharityRoute

TITLE = "Devices in custody"
MOST_PASTED = 3000
"""What Slack takes in one field; a longer list comes as a file."""
MOST_OPTION = 75
LIST_TYPES, PROOF_TYPES = ["csv", "txt"], ["pdf", "png", "jpg", "jpeg", "txt", "xml", "json", "csv", "zip"]

_PROOF = (ids.BLOCK_DOCUMENT, ids.BLOCK_ISSUER, ids.BLOCK_NUMBER)
_ASKS: Mapping[str, Sequence[str]] = {
    Cause.REQUEST_WIPE: (ids.BLOCK_NOTE,),
    Cause.CERTIFY: (*_PROOF, ids.BLOCK_PLACE, ids.BLOCK_NOTE),
    Cause.INSPECT: (ids.BLOCK_PLACE, ids.BLOCK_NOTE),
    Cause.SEND_TO_DESTRUCTION: (ids.BLOCK_PLACE, ids.BLOCK_NOTE),
    Cause.DESTROY: (*_PROOF, ids.BLOCK_PLACE, ids.BLOCK_NOTE),
    Cause.REVIEW: (ids.BLOCK_CONDITION, ids.BLOCK_ROUTE, ids.BLOCK_NOTE),
    Cause.RESELL: (ids.BLOCK_PROCEEDS, ids.BLOCK_PLACE, ids.BLOCK_NOTE),
    Cause.REDISTRIBUTE: (ids.BLOCK_CHARITY, ids.BLOCK_PLACE, ids.BLOCK_NOTE),
    Cause.RECYCLE: (ids.BLOCK_WEEE, ids.BLOCK_PLACE, ids.BLOCK_NOTE),
}
"""What each act asks for, in the order of the form."""
_NEEDED: Mapping[str, str] = {
    ids.BLOCK_ISSUER: "Who issued the certificate?",
    ids.BLOCK_NUMBER: "What is the certificate's number?",
    ids.BLOCK_CONDITION: "Choose the condition they are in.",
    ids.BLOCK_CHARITY: "Choose one of the approved charities.",
    ids.BLOCK_WEEE: "Give the number of the WEEE consignment note.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class ActForm:
    """What was filled in. `document` and `list_file` are as Slack describes uploaded files."""

    act: CustodyAct
    cause: Cause
    details: Details
    pasted: str
    document: Mapping[str, Any] | None
    list_file: Mapping[str, Any] | None


def choice_form(asked: CustodyAct, causes: Sequence[Cause], devices: int | None) -> dict[str, Any]:
    """Asks which act. `devices` is how many stand in the state, if all of one are meant."""
    options = [Option(value=cause.value, text=act_name(cause)) for cause in causes]
    blocks: list[Block] = [
        section(_on_what(asked, devices)),
        field(ids.BLOCK_ACT, "What is to be done?", StaticSelectElement(options=options, placeholder="Choose")),
    ]
    return _modal(ids.VIEW_CUSTODY_CHOICE, "Next", asked, blocks)


def read_choice(metadata: str, values: Values) -> CustodyAct | dict[str, str]:
    """The act that was chosen, on what the form was opened for."""
    asked, chosen = act_in(metadata), chosen_in(values, ids.BLOCK_ACT)
    return CustodyAct(Cause(chosen), asked.on) if chosen else {ids.BLOCK_ACT: "Choose what is to be done."}


def act_form(
    asked: CustodyAct, cause: Cause, charities: Sequence[CharityRoute], devices: int | None, *, priced: bool
) -> dict[str, Any]:
    """Asks what this act needs; the sum only those who see prices; the devices only where no others are meant."""
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
    for block in _ASKS.get(cause, (ids.BLOCK_PLACE, ids.BLOCK_NOTE)):
        blocks += _input(block, charities, priced=priced)
    blocks.append(note("It is done once, and stands in each device's chain of custody for good."))
    return _modal(ids.VIEW_CUSTODY_ACT, "Do it", CustodyAct(cause, asked.on), blocks)


def _input(block: str, charities: Sequence[CharityRoute], *, priced: bool) -> list[Block]:
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
            hint = "For all devices together; it is shared out by their residual values."
            return [field(block, "What did it bring?", text, optional=True, hint=hint)] if priced else []
        case ids.BLOCK_PLACE:
            return [field(block, "Where are they now?", text, optional=True)]
        case _:
            words = PlainTextInputElement(multiline=True, max_length=LONGEST_REASON)
            return [field(ids.BLOCK_NOTE, "Note", words, optional=True)]


def read_act(metadata: str, values: Values) -> ActForm | dict[str, str]:
    """What was filled in; or, by block, what must be put right."""
    act = act_in(metadata)
    assert act.cause is not None, "the form of an act names it"
    asks = _ASKS.get(act.cause, (ids.BLOCK_PLACE, ids.BLOCK_NOTE))
    given = {block: chosen_in(values, block) or text_in(values, block) for block in asks}
    errors = {block: says for block, says in _NEEDED.items() if block in given and not given[block]}
    document, list_file = _file_in(values, ids.BLOCK_DOCUMENT), _file_in(values, ids.BLOCK_DEVICES_FILE)
    if ids.BLOCK_DOCUMENT in asks and document is None:
        errors[ids.BLOCK_DOCUMENT] = "Attach the certificate."
    pasted = text_in(values, ids.BLOCK_DEVICES)
    if act.on is None and not pasted and list_file is None:
        errors[ids.BLOCK_DEVICES] = "Paste the devices here, or attach a file with them."
    if given.get(ids.BLOCK_ROUTE) and not given.get(ids.BLOCK_NOTE):
        errors[ids.BLOCK_NOTE] = "Why another route than the policy's? The auditor reads your words."
    proceeds = _sum(given.get(ids.BLOCK_PROCEEDS, ""))
    if given.get(ids.BLOCK_PROCEEDS) and proceeds is None:
        errors[ids.BLOCK_PROCEEDS] = "A sum of money, please: 1,250 or £80.50."
    if errors:
        return errors
    details = Details(
        place=given.get(ids.BLOCK_PLACE, ""),
        note=given.get(ids.BLOCK_NOTE, ""),
        certificate_issuer=given.get(ids.BLOCK_ISSUER, ""),
        certificate_number=given.get(ids.BLOCK_NUMBER, ""),
        condition=_one_of(given.get(ids.BLOCK_CONDITION), CONDITIONS),
        route=_one_of(given.get(ids.BLOCK_ROUTE), ROUTES),
        charity=given.get(ids.BLOCK_CHARITY, ""),
        weee_note=given.get(ids.BLOCK_WEEE, ""),
        proceeds_pence=proceeds,
    )
    return ActForm(act, act.cause, details, pasted, document, list_file)


def act_in(metadata: str) -> CustodyAct:
    """The act that a form was opened for."""
    act = parse(metadata)
    assert isinstance(act, CustodyAct), "a form carries the line that opened it"
    return act


def first_field(act: CustodyAct) -> str:
    """The block at which to tell what concerns no field."""
    return ids.BLOCK_DEVICES if act.on is None else ids.BLOCK_NOTE


def has_field(act: CustodyAct, cause: Cause, name: str) -> bool:
    """True if the form of this act has such a field."""
    return name in _ASKS.get(cause, ()) or (act.on is None and name in (ids.BLOCK_DEVICES, ids.BLOCK_DEVICES_FILE))


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


def _file_in(values: Values, block: str) -> Mapping[str, Any] | None:
    files: Sequence[Mapping[str, Any]] = held(values, block).get("files") or ()
    return files[0] if files else None


def _sum(said: str) -> int | None:
    return 0 if said.strip().lstrip("£") == "0" else pence_of(said)


def _one_of(said: str | None, among: Mapping[str, str]) -> Any:
    return said if said in among else None
