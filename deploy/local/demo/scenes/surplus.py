"""Who holds more than policy gives them: counted apart, from the device table and the policy document."""

from __future__ import annotations

import csv
import io
from collections import Counter

from deploy.local.demo.stage import Stage
from schemas.vocabulary import Kind
from services.requests.policy import own_policy

TITLE = "Who has one too many"
ABOUT = "Helen Marsh sees who holds more than their role may; a manager her own people; staff nothing."
HELD = (
    "SELECT holder_email, kind, count(*) FROM register.devices WHERE state IN ('deployed', 'in_repair')"
    " AND holder_email IS NOT NULL AND kind IS NOT NULL AND ($1::text[] IS NULL OR unit = ANY ($1)) GROUP BY 1, 2"
)


async def play(stage: Stage) -> None:
    """The same number in chat, in the file, and counted one by one."""
    tell, helen, priya = stage.tell, stage.helen, stage.priya
    whole = await _too_many(stage, None)
    answer = await helen.asks("/kit surplus")
    if whole:
        content = await helen.fetches(answer.message, "surplus_csv", "CSV")
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        listed = Counter((row["Address"], row["Kind"].lower()) for row in rows)
        told = f"{len(whole):,} with {sum(whole.values()):,} devices"
        tell.check("who holds too many of what, and how many, is what was counted", dict(listed) == whole, told)
    else:
        tell.check("nobody has too many", "Nobody" in answer.text)
    hers = await _too_many(stage, list(stage.directory.under("central-west")))
    own = await priya.asks("/kit surplus")
    told = f"{len({email for email, _ in hers}):,} p" if hers else "Nobody"
    tell.check("a manager sees her own people", told in own.text, told)
    refused = await priya.asks("/kit surplus in Central North")
    tell.check("and not another's", "Central North is not one" in refused.text)
    staff = await stage.amara.asks("/kit surplus")
    tell.check("staff are refused", "is for managers" in staff.text)


async def _too_many(stage: Stage, units: list[str] | None) -> dict[tuple[str, str], int]:
    """By person and kind, how many they hold, where that is more than policy gives them."""
    found = {}
    for email, kind, devices in await stage.truth.rows(HELD, units):
        person = stage.directory.person(email)
        roles, title = (person.all_roles, person.title) if person else ((), "")
        if devices > own_policy().entitlement_of(roles, title).may_hold[Kind(kind)]:
            found[email, kind] = devices
    return found
