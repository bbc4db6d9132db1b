"""What a request says of somebody's health: who is shown it, how long, and that the audit log knows who read it."""

from __future__ import annotations

import pytest

from deploy.local.workspace.client import WorkspaceClient
from deploy.local.workspace.scripted import Json, ScriptedPerson
from services.database.pool import Pool
from tests.fixtures.people import email_of
from tests.integration.bot.test_asking import choose, last_request, open_form
from tests.integration.bot.test_deciding import with_button
from tests.integration.bot.test_delivering import answered

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("bot", "devices")]
AID = "A screen reader"


async def asked_with_needs(person: ScriptedPerson, pool: Pool, **more: str) -> str:
    """The reference of a request that names an aid."""
    view = await choose(person, await open_form(person), "accessibility", "assistive_technology")
    sent = await person.submit_view(view, {"explanation": "I cannot read it", "assistive_technology": AID} | more)
    assert not sent.errors, sent.errors
    return str((await last_request(pool))["reference"])


async def reads(pool: Pool, reference: str) -> set[tuple[str, str, bool]]:
    rows = await pool.fetch(
        "SELECT email, action, granted FROM access.audit WHERE subject = $1 AND action = ANY ($2)",
        reference,
        ["request", "asked to decide"],
    )
    return {(row["email"], row["action"], row["granted"]) for row in rows}


async def test_the_approver_reads_of_needs_until_it_is_decided_and_the_audit_log_knows(
    amara: ScriptedPerson, priya: ScriptedPerson, pool: Pool
) -> None:
    reference = await asked_with_needs(amara, pool)
    asked = await with_button(priya, "approve_request")
    assert AID in str(asked)
    assert await reads(pool, reference) == {(email_of("Priya Nair"), "asked to decide", True)}
    await priya.press(asked, "approve_request")
    now = await priya.wait_for_message(lambda message: "Approved by Priya Nair" in str(message))
    assert now["ts"] == asked["ts"]
    assert AID not in str(now), "nobody needs it for what is decided"


async def test_no_message_of_the_approver_keeps_it_when_the_requester_withdraws(
    amara: ScriptedPerson, priya: ScriptedPerson, pool: Pool
) -> None:
    await asked_with_needs(amara, pool)
    asked = await with_button(priya, "approve_request")
    await amara.press(await with_button(amara, "withdraw_request"), "withdraw_request")

    def withdrawn(message: Json) -> bool:
        return message["ts"] == asked["ts"] and "ithdrawn" in str(message)

    assert AID not in str(await priya.wait_for_message(withdrawn))


async def test_who_looks_it_up_is_shown_what_they_need_and_stands_in_the_audit_log(
    amara: ScriptedPerson, priya: ScriptedPerson, helen: ScriptedPerson, people: WorkspaceClient, pool: Pool
) -> None:
    reference = await asked_with_needs(amara, pool)
    tom = await people.as_user(email_of("Tom Whitfield"))
    assert AID in str(await answered(amara, f"/kit request {reference}"))
    assert AID not in str(await answered(helen, f"/kit request {reference}")), "not before it is decided"
    assert "There is no request" in str(await answered(tom, f"/kit request {reference}"))
    await priya.press(await with_button(priya, "approve_request"), "approve_request")
    await priya.wait_for_message(lambda message: "Approved by Priya Nair" in str(message))
    assert AID in str(await answered(helen, f"/kit request {reference}"))
    assert AID not in str(await answered(priya, f"/kit request {reference}"))
    assert await reads(pool, reference) == {
        (email_of("Priya Nair"), "asked to decide", True),
        (email_of("Tom Whitfield"), "request", False),
        *((email_of(who), "request", True) for who in ("Amara Osei", "Helen Marsh", "Priya Nair")),
    }


async def test_a_director_who_decided_keeps_no_message_that_says_it(
    priya: ScriptedPerson, catherine: ScriptedPerson, pool: Pool
) -> None:
    """They may look up everything, and it is audited when they do; what they once decided stays on no screen."""
    await asked_with_needs(priya, pool, kind="laptop")
    asked = await with_button(catherine, "approve_request")
    assert AID in str(asked)
    await catherine.press(asked, "approve_request")
    now = await catherine.wait_for_message(lambda message: "Approved by Catherine Doyle" in str(message))
    assert now["ts"] == asked["ts"]
    assert AID not in str(now)
    assert await pool.fetchval("SELECT count(*) FROM bot.outgoing WHERE blocks::text LIKE $1", f"%{AID}%") == 0
