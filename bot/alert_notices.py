"""From an alert to the messages that tell of it: one in its channel, or one to each person it is for.

Keys never change, so each is posted once a life of the condition, changed in place, and says at last that it is over.
Who was told once is told how it goes on, also when it is no longer for them. While it is snoozed nobody else is told.
When it wakes by itself, whoever snoozed it gets a message of that life anew, for a change in place rings no bell.
"""

from __future__ import annotations

from collections.abc import Callable

from bot import outgoing
from bot.desk import Desk
from bot.notices import names_of
from bot.outgoing import OutgoingMessage
from bot.render import alerts
from schemas.events.alert import Alert
from services.database.pool import Connection
from services.requests import queries as requests_queries
from services.watch.queries import AlertState, state_of


async def of_alert(
    desk: Desk, destination_for: Callable[[str], str], connection: Connection, alert: Alert
) -> list[OutgoingMessage]:
    """The messages of one life of a condition: in the channel, to its owner, who stands above, who covers for them, and
    to whom it was assigned. `destination_for` answers the place of an audience's channel.

    An alert that is told late, after its own newer word, changes nothing: it could only find people to tell what is
    over by now.
    """
    prefix = f"alert/{alert.key}/{alert.episode}"
    before = await outgoing.told_of(connection, prefix)
    if any(revision > alert.revision for _, revision in before.values()):
        return []
    keys = {key: destination for key, (destination, _) in before.items()}
    state = state_of(alert)
    if state in (AlertState.RAISED, AlertState.ACKNOWLEDGED) or not keys:
        if alert.in_channel:
            keys.setdefault(prefix, destination_for(alert.audience))
        for email in await _people(desk, connection, alert):
            keys.setdefault(f"{prefix}/{email}", f"person:{email}")
    if state is AlertState.RAISED and alert.wakes and alert.snoozed_by is not None:
        keys.setdefault(f"{prefix}/awake-{alert.wakes}/{alert.snoozed_by}", f"person:{alert.snoozed_by}")
    shown = alerts.render_one(alert, desk.unit_names, names_of(desk))
    return [OutgoingMessage(key, destination, alert.revision, shown) for key, destination in sorted(keys.items())]


async def _people(desk: Desk, connection: Connection, alert: Alert) -> list[str]:
    """Who is to be told by name. A deputy may decide meanwhile, so they hear of it too."""
    told = [alert.assigned_to]
    if alert.owner is not None:
        deputies = await requests_queries.deputies_of(connection, [alert.owner], desk.today)
        told = [alert.owner, deputies.get(alert.owner), alert.above, alert.assigned_to]
    return list(dict.fromkeys(email for email in told if email))
