"""What people may ask of devices in custody, and how it is read."""

from __future__ import annotations

import dataclasses
import re

from bot.grammar.parts import TERM, year_of
from services.custody.queries import Cause, CustodyState

_RECORD = re.compile(r"C-?0*([1-9]\d{0,8})", re.IGNORECASE)
_BATCH = re.compile(r"(?:B-?)?0*([1-9]\d{0,8})", re.IGNORECASE)
_ACT = re.compile(r"act(?:\s+(?P<cause>(?!on\b)[\w-]+(?:\s+(?!on\b)\w+)*))?(?:\s+on\s+(?P<on>.+))?", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class Custody:
    """How many devices are in custody, by state."""


@dataclasses.dataclass(frozen=True, slots=True)
class CustodyList:
    """The devices that stand in one state."""

    state: CustodyState


@dataclasses.dataclass(frozen=True, slots=True)
class CustodyRecord:
    """One device in custody: by C-number, serial or asset tag."""

    term: str


@dataclasses.dataclass(frozen=True, slots=True)
class CustodyBatch:
    """One act on many devices, by its B-number."""

    reference: str


@dataclasses.dataclass(frozen=True, slots=True)
class CustodyAct:
    """Open the form of an act: which (None asks), and on what: a C-number, all of a state, or a list (None)."""

    cause: Cause | None = None
    on: str | None = None

    def line(self) -> str:
        """The same as a line of the grammar, for buttons."""
        words = ("custody act", self.cause or "", f"on {self.on}" if self.on else "")
        return " ".join(word for word in words if word)

    @property
    def state(self) -> CustodyState | None:
        """The state whose devices are meant, if it is all of one."""
        return CustodyState(self.on) if self.on in set(CustodyState) else None


@dataclasses.dataclass(frozen=True, slots=True)
class Disposals:
    """What became of devices in a financial year; None means the present one."""

    financial_year: str | None = None

    def line(self) -> str:
        """The same question as a line of the grammar, for buttons."""
        return f"disposals {self.financial_year}" if self.financial_year else "disposals"


AskedOfCustody = Custody | CustodyList | CustodyRecord | CustodyBatch | CustodyAct | Disposals


def custody(rest: str) -> AskedOfCustody | None:
    """`custody`, `custody wipe-failed`, `custody C-12`, `custody batch B-3`, `custody act certify on returned`."""
    if not rest:
        return Custody()
    if (state := state_of(rest)) is not None:
        return CustodyList(state)
    first, _, more = rest.partition(" ")
    if first.lower() == "batch":
        found = _BATCH.fullmatch(more.strip())
        return CustodyBatch(f"B-{found[1]}") if found else None
    if act := _ACT.fullmatch(rest):
        return _act(act["cause"], act["on"])
    return CustodyRecord(record_of(rest) or rest) if TERM.fullmatch(rest) else None


def _act(cause_words: str | None, on_words: str | None) -> CustodyAct | None:
    cause = _named(cause_words, Cause) if cause_words else None
    on = (state_of(on_words) or record_of(on_words)) if on_words else None
    if (cause_words and cause is None) or (on_words and on is None):
        return None
    return CustodyAct(Cause(cause) if cause else None, str(on) if on else None)


def state_of(words: str) -> CustodyState | None:
    """wipe-failed, Wipe failed → the state; None for what is none."""
    found = _named(words, CustodyState)
    return CustodyState(found) if found else None


def record_of(words: str) -> str | None:
    """c-012 → C-12; None for what is no C-number."""
    found = _RECORD.fullmatch(words.strip())
    return f"C-{found[1]}" if found else None


def _named(words: str, among: type[Cause] | type[CustodyState]) -> str | None:
    name = re.sub(r"[\s-]+", "_", words.strip().lower())
    return name if name in set(among) else None


def disposals(rest: str) -> AskedOfCustody | None:
    """`disposals`, of this year or of the one named."""
    if not rest:
        return Disposals()
    year = year_of(rest)
    return Disposals(year) if year else None
