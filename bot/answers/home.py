"""App Home: reads what a person's roles show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.desk import Desk
from bot.notices import names_of
from bot.render import home
from bot.render.home import HomeView
from schemas.vocabulary import Role
from services.access import audit
from services.access.viewer import Viewer
from services.budget import queries as budget_queries
from services.budget.queries import financial_year
from services.database.pool import Connection
from services.losses import queries as losses_queries
from services.refresh import queries as refresh_queries
from services.refresh import wave_queries
from services.register import queries as register_queries
from services.register.queries import Dimension
from services.requests import queries as requests_queries
from services.requests.queries import Cover, RequestView
from services.watch import queries as watch_queries

FIRST_OF_QUEUE = 5
DUE_MONTHS = 3


async def page(desk: Desk, viewer: Viewer) -> dict[str, Any]:
    """The view to publish. One connection, a handful of reads."""
    year = financial_year(desk.today)
    manages, plans = viewer.has(Role.MANAGER), viewer.has(Role.PLANNER, Role.DIRECTOR)
    pays = viewer.has(Role.FINANCE, Role.DIRECTOR, Role.AUDITOR)
    async with desk.pool.acquire() as connection:
        if manages or plans or pays:
            await audit.record(connection, desk.clock.now(), viewer, "home", "own page", granted=True)
        counted = manages or plans
        covers = await requests_queries.covers_concerning(connection, viewer.email, desk.today)
        view = HomeView(
            devices=await register_queries.my_devices(connection, viewer, desk.today),
            requests=await requests_queries.open_requests(connection, viewer),
            waiting=await _waiting(desk, connection, viewer, covers, decides=manages or plans),
            losses=await losses_queries.open_losses(connection, viewer, desk.directory),
            covers=covers,
            counts=await register_queries.counts(connection, viewer, desk.today, [Dimension.KIND]) if counted else None,
            due=await refresh_queries.due(connection, viewer, desk.today, DUE_MONTHS) if counted else None,
            alerts=await watch_queries.open_alerts(connection, viewer, desk.today) if counted or pays else None,
            budget=await budget_queries.budget(connection, viewer, year) if pays else None,
            wave=next(iter(await wave_queries.waves(connection, viewer, 1)), None) if plans else None,
            queue=await refresh_queries.queue(connection, viewer, desk.today, FIRST_OF_QUEUE) if plans else None,
        )
    return home.render(viewer, view, desk.unit_names, names_of(desk))


async def _waiting(
    desk: Desk, connection: Connection, viewer: Viewer, covers: Sequence[Cover], *, decides: bool
) -> list[RequestView] | None:
    """What waits for the viewer's decision, as themselves or as a deputy; None for who decides nothing."""
    stands_in = any(each.deputy_email == viewer.email for each in covers)
    if not decides and not stands_in:
        return None
    return await requests_queries.waiting_for(connection, viewer, today=desk.today)
