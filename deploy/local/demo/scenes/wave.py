"""A wave from the planner's proposal to committed money, by way of a director who first sends one back."""

from __future__ import annotations

from collections.abc import Callable

from bot.render.wording import count_of, money
from deploy.local.demo.actor import Actor, Answer
from deploy.local.demo.figures import column, pence, pence_after
from deploy.local.demo.stage import Stage
from deploy.local.workspace.scripted import Json

TITLE = "A wave is proposed, sent back, released and ordered"
ABOUT = "Helen Marsh plans laptops within £300,000; Catherine Doyle decides; the budget commits all of it or nothing."
LINE = "/kit wave propose laptops up to £300k"
REASON = "Frontline units first, please"


async def play(stage: Stage) -> None:
    """Every figure against the tables; the planner sees no supplier, the director every gate."""
    tell, helen, catherine = stage.tell, stage.helen, stage.catherine
    before = await stage.truth.sums()
    seen = _seen(helen, catherine)
    first = await _proposed(stage, LINE)
    asked = await catherine.sees(_about(first), after=seen[catherine.name], told="a direct message")
    tell.check("the director sees supplier and gates", "Assumed Laptops Ltd" in asked.text)
    gross = await stage.truth.one("SELECT gross_pence FROM refresh.waves ORDER BY number DESC LIMIT 1")
    tell.equal("and its cost", pence(asked.text.partition("to order for")[2]), gross, money)
    tell.check("the planner does not", "Assumed Laptops Ltd" not in first.text)

    seen = _seen(helen, catherine)
    catherine.presses("Send back…")
    form = await catherine.opens(await catherine.person.press(asked.message, "wave_send_back"), "send_back_form")
    await catherine.submits(form, {"why": REASON}, "Send back", REASON)
    told = await helen.sees(lambda message: REASON in str(message), after=seen[helen.name], told="a direct message")
    tell.check("the planner hears who and why", "Sent back by Catherine Doyle" in told.text)

    seen = _seen(helen, catherine)
    second = await _proposed(stage, LINE)
    asked = await catherine.sees(_about(second), after=seen[catherine.name], told="a direct message")
    released = await _released(stage, asked.message)
    tell.check("the form lists the order and its gates", "Assumed Laptops Ltd" in released)
    for actor in (catherine, helen):
        done = await actor.sees(lambda message: "money committed" in str(message), after=seen[actor.name])
        tell.check(f"{actor.name} is told that it is ordered", "Released by Catherine Doyle" in done.text)

    name, ordered, gross = (
        await stage.truth.rows("SELECT wave, ordered, gross_pence FROM refresh.waves ORDER BY number")
    )[-1]
    committed = "SELECT count(*) = 1 FROM refresh.waves WHERE wave = $1 AND status = 'committed'"
    tell.check("the wave is committed", await stage.truth.until(committed, name))
    after = await stage.truth.sums()
    tell.equal("so much more is committed", after.committed - before.committed, gross, money)
    budget = await catherine.asks("/kit budget")
    tell.equal("and chat says so", pence_after("committed", budget.text), after.committed, money)
    held = "SELECT count(*) FROM refresh.queue WHERE wave = $1 AND status = 'ordered' AND order_id IS NOT NULL"
    tell.equal("entries of the queue are ordered", await stage.truth.one(held, name), ordered)
    tell.equal("no counter differs from the ledger", await stage.truth.wrong_sums(), [])


async def _proposed(stage: Stage, line: str) -> Answer:
    """The planner proposes; what is told is what is stored."""
    tell, helen = stage.tell, stage.helen
    seen = len(helen.person.updates)
    await helen.asks(line)
    proposal = await helen.sees(lambda message: "Wave W-" in str(message), after=seen)
    tell.came(proposal.lines, proposal.seconds)
    stored = "SELECT wave, from_stock, ordered, gross_pence FROM refresh.waves ORDER BY number"
    name, from_stock, ordered, gross = (await stage.truth.rows(stored))[-1]
    tell.check(f"it is {name}", f"Wave {name} " in proposal.text)
    tell.equal("devices ordered by kind", sum(column(proposal.rows, 3)), ordered)
    tell.equal("and from stock", sum(column(proposal.rows, 2)), from_stock)
    tell.check("one kind's sum, which tells its price, is not the planner's to see", money(gross) not in proposal.text)
    tell.check(f"{count_of(ordered, 'device')} within £300,000", 0 < gross <= 30_000_000, money(gross))
    return proposal


async def _released(stage: Stage, message: Json) -> str:
    """The director releases; the form's words."""
    catherine = stage.catherine
    catherine.presses("Release…")
    form = await catherine.opens(await catherine.person.press(message, "wave_release"), "release_form")
    act = await catherine.submits(form, {}, "Release", "nothing is missing:")
    stage.tell.check("it is released", "is released" in str(act.view))
    return str(form)


def _about(proposal: Answer) -> Callable[[Json], bool]:
    name = proposal.text.partition("Wave ")[2].partition(" ")[0]
    return lambda message: f"Wave {name} " in str(message)


def _seen(*actors: Actor) -> dict[str, int]:
    return {actor.name: len(actor.person.updates) for actor in actors}
