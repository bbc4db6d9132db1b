"""`surplus`: people who hold more of a kind than policy gives their role, with a button that asks for one back."""

from __future__ import annotations

import asyncio

from bot.answers.entitlement import entitled, find_unit
from bot.answers.files import File
from bot.desk import Desk
from bot.grammar import Surplus
from bot.notices import names_of
from bot.render import surplus
from bot.render.message import Message
from bot.render.spreadsheet import Sheet, as_csv, workbook
from bot.render.surplus import Holding, Over
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.register import queries as register_queries
from services.register.queries import HeldNumber
from services.requests import queries as requests_queries


async def answer(desk: Desk, viewer: Viewer, asked: Surplus) -> Message:
    """A page of people, those with the most too many first."""
    async with desk.pool.acquire() as connection:
        seen = await _seen(desk, connection, viewer, asked)
        over = await _over(desk, connection, seen)
        page = await _holdings(connection, seen, over[asked.after : asked.after + surplus.PAGE])
    assumed = any(each.assumed for each in desk.commands.policy.entitlements)
    return surplus.render(asked, _title(desk, asked), over, page, viewer, desk.unit_names, assumed=assumed)


async def csv_file(desk: Desk, viewer: Viewer, asked: Surplus) -> File:
    """Everybody, with every device of the kind."""
    title, sheet = await _sheet(desk, viewer, asked)
    return File("surplus.csv", title, await asyncio.to_thread(as_csv, sheet), f"CSV: {title}")


async def xlsx_file(desk: Desk, viewer: Viewer, asked: Surplus) -> File:
    """The same as a workbook."""
    title, sheet = await _sheet(desk, viewer, asked)
    content = await asyncio.to_thread(workbook, [sheet], marking=None)
    return File("surplus.xlsx", title, content, f"Workbook: {title}")


async def _sheet(desk: Desk, viewer: Viewer, asked: Surplus) -> tuple[str, Sheet]:
    async with desk.pool.acquire() as connection:
        seen = await _seen(desk, connection, viewer, asked)
        holdings = await _holdings(connection, seen, await _over(desk, connection, seen))
    return _title(desk, asked), await asyncio.to_thread(surplus.sheet, holdings, desk.unit_names)


async def _seen(desk: Desk, connection: Connection, viewer: Viewer, asked: Surplus) -> Viewer:
    return await entitled(desk, connection, viewer, "surplus", asked.unit or "own units", unit=asked.unit)


async def _over(desk: Desk, connection: Connection, seen: Viewer) -> list[Over]:
    """Who holds too many of what, of the viewer's units: what somebody holds elsewhere is not counted."""
    found = await register_queries.beyond(connection, seen, desk.commands.policy.least)
    names = names_of(desk)
    over = [
        Over(each.email, names.get(each.email.lower(), each.email), each.kind, each.devices, allowed, rule)
        for each in found
        for allowed, rule in [_allowed(desk, each)]
        if each.devices > allowed
    ]
    return sorted(over, key=lambda each: (each.allowed - each.holds, each.name.lower(), each.email, each.kind))


def _allowed(desk: Desk, held: HeldNumber) -> tuple[int, str]:
    """How many somebody may hold, and by which entry of the policy. Whom nobody knows is staff."""
    person = desk.directory.person(held.email)
    roles, title = (person.all_roles, person.title) if person else ((), "")
    entitlement = desk.commands.policy.entitlement_of(roles, title)
    return entitlement.may_hold[held.kind], entitlement.name


async def _holdings(connection: Connection, seen: Viewer, over: list[Over]) -> list[Holding]:
    """What these people hold, and what stands of each device."""
    devices = await register_queries.held_of(connection, seen, [(each.email, each.kind) for each in over])
    ids = [device.device_id for held in devices.values() for device in held]
    before = await requests_queries.asked_before(connection, ids)
    gone = await register_queries.reported_gone(connection, ids)
    return [
        Holding(
            each,
            [
                (device, before.get(device.device_id), gone.get(device.device_id))
                for device in devices[each.email, each.kind]
            ],
        )
        for each in over
    ]


def _title(desk: Desk, asked: Surplus) -> str:
    return "More than they may hold" + (f": {find_unit(desk, asked.unit).name}" if asked.unit else "")
