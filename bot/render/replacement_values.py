"""What was filled in of the form that asks for a device; or, by block, what must be put right."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from bot import ids
from bot.render.fields import chosen_in, held, text_in
from bot.render.prefill import Prefill
from bot.render.replacement import MOST_PHOTOS
from schemas.vocabulary import Kind
from services.requests.queries import Reason


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """What somebody asked for, checked as far as the form alone allows. `recipient_user` is a Slack user id."""

    device_id: UUID | None
    kind: Kind
    reason: Reason
    needed_by: date | None
    accessibility_needs: bool
    explanation: str
    delivery_place: str
    since: date | None = None
    photos: tuple[str, ...] = ()
    assistive_technology: str = ""
    recipient_user: str | None = None
    recipient_name: str = ""
    recipient_email: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class SoFar:
    """What a form on screen holds that its other fields depend on."""

    known: Prefill = dataclasses.field(default_factory=Prefill)
    accessibility_needs: bool = False
    not_listed: bool | None = None


def chosen_so_far(values: Mapping[str, Any]) -> SoFar:
    """Read a form that is still being filled in."""
    reason, kind = chosen_in(values, ids.BLOCK_REASON), chosen_in(values, ids.BLOCK_KIND)
    return SoFar(
        Prefill(Reason(reason) if reason else None, Kind(kind) if kind else None),
        accessibility_needs=bool(held(values, ids.BLOCK_ACCESSIBILITY).get("selected_options")),
        not_listed=chosen_in(values, ids.BLOCK_DEVICE) == ids.NOT_LISTED,
    )


def read_form(values: Mapping[str, Any], today: date) -> Form | dict[str, str]:
    """What was filled in; or, by block, what must be put right."""
    errors: dict[str, str] = {}
    device_id, old_kind = _read_device(chosen_in(values, ids.BLOCK_DEVICE) or ids.NOT_LISTED)
    kind = chosen_in(values, ids.BLOCK_KIND) or (old_kind if old_kind != Kind.TABLET else None)
    if not kind:
        errors[ids.BLOCK_KIND] = "Choose what the new device should be."
    reason = chosen_in(values, ids.BLOCK_REASON)
    if not reason:
        errors[ids.BLOCK_REASON] = "Choose what happened."
    needed_by, since = _day_in(values, ids.BLOCK_NEEDED_BY), _day_in(values, ids.BLOCK_SINCE)
    if needed_by is not None and needed_by < today:
        errors[ids.BLOCK_NEEDED_BY] = "That day has passed; choose a later one."
    if since is not None and since > today:
        errors[ids.BLOCK_SINCE] = "That day is still to come; choose today or an earlier one."
    explanation = text_in(values, ids.BLOCK_EXPLANATION)
    if not explanation:
        errors[ids.BLOCK_EXPLANATION] = "A few words on what happened, please."
    place = text_in(values, ids.BLOCK_DELIVERY)
    if not place:
        errors[ids.BLOCK_DELIVERY] = "Where should it be brought?"
    user = held(values, ids.BLOCK_RECIPIENT).get("selected_user")
    name, email = text_in(values, ids.BLOCK_RECIPIENT_NAME), text_in(values, ids.BLOCK_RECIPIENT_EMAIL)
    if reason == Reason.JOINER and not user:
        errors |= _unnamed(name, email)
    if errors or not kind or not reason:
        return errors
    return Form(
        device_id=device_id,
        kind=Kind(kind),
        reason=Reason(reason),
        needed_by=needed_by,
        accessibility_needs=bool(held(values, ids.BLOCK_ACCESSIBILITY).get("selected_options")),
        explanation=explanation,
        delivery_place=place,
        since=since,
        photos=_photos_in(values),
        assistive_technology=text_in(values, ids.BLOCK_ASSISTIVE),
        recipient_user=user,
        recipient_name=name,
        recipient_email=email,
    )


def _unnamed(name: str, email: str) -> dict[str, str]:
    """What is missing of somebody who is not in Slack yet."""
    if not name and not email:
        return {ids.BLOCK_RECIPIENT: "Choose who joins, or give their name and address below."}
    errors = {}
    if not name:
        errors[ids.BLOCK_RECIPIENT_NAME] = "What is their name?"
    if "@" not in email:
        errors[ids.BLOCK_RECIPIENT_EMAIL] = "An e-mail address, please."
    return errors


def _read_device(value: str) -> tuple[UUID | None, str | None]:
    if value == ids.NOT_LISTED:
        return None, None
    device_id, _, kind = value.partition("|")
    return UUID(device_id), kind or None


def _day_in(values: Mapping[str, Any], block_id: str) -> date | None:
    day = held(values, block_id).get("selected_date")
    return date.fromisoformat(day) if day else None


def _photos_in(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Where the files lie in Slack; the pictures themselves stay there."""
    files = held(values, ids.BLOCK_PHOTOS).get("files") or []
    links = [file.get("permalink") or file.get("url_private") or "" for file in files]
    return tuple(link for link in links if link.startswith(("https://", "http://")))[:MOST_PHOTOS]
