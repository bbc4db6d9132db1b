"""What a field means, in a sentence: beside the field itself, in its struct's docstring, or here.

Here stand the names that mean the same in every event, so that a reader who has learnt one event can read the next.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap

import msgspec

SAME_EVERYWHERE: dict[str, str] = {
    "accessibility_needs": "Whether the person's accessibility needs must be checked before the new device is theirs.",
    "action": "What the device is to do: lock or wipe.",
    "approved_pence": "What was approved for the line.",
    "approver_email": "Whom the request waits for; null where nobody need approve it.",
    "asset_tag": "The organisation's own number of the device.",
    "cause": "What kind of business-as-usual demand it is, where no other field says.",
    "cleared_at": "When the condition ended; null while it lasts.",
    "command_id": "Names the command for ever, however often it is told.",
    "committed_pence": "What is promised by orders and not yet invoiced.",
    "compliant": "Whether the device fulfils its management's rules; null where nobody says.",
    "condition": "Which rule of watch found it.",
    "conflict": "The conflict's key.",
    "custody_id": "Our id of the custody record.",
    "data": "What happened, in the fields of this type.",
    "datacontenttype": "How `data` is written.",
    "decided_by": "The e-mail address of who decided.",
    "demand": "Whether it counts as refresh or as business as usual.",
    "deployed": "How many devices of that unit and kind are deployed.",
    "desk": "The service desk's system.",
    "device_id": "The register's id of the device.",
    "document_date": "The date on the document.",
    "document_id": "Finance's own number of the document.",
    "document_type": "What the document does to the ledger.",
    "due_on": "The day on which the device falls due.",
    "episode": "How often this key was raised, this time included.",
    "evidence": "How a finished wipe is known: by its result, or by the device's absence from management.",
    "explanation": "Why, in words a person can read.",
    "failed_at": "When the device failed.",
    "financial_year": "1 April to 31 March, written `2024/25`.",
    "found_at": "When it was found.",
    "holder_email": "The e-mail address of the person who has the device.",
    "how": "Whether it was lost or stolen.",
    "identifiers": "By which names the sender knows the device: a scheme (serial, asset_tag, …) to its value.",
    "invoiced_pence": "What was invoiced, less credit notes.",
    "key": "What the alert is about; the same key is the same condition.",
    "kind": "What sort of device.",
    "last_heard_at": "When the source last said anything; null if it never did.",
    "line": "The funding line the money belongs to.",
    "link": "Where the ticket can be read at the desk.",
    "loss_id": "Our id of the loss.",
    "manufacturer": "The maker, in one spelling.",
    "measured": "What was measured; null where the condition is no measure.",
    "model": "The model, without the maker's name.",
    "needed_by": "The day by which the person needs it.",
    "net_pence": "The sum without VAT.",
    "oldest_dead_letter_at": "When the oldest open dead letter first came; null where none is open.",
    "open_dead_letters": "How many records of the source lie in the dead letters, unsettled.",
    "opened_at": "When the ticket was opened.",
    "order_id": "The purchase order's number.",
    "os": "The operating system.",
    "os_version": "The operating system's version, as the device tells it.",
    "outcome": "How the wipe stands.",
    "past_policy_life": "How many of the deployed are older than refresh policy lets them be.",
    "person_id": "The directory service's id of the person.",
    "purchased_on": "The day the device was bought.",
    "quantity": "How many devices.",
    "raised_at": "When the condition began.",
    "reason": "What happened, in the word the person picked.",
    "reference": "The R-number that people use for the request.",
    "refusal": "Why it was refused, in the decider's words.",
    "removed": "Whether the directory service removed the person's record.",
    "reported_at": "When it was reported to us.",
    "request_id": "The request's id.",
    "request_reference": "The R-number that people use for the request.",
    "requested_at": "When the wipe was asked for; null where nobody says.",
    "requester_email": "The e-mail address of who asked.",
    "revision": "Counts what was told of this one thing; a lower revision is older news.",
    "ruled_by": "The e-mail address of the planner who settled it.",
    "score_parts": "What the score is the sum of: a part's name to its points.",
    "serial": "The maker's serial number, in upper case.",
    "severity": "How soon somebody must act.",
    "source": "The source's name, such as jamf.",
    "specversion": "The version of CloudEvents.",
    "state": "How it stands.",
    "status": "The request's step, such as `ordered` or `waiting_for_money`.",
    "supplier": "Who sells, as finance writes it. Commercial: shown to finance and the director only.",
    "threshold": "The limit that was crossed; null where there is none.",
    "ticket": "The ticket's number, as people quote it.",
    "ticket_state": "How the ticket stands.",
    "type": "The event's type.",
    "unit": "The directory code of the business unit.",
    "vat_pence": "The VAT on it.",
    "warranty_ends_on": "The last day of the warranty.",
    "wave_id": "The wave's id.",
}

_SENTENCE_ENDS = re.compile(r"(?<=\.)\s+(?=[A-Z`])|;\s+(?=`)")
"""A semicolon ends one where the next field is spoken of."""

_NOTHING = re.compile(r"\bNone\b")
"""What docstrings call None travels as null."""


def words_of(struct: type[msgspec.Struct], field: str) -> str:
    """The sentence about a field, on one line. Raises LookupError for a field of which nothing is said."""
    # `type` is declared by nobody: msgspec makes it of the struct's tag.
    owner = next((each for each in struct.__mro__ if field in inspect.get_annotations(each)), struct)
    said = _beside(owner, field) or _named_in(inspect.cleandoc(owner.__doc__ or ""), field)
    said = said or SAME_EVERYWHERE.get(field)
    if said is None:
        raise LookupError(f"{owner.__name__}.{field}: say what it is, below it, in the docstring or in {__name__}")
    words = " ".join(said.split())
    return _NOTHING.sub("null", words)


def _beside(owner: type, field: str) -> str | None:
    """The string that stands right below the field in the source."""
    (declared,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    assert isinstance(declared, ast.ClassDef)
    for statement, following in zip(declared.body, declared.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == field:
            match following:
                case ast.Expr(value=ast.Constant(value=str(words))):
                    return words
    return None


def _named_in(docstring: str, field: str) -> str | None:
    """The sentences of a docstring that name the field in backticks."""
    sentences = [each for each in _SENTENCE_ENDS.split(docstring) if f"`{field}`" in each]
    return " ".join(each.removesuffix(".") + "." for each in sentences) or None
