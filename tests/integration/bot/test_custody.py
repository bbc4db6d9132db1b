"""Devices in custody over the Slack protocol: looked at, acted on one by one and by the hundred, certified."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from pypdf import PdfReader

from bot.desk import Desk
from bot.received import Received
from bot.resumption import Resumption
from bot.uploads import Uploads
from bot.wiring import Parts
from deploy.local.workspace.scripted import Json, ScriptedPerson
from deploy.local.workspace.server import Workspace
from services.custody.commands import Details
from services.custody.consumer import CustodyConsumer
from services.custody.rules.machine import Cause
from services.database.pool import Pool, open_pool
from services.errors import BadInput
from tests.fixtures.custody import returned
from tests.fixtures.delivery import deliver
from tests.fixtures.people import email_of, viewer
from tests.fixtures.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("bot")]

PROOF = b"%PDF-1.7 erased, all of them"
MANY = 120


@pytest.fixture
async def custody(database_url: str) -> AsyncIterator[Pool]:
    """C-1 to C-3 came back."""
    opened = await open_pool(database_url, "custody")
    for number in range(1, 4):
        await deliver(opened, CustodyConsumer().apply, [returned(number)])
    yield opened
    await opened.close()


@pytest.fixture
async def many(custody: Pool) -> Pool:
    """And so did many more."""
    await deliver(custody, CustodyConsumer().apply, [returned(number) for number in range(4, MANY + 1)])
    return custody


async def ask(person: ScriptedPerson, line: str) -> Json:
    seen = len(person.updates)
    await person.slash(f"/kit {line}")
    return await person.wait_for_message(lambda message: message.get("is_ephemeral"), after=seen)


async def form(person: ScriptedPerson, line: str, callback: str = "custody_act_form") -> Json:
    await person.slash(f"/kit {line}")
    return await person.wait_for_view(lambda view: view["callback_id"] == callback)


async def sent(person: ScriptedPerson, after: int) -> bytes:
    """The next file that the bot sends this person."""
    told = await person.wait_for_message(lambda message: message.get("files"), after=after)
    return await person.download(told["files"][0])


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


async def states(pool: Pool) -> dict[str, int]:
    rows = await pool.fetch("SELECT state, count(*) AS devices FROM records GROUP BY state")
    return {row["state"]: row["devices"] for row in rows}


async def test_a_planner_sees_what_is_there_and_what_waits(helen: ScriptedPerson, custody: Pool) -> None:
    told = str(await ask(helen, "custody"))
    for said in ("Devices in custody", "Returned", "'3'", "What waits longest", "C-1", "Act on all returned…"):
        assert said in told, said
    listed = str(await ask(helen, "custody returned"))
    for said in ("Returned: 3 devices", "SERIAL2", "Certify as wiped: all 3…", "custody act certify on returned"):
        assert said in listed, said
    one = str(await ask(helen, "custody tag2"))
    for said in ("C-2 · Dell Latitude 5430", "nothing proves it empty", "1. 4 Nov 2024, 10:00", "Certify as wiped…"):
        assert said in one, said
    assert "custody_certificate" not in one


async def test_a_manager_looks_at_own_units_and_acts_on_nothing(priya: ScriptedPerson, custody: Pool) -> None:
    told = str(await ask(priya, "custody"))
    assert "Returned" in told
    assert "Act on" not in told
    assert "custody_act" not in str(await ask(priya, "custody C-1"))
    await priya.slash("/kit custody act certify on C-1")
    refused = await priya.wait_for_view(lambda view: "planners" in str(view))
    assert not refused.get("submit")
    assert "is for planners, finance" in str(await ask(priya, "disposals"))


async def test_staff_are_told_whose_it_is(amara: ScriptedPerson, custody: Pool, pool: Pool) -> None:
    assert "is for managers" in str(await ask(amara, "custody C-1"))
    assert await pool.fetchval("SELECT count(*) FROM access.audit WHERE NOT granted AND action = 'custody'") == 1


async def test_a_device_is_certified_with_a_file_from_the_form(helen: ScriptedPerson, custody: Pool) -> None:
    view = await form(helen, "custody act certify on C-1")
    file = await helen.upload("report.pdf", PROOF)
    act = await helen.submit_view(view, {"certificate_issuer": "Blancco", "certificate_number": "B1"})
    assert set(act.errors) == {"document_id"}
    unnamed = {"document_id": [file], "certificate_issuer": "Blancco", "certificate_number": " "}
    assert (await helen.submit_view(view, unnamed)).errors == {
        "certificate_number": "What is the certificate's number?"
    }
    filled = {"document_id": [file], "certificate_issuer": "Blancco", "certificate_number": "B1", "place": "Depot 4"}
    act = await helen.submit_view(view, filled)
    digest = hashlib.sha256(PROOF).hexdigest()
    assert "Certified as wiped: 1 device moved." in str(act.view)
    assert digest in str(act.view)
    assert await custody.fetchval("SELECT content FROM documents WHERE digest = $1", digest) == PROOF
    told = await ask(helen, "custody C-1")
    assert "certificate of sanitisation (Blancco B1)" in str(told)
    assert digest in str(told)
    seen = len(helen.updates)
    await helen.press(told, "custody_certificate")
    pdf = await sent(helen, seen)
    assert digest in text_of(pdf)
    issued = await custody.fetchrow("SELECT digest, subject, issued_to FROM issued_certificates")
    assert issued is not None
    assert tuple(issued) == (hashlib.sha256(pdf).hexdigest(), "C-1", email_of("Helen Marsh"))


async def test_all_of_a_state_move_by_one_act_and_a_message_tells_of_it(
    helen: ScriptedPerson, many: Pool, bot: Parts
) -> None:
    told = await ask(helen, "custody")
    seen = len(helen.updates)
    await helen.press(told, "custody_act:all-returned")
    choice = await helen.wait_for_view(lambda view: view["callback_id"] == "custody_choice")
    assert f"all {MANY} devices" in str(choice)
    act = await helen.submit_view(choice, {"act": "certify"})
    assert act.view is not None
    file = await helen.upload("report.pdf", PROOF)
    filled = {"document_id": [file], "certificate_issuer": "Blancco", "certificate_number": "B1"}
    act = await helen.submit_view(act.view, filled)
    assert f"{MANY} devices moved." in str(act.view)
    outcome = await helen.wait_for_message(lambda message: "B-1: Certified" in str(message), after=seen)
    assert "custody_certificate" in str(outcome)
    pdf = text_of(await sent(helen, seen))
    assert f"{MANY} devices" in pdf
    assert "SERIAL77" in pdf
    await helen.submit_view({**choice, "blocks": act.view["blocks"] if act.view else []}, {})
    assert await states(many) == {"sanitised": MANY}
    assert await many.fetchval("SELECT count(*) FROM batches") == 1
    assert "B-1: Certified as wiped" in str(await ask(helen, "custody batch B-1"))


async def test_a_pasted_list_and_a_file_go_together_and_what_stays_says_why(helen: ScriptedPerson, many: Pool) -> None:
    view = await form(helen, "custody act inspect")
    act = await helen.submit_view(view, {})
    assert set(act.errors) == {"devices"}
    act = await helen.submit_view(view, {"devices": "NOBODY"})
    assert "none of these devices" in act.errors["devices"].lower()
    act = await helen.submit_view(view, {"devices": "SERIAL1"})
    assert "holds no storage" in act.errors["devices"]
    assert await states(many) == {"returned": MANY}
    view = await form(helen, "custody act send_to_destruction")
    rows = "Model,Serial\n" + "".join(f"Latitude,SERIAL{number}\n" for number in range(4, MANY + 1))
    listed = await helen.upload("devices.csv", rows.encode())
    seen = len(helen.updates)
    filled = {"devices": "c-1, tag2 serial4 NOBODY", "devices_file": [listed], "note": "Cages 1 to 9"}
    act = await helen.submit_view(view, filled)
    assert f"Sent to destruction: {MANY - 1} devices moved; 1 stayed as they were." in str(act.view)
    told = await helen.wait_for_message(lambda message: "B-1: Sent to destruction" in str(message), after=seen)
    assert "No device of that name is in custody" in str(told)
    assert "NOBODY" in str(told)
    assert "custody_certificate" not in str(told), "nothing is proved by sending it away"
    assert await states(many) == {"returned": 1, "to_destruction": MANY - 1}


async def test_finance_records_a_resale_and_what_it_brought(
    helen: ScriptedPerson, idris: ScriptedPerson, desk: Desk, custody: Pool
) -> None:
    planner = viewer("Helen Marsh")
    kept = await desk.custodies.keep_document(planner, name="report.pdf", content=PROOF)
    proof = Details(document_id=kept.document_id, certificate_issuer="Blancco", certificate_number="B1")
    await desk.custodies.act(planner, Cause.CERTIFY, ["C-1", "C-2"], proof, idempotency_key="1")
    good = Details(condition="good")
    await desk.custodies.act(planner, Cause.REVIEW, ["C-1", "C-2"], good, idempotency_key="2")
    hers = await ask(helen, "custody C-1")
    assert "custody_act:resell" not in str(hers)
    assert "finance records the resale" in str(hers)
    assert "finance records the resale" in str(await ask(helen, "custody reviewed"))
    await helen.slash("/kit custody act resell on C-1")
    await helen.wait_for_view(lambda view: "That is for finance to do." in str(view))
    refused = "SELECT count(*) FROM access.audit WHERE NOT granted AND subject = 'custody act resell on C-1'"
    assert await custody.fetchval(refused) == 1
    view = await form(idris, "custody act resell on C-1")
    act = await idris.submit_view(view, {"proceeds_pence": "plenty"})
    assert set(act.errors) == {"proceeds_pence"}
    act = await idris.submit_view(view, {"proceeds_pence": "£81"})
    assert "Resold: 1 device moved." in str(act.view)
    assert "*Proceeds:* £81" in str(await ask(idris, "custody C-1"))
    assert "£" not in str(await ask(helen, "custody C-1"))
    year = str(await ask(idris, "disposals 2024/25"))
    assert "Proceeds" in year
    assert "£81" in year
    assert "£" not in str(await ask(helen, "disposals 2024/25"))


async def test_lists_and_disposals_come_as_files(helen: ScriptedPerson, custody: Pool) -> None:
    told = await ask(helen, "custody returned")
    seen = len(helen.updates)
    await helen.press(told, "custody_csv")
    rows = (await sent(helen, seen)).decode("utf-8-sig").splitlines()
    assert rows[0].startswith("C-number,Serial,")
    assert len(rows) == 4
    told = await ask(helen, "disposals")
    for action, begins in (("disposals_csv", b"\xef\xbb\xbfFinancial year"), ("disposals_xlsx", b"PK")):
        seen = len(helen.updates)
        await helen.press(told, action)
        assert (await sent(helen, seen)).startswith(begins)


async def test_without_a_trigger_a_button_opens_the_form(helen: ScriptedPerson, custody: Pool) -> None:
    seen = len(helen.updates)
    await helen.say("custody act certify on C-1", channel="@quartermaster")
    told = await helen.wait_for_message(lambda message: message.get("bot_id"), after=seen)
    await helen.press(told, "custody_act:open")
    await helen.wait_for_view(lambda view: view["callback_id"] == "custody_act_form")


@pytest.mark.parametrize("line", ["custody C-99", "custody batch B-99", "custody NOSUCH"])
async def test_what_is_not_there_is_said(helen: ScriptedPerson, custody: Pool, line: str) -> None:
    assert line.split()[-1] in str(await ask(helen, line))


class TestUploads:
    """The token and the bytes of uploads."""

    @pytest.mark.parametrize(
        "url",
        [
            "https://files.slack.com.evil.example/f",
            "https://evil.example/files.slack.com",
            "http://files.slack.com/f",
            "https://files.slack.com@evil.example/f",
            "https://notslack.com/f",
            "file:///etc/passwd",
            "https://[",
            "",
        ],
    )
    async def test_the_token_goes_to_slack_s_own_hosts_only(self, session: aiohttp.ClientSession, url: str) -> None:
        uploads = Uploads(session, "xoxb-1", "https://slack.com/api/")
        with pytest.raises(BadInput, match="does not let us read"):
            await uploads.fetch({"name": "a.pdf", "url_private_download": url}, "file")

    async def test_no_redirect_is_followed_and_no_more_is_read_than_is_allowed(
        self, session: aiohttp.ClientSession
    ) -> None:
        async def led_away(_: web.Request) -> web.Response:
            raise web.HTTPFound("/signin")

        async def endless(request: web.Request) -> web.StreamResponse:
            answer = web.StreamResponse()
            await answer.prepare(request)
            for _ in range(200):
                await answer.write(b"x" * 65_536)
            return answer

        async def empty(_: web.Request) -> web.Response:
            return web.Response(body=b"")

        app = web.Application()
        app.add_routes([web.get("/led", led_away), web.get("/endless", endless), web.get("/empty", empty)])
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        uploads = Uploads(session, "xoxb-1", f"{url}/api/")
        try:
            for path, why in (("led", "attach it once more"), ("endless", "larger than 10 MB"), ("empty", "is empty")):
                with pytest.raises(BadInput, match=why) as refused:
                    await uploads.fetch({"name": "a.pdf", "url_private_download": f"{url}/{path}"}, "document_id")
                assert refused.value.where == "document_id"
            huge = {"name": "a.pdf", "size": 10**8, "url_private_download": f"{url}/empty"}
            with pytest.raises(BadInput, match="larger than 10 MB"):
                await uploads.fetch(huge, "document_id")
        finally:
            await runner.cleanup()


async def test_a_colleague_s_certificate_is_not_for_managers(priya: ScriptedPerson, desk: Desk, custody: Pool) -> None:
    planner = viewer("Helen Marsh")
    kept = await desk.custodies.keep_document(planner, name="report.pdf", content=PROOF)
    proof = Details(document_id=kept.document_id, certificate_issuer="Blancco", certificate_number="B1")
    await desk.custodies.act(planner, Cause.CERTIFY, ["C-1"], proof, idempotency_key="1")
    told = await ask(priya, "custody C-1")
    assert "custody_certificate" not in str(told)
    assert "Blancco" not in str(told)


async def test_what_takes_longer_is_told_in_a_message(helen: ScriptedPerson, custody: Pool, pool: Pool) -> None:
    view = await form(helen, "custody act send_to_destruction on C-1")
    seen = len(helen.updates)
    async with pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("SELECT FROM custody.records WHERE reference = 'C-1' FOR UPDATE")
            act = await helen.submit_view(view, {"place": "Cage 1"})
            assert "takes a little longer" in str(act.view)
        told = await helen.wait_for_message(lambda message: "Sent to destruction" in str(message), after=seen)
    assert "1 device moved" in str(told)
    assert await states(custody) == {"returned": 2, "to_destruction": 1}


async def test_what_takes_longer_and_is_then_refused_says_that_nothing_was_done(
    helen: ScriptedPerson, custody: Pool, pool: Pool
) -> None:
    view = await form(helen, "custody act inspect on C-1")
    seen = len(helen.updates)
    async with pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("SELECT FROM custody.records WHERE reference = 'C-1' FOR UPDATE")
            await helen.submit_view(view, {"place": "Cage 1"})
        told = await helen.wait_for_message(lambda message: "Nothing was done" in str(message), after=seen)
    assert "holds no storage" in str(told)


async def test_what_was_uploaded_as_proof_can_be_had_again(helen: ScriptedPerson, custody: Pool, pool: Pool) -> None:
    view = await form(helen, "custody act certify on C-1")
    file = await helen.upload("report.pdf", PROOF)
    filled = {"document_id": [file], "certificate_issuer": "Blancco", "certificate_number": "B1"}
    await helen.submit_view(view, filled)
    told = await ask(helen, "custody C-1")
    seen = len(helen.updates)
    await helen.press(told, "custody_proof")
    assert await sent(helen, seen) == PROOF
    taken = "SELECT count(*) FROM access.audit WHERE granted AND action = 'proof' AND email = $1"
    assert await pool.fetchval(taken, email_of("Helen Marsh")) == 1


async def test_what_was_done_before_a_crash_is_not_denied_after_it(
    bot: Parts, workspace: Workspace, helen: ScriptedPerson, custody: Pool, pool: Pool
) -> None:
    """The bot dies between the act and its message, and meanwhile the file is gone from Slack."""
    view = await form(helen, "custody act certify on C-1")
    file = await helen.upload("report.pdf", PROOF)
    values = {"certificate_issuer": "Blancco", "certificate_number": "B1", "document_id": [file]}
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM custody.records WHERE reference = 'C-1' FOR UPDATE")
        assert "takes a little longer" in str((await helen.submit_view(view, values)).view)
        key, body = await pool.fetchrow("SELECT key, body FROM bot.received WHERE body IS NOT NULL") or ("", None)
    told = "SELECT count(*) FROM bot.outgoing WHERE key LIKE 'answer/view/%'"
    await until(lambda: pool.fetchval(told), "its outcome to be written down")
    await until(lambda: pool.fetchval("SELECT body IS NULL FROM bot.received WHERE key = $1", key), "it to be done")
    await pool.execute("DELETE FROM bot.outgoing WHERE key LIKE 'answer/view/%'")
    await pool.execute("UPDATE bot.received SET finished_at = NULL, body = $2 WHERE key = $1", key, body)
    workspace.context.store.files.delete(file)
    seen = len(helen.updates)
    assert await Resumption(bot.app, Received(pool), bot.underway, unfinished_after=timedelta()).resume() == 1
    said = await helen.wait_for_message(
        lambda message: "Nothing was done" in str(message) or "1 device moved" in str(message), after=seen
    )
    assert "Nothing was done" not in str(said)
    assert await states(custody) == {"returned": 2, "sanitised": 1}
