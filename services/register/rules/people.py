"""What is true of a person: field by field the newest word, whatever order words come in."""

from __future__ import annotations

from datetime import datetime

import msgspec


class PersonWord(msgspec.Struct, frozen=True, kw_only=True):
    """What the directory service said of a person at one moment. A removal says nothing of address and unit."""

    at: datetime
    active: bool
    email: str | None
    unit: str | None
    removed: bool


class PersonStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A person as known, each fact with the time of the newest word on it; in the order of the table's columns.

    `since` is when the account became as it is, `unit_since` when the person came to the unit, by the word that first
    told it. A contradicting word that comes late, and happened after that, moves it to the newest word that agrees.
    """

    person_id: str
    email: str | None = None
    email_at: datetime | None = None
    unit: str | None = None
    unit_at: datetime | None = None
    unit_since: datetime | None = None
    active: bool
    active_at: datetime
    since: datetime


def first_heard(person_id: str, word: PersonWord) -> PersonStanding:
    """A person of whom this is the first word."""
    return after(
        PersonStanding(person_id=person_id, active=word.active, active_at=word.at, since=word.at),
        word,
    )


def after(person: PersonStanding, word: PersonWord) -> PersonStanding:
    """The person after one more word. Of two words of one moment that contradict each other the lesser wins, so that
    it does not matter which came first: somebody said to be gone and not gone is gone.
    """
    return _account(_unit(_email(person, word), word), word)


def _email(person: PersonStanding, word: PersonWord) -> PersonStanding:
    if word.email is None:
        return person
    email = word.email.strip().lower()
    if _is_newer((word.at, email), (person.email_at, person.email or "")):
        return msgspec.structs.replace(person, email=email, email_at=word.at)
    return person


def _unit(person: PersonStanding, word: PersonWord) -> PersonStanding:
    if word.removed:
        return person
    if _is_newer((word.at, word.unit or ""), (person.unit_at, person.unit or "")):
        moved = person.unit_at is None or person.unit != word.unit
        since = word.at if moved else person.unit_since
        return msgspec.structs.replace(person, unit=word.unit, unit_at=word.at, unit_since=since)
    if word.unit != person.unit and person.unit_since is not None and word.at > person.unit_since:
        return msgspec.structs.replace(person, unit_since=person.unit_at)
    return person


def _account(person: PersonStanding, word: PersonWord) -> PersonStanding:
    if _is_newer((word.at, str(word.active)), (person.active_at, str(person.active))):
        since = word.at if person.active != word.active else person.since
        return msgspec.structs.replace(person, active=word.active, active_at=word.at, since=since)
    if word.active != person.active and word.at > person.since:
        return msgspec.structs.replace(person, since=person.active_at)
    return person


def _is_newer(word: tuple[datetime, str], known: tuple[datetime | None, str]) -> bool:
    at, value = word
    known_at, known_value = known
    return known_at is None or at > known_at or (at == known_at and value < known_value)
