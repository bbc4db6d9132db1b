"""Who decides: the manager, or who covers for her; never oneself, and never twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from deploy.local.demo.plain_text import text_of
from deploy.local.demo.requests import about, asked, form_of, reference_in, request_message, serial_of
from deploy.local.demo.stage import Stage
from services.clock import london_date

TITLE = "A manager decides, or who covers for her"
ABOUT = "Grace Appiah needs another laptop for her sight; Priya Nair is about to go away, and Daniel Reyes covers."
JOINER = "new.starter@metropolitan.example"


async def play(stage: Stage) -> None:
    """Asked, covered, approved twice at once; then a joiner, whom his own manager may not approve."""
    reference = await _needs_another(stage)
    await _covered(stage, reference)
    await _approved_once(stage, reference)
    await _joiner(stage)


async def _needs_another(stage: Stage) -> str:
    tell, grace, priya = stage.tell, stage.grace, stage.priya
    form = await form_of(grace)
    values = about(form, serial_of(stage, grace, "laptop"), "accessibility")
    values["explanation"] = "The screen is too small for my magnifier."
    verdict = await asked(grace, form, values, "an accessibility need")
    tell.check("policy leaves it to a manager", "a manager's approval is needed" in verdict)
    reference = reference_in(verdict)
    request = await priya.sees(
        lambda message: reference in str(message) and "approve_request" in str(message),
        told="Quartermaster, to Priya Nair in a direct message",
    )
    tell.check("her manager is asked, with buttons", request.has_button("refuse_request"))
    bands = "£500" in request.text and "£1,500" in request.text
    tell.check("and told a planning band, never a price", bands and "£1,020" not in request.text)
    unseen = await stage.daniel.asks(f"/kit request {reference}")
    tell.check("another unit's manager does not see it", "There is no request" in unseen.text)
    act = await stage.daniel.person.press(request.message, "approve_request")
    tell.check("nor can he press its button", act.outcome == "refused", act.notice)
    status = await stage.truth.one("SELECT status FROM requests.requests WHERE reference = $1", reference)
    tell.equal("the request still waits", status, "waiting_for_approval")
    return reference


async def _covered(stage: Stage, reference: str) -> None:
    tell, priya, daniel = stage.tell, stage.priya, stage.daniel
    today = london_date(stage.clock.now())
    until = today + timedelta(days=11)
    line = f"/kit cover Daniel Reyes from {today.day} {today:%b %Y} until {until.day} {until:%b %Y}"
    seen = len(daniel.person.updates)
    await priya.asks(line)
    request = await daniel.sees(
        lambda message: reference in str(message) and "approve_request" in str(message),
        after=seen,
        told="Quartermaster, to Daniel Reyes in a direct message",
    )
    tell.check("who covers is asked what waits", request.has_button("approve_request"))
    daniel.presses("Approve ] [ Approve")
    seen = len(daniel.person.updates)
    acts = await asyncio.gather(*(daniel.person.press(request.message, "approve_request") for _ in range(2)))
    tell.check("both presses are acknowledged", all(act.outcome == "acknowledged" for act in acts))
    again = await daniel.sees(lambda message: "was decided before" in text_of(message["blocks"]), after=seen)
    tell.came(again.lines, None, "Quartermaster, to the second press")
    done = await daniel.sees(
        lambda message: message["ts"] == request.message["ts"] and "Approved by Daniel Reyes" in str(message)
    )
    tell.check("his message lost its buttons", not done.has_button("approve_request"))


async def _approved_once(stage: Stage, reference: str) -> None:
    tell = stage.tell
    told = await request_message(stage.grace, reference, "Approved by Daniel Reyes")
    tell.check("Grace reads who decided", "Approved by Daniel Reyes" in told.text)
    decisions = await stage.truth.one(
        "SELECT count(*) FROM access.audit WHERE action = 'approve' AND subject = $1 AND granted", reference
    )
    tell.equal("pressed twice, decided", decisions, 1)
    there = "SELECT count(*) > 0 FROM budget.ledger WHERE document_id = $1"
    await stage.truth.until(there, f"request/{reference}")
    entries = await stage.truth.one("SELECT count(*) FROM budget.ledger WHERE document_id = $1", f"request/{reference}")
    tell.equal("the wave took the laptops in stock, so one is bought: entries in the ledger", entries, 1)
    await stage.priya.asks("/kit cover off")
    over = await stage.daniel.asks("/kit cover")
    tell.check("the cover is over", "you cover for nobody" in over.text)


async def _joiner(stage: Stage) -> None:
    tell, priya, catherine = stage.tell, stage.priya, stage.catherine
    form = await priya.chooses(await form_of(priya), "reason", "joiner", "recipient_email")
    values = {
        "kind": "smartphone",
        "recipient_name": "Noor Starter",
        "recipient_email": JOINER,
        "explanation": "Starts on Monday in the response team.",
        "delivery": "Charing Cross",
    }
    verdict = await asked(priya, form, values, "a phone for Noor Starter, who joins")
    reference = reference_in(verdict)
    mine = await priya.asks(f"/kit request {reference}")
    tell.check("she cannot approve what she asked for", not mine.has_button("approve_request"))
    request = await catherine.sees(
        lambda message: reference in str(message) and "approve_request" in str(message),
        told="Quartermaster, to Catherine Doyle in a direct message",
    )
    await catherine.uses(request.message, "approve_request", "Approve")
    told = await request_message(priya, reference, "Approved by Catherine Doyle")
    tell.check("the one above decides", "Noor Starter" in told.text)
