"""What was filled into the forms of acts in custody, and what must be put right."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from bot import ids
from bot.grammar import CustodyAct, parse
from bot.grammar.parts import pence_of
from bot.render.custody_words import CONDITIONS, ROUTES
from bot.render.fields import Values, chosen_in, held, text_in
from services.custody.commands import Details
from services.custody.queries import Cause

_PROOF = (ids.BLOCK_DOCUMENT, ids.BLOCK_ISSUER, ids.BLOCK_NUMBER)
ASKS: Mapping[str, Sequence[str]] = {
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
    ids.BLOCK_PROCEEDS: "What did it bring? Write 0 if nothing.",
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


def read_choice(metadata: str, values: Values) -> CustodyAct | dict[str, str]:
    """The act that was chosen, on what the form was opened for."""
    asked, chosen = act_in(metadata), chosen_in(values, ids.BLOCK_ACT)
    return CustodyAct(Cause(chosen), asked.on) if chosen else {ids.BLOCK_ACT: "Choose what is to be done."}


def read_act(metadata: str, values: Values) -> ActForm | dict[str, str]:
    """What was filled in; or, by block, what must be put right."""
    act = act_in(metadata)
    if act.cause is None:
        raise ValueError("the form of an act names it")
    asks = ASKS.get(act.cause, (ids.BLOCK_PLACE, ids.BLOCK_NOTE))
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
    if not isinstance(act, CustodyAct):
        raise TypeError("a form carries the line that opened it")
    return act


def first_field(act: CustodyAct) -> str:
    """The block at which to tell what concerns no field."""
    return ids.BLOCK_DEVICES if act.on is None else ids.BLOCK_NOTE


def has_field(act: CustodyAct, cause: Cause, name: str) -> bool:
    """True if the form of this act has such a field."""
    return name in ASKS.get(cause, ()) or (act.on is None and name in (ids.BLOCK_DEVICES, ids.BLOCK_DEVICES_FILE))


def _file_in(values: Values, block: str) -> Mapping[str, Any] | None:
    files: Sequence[Mapping[str, Any]] = held(values, block).get("files") or ()
    return files[0] if files else None


def _sum(said: str) -> int | None:
    return 0 if said.strip().lstrip("£") == "0" else pence_of(said)


def _one_of(said: str | None, among: Mapping[str, str]) -> Any:
    return said if said in among else None
