"""A budget crossing: raised once, updated in place, taken up, and shown to those whom it concerns."""

from __future__ import annotations

import asyncio

from deploy.local.demo.plain_text import text_of
from deploy.local.demo.stage import Stage
from deploy.local.simulator.finance.extract import Row
from deploy.local.workspace.scripted import Json
from services.clock import london_date

TITLE = "The budget crosses its thresholds"
ABOUT = "Finance sends extracts. Half of the approved sum raises an alert, three quarters change it; it is taken up."
CHANNEL = "budget"
UNIT_PENCE = 102_500
"""A laptop's price without VAT, as the scenario assumes it."""
MOST_QUANTITY = 170
"""Keeps each order below £213,477, from where on it would need its procurement route."""


async def play(stage: Stage) -> None:
    """A wrong secret; then over 50 %, then over 75 %."""
    tell, idris = stage.tell, stage.idris
    rows = await _orders(stage, "A", 50.5)
    before = await stage.truth.sums()
    tell.sent("Finance's system", "POST /sources/finance/extract", f"{len(rows)} documents, with a wrong secret")
    reply = await stage.wire.finance(rows, secret="not the agreed one")  # noqa: S106 - wrong on purpose
    tell.check("is answered 401", reply.status == 401, reply)
    tell.check("and changes nothing", await stage.truth.sums() == before)

    raised = await _crossing(stage, rows, 50)
    again = await _crossing(stage, await _orders(stage, "B", 75.5), 75)
    tell.check("it is the same message, changed in place", again["ts"] == raised["ts"])
    posted = [text_of(message.get("blocks", [])) for message in await idris.person.history(CHANNEL)]
    tell.equal("messages of what is used in #budget", sum("% is used" in each for each in posted), 1)
    sums = await stage.truth.sums()
    used = (sums.committed + sums.invoiced) * 100 / sums.approved
    tell.check("what it says is the ledger's", f"{used:.0f} % is used" in text_of(again["blocks"]), f"{used:.2f} %")

    shown = await idris.asks("/kit alerts")
    tell.check("finance finds it among the open alerts", "75 % of the approved sum is reached" in shown.text)
    hers = await stage.priya.asks("/kit alerts")
    tell.check("a manager sees her units' alerts, and not this one", "approved sum" not in hers.text)
    others = [stage.amara, stage.priya, stage.daniel]
    tell.check(
        "neither staff nor managers were sent it",
        not any("approved sum" in str(update) for actor in others for update in actor.person.updates),
    )
    await _taken_up(stage, again)


async def _taken_up(stage: Stage, alert: Json) -> None:
    """Two people press at the same time; then one of them snoozes it."""
    tell, idris, catherine = stage.tell, stage.idris, stage.catherine
    seen = len(idris.person.updates)
    for actor in (idris, catherine):
        actor.presses("Acknowledge", f"#{CHANNEL}")
    await asyncio.gather(*(actor.person.press(alert, "alert_acknowledge") for actor in (idris, catherine)))
    done = await _changed(stage, alert, "acknowledged it", seen)
    granted = "SELECT count(*) FROM access.audit WHERE action = 'acknowledge' AND granted"
    tell.equal("acknowledged, by the audit log", await stage.truth.one(granted), 1)

    seen = len(idris.person.updates)
    idris.presses("Snooze…", f"#{CHANNEL}")
    form = await idris.opens(await idris.person.press(done, "alert_snooze"), "alert_snooze_form")
    await idris.submits(form, {"snooze": "tomorrow"}, "Snooze", "tomorrow morning")
    await _changed(stage, alert, "snoozed it until", seen)
    mine = await stage.idris.asks("/kit alerts mine")
    tell.check("what is snoozed is nobody's own", "approved sum" not in mine.text)


async def _changed(stage: Stage, alert: Json, words: str, after: int) -> Json:
    came = await stage.idris.sees(
        lambda message: message.get("ts") == alert["ts"] and words in text_of(message.get("blocks", [])),
        within=30.0,
        after=after,
        told=f"Quartermaster, in #{CHANNEL}",
    )
    stage.tell.check(f"the same message says who {words.removesuffix(' it until')}", came.message["ts"] == alert["ts"])
    return came.message


async def _crossing(stage: Stage, rows: list[Row], step: int) -> Json:
    tell, idris = stage.tell, stage.idris
    seen = len(idris.person.updates)
    devices = sum(int(row[7]) for row in rows if row[1] == "purchase_order")
    tell.sent(
        "Finance's system", "POST /sources/finance/extract", f"{len(rows)} documents on orders for {devices:,} laptops"
    )
    reply = await stage.wire.finance(rows)
    tell.check("is taken whole", reply.status == 200 and reply.body["accepted"] == len(rows), reply)
    came = await idris.sees(
        lambda message: f"{step} % of the approved sum is reached" in text_of(message.get("blocks", [])),
        within=30.0,
        after=seen,
        told=f"Quartermaster, in #{CHANNEL}",
    )
    tell.check(f"the alert says {step} %", came.message["channel"] == idris.person.channel(CHANNEL))
    return came.message


async def _orders(stage: Stage, series: str, until_percent: float) -> list[Row]:
    """Purchase orders that bring the line to a share of what was approved; every other one is invoiced at once."""
    sums = await stage.truth.sums()
    missing = int(sums.approved * until_percent / 100) - sums.committed - sums.invoiced
    day = london_date(stage.clock.now()).isoformat()
    rows: list[Row] = []
    number = 0
    while missing > 0:
        quantity = min(MOST_QUANTITY, -(-missing // (UNIT_PENCE * 6 // 5)))
        net = quantity * UNIT_PENCE
        missing -= net * 6 // 5
        number += 1
        order = f"PO-DEMO-{series}{number:03}"
        documents = [(order, "purchase_order")] + ([(f"INV-{order}", "invoice")] if number % 2 else [])
        rows += [_row(document, kind, order, quantity, net, day) for document, kind in documents]
    return rows


def _row(document: str, kind: str, order: str, quantity: int, net: int, day: str) -> Row:
    where = ("refresh-and-bau", "2024/25", "laptop", "Latitude 5440")
    return (document, kind, order, *where, quantity, net, net // 5, "Thamesgate Computing Ltd", day, "", "refresh")
