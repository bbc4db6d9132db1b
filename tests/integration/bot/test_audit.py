"""`/kit audit`: who saw and did what, of a device or a person, for auditors and directors; each look is in the log."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from bot.answers import audit as audit_answers
from bot.answers.switchboard import answer
from bot.desk import Desk
from bot.grammar import Audit, parse
from bot.render.audit import PAGE
from deploy.local.workspace.client import WorkspaceClient
from services.access import audit, audit_queries
from services.database.pool import Pool
from services.errors import NotAllowed, NotFound
from tests.fixtures.finance import NOW
from tests.fixtures.people import email_of, viewer
from tests.integration.bot.test_answers import ask
from tests.integration.bot.test_find import raise_request

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("devices")]


async def told(desk: Desk, who: str, line: str) -> str:
    return str((await answer(desk, viewer(who), parse(line))).blocks)


async def test_a_device_is_told_with_who_looked_was_refused_and_acted(desk: Desk) -> None:
    await told(desk, "Priya Nair", "find s1")
    with pytest.raises(NotFound):
        await told(desk, "Tom Whitfield", "find S1")
    reference = await raise_request(desk)
    await told(desk, "Helen Marsh", f"request {reference}")
    shown = await told(desk, "Ruth Adeyemi", "audit S1")
    assert "Priya Nair · find · s1 · granted" in shown, "in whatever case it was typed"
    assert "Tom Whitfield · find · S1 · *refused*" in shown
    assert f"Amara Osei · replace · {reference} · granted" in shown
    assert f"Helen Marsh · request · {reference} · granted" in shown
    assert "Ruth Adeyemi · audit · S1 · granted" in shown, "the look itself"
    assert shown.index("Helen Marsh") < shown.index("Tom Whitfield") < shown.index("Priya Nair"), "newest first"
    assert "@" not in shown, "names, not addresses"


async def test_a_refused_act_on_a_request_is_told_by_its_number(desk: Desk) -> None:
    reference = await raise_request(desk)
    request_id = await desk.pool.fetchval("SELECT request_id FROM requests.requests WHERE reference = $1", reference)
    with pytest.raises(NotFound):
        await desk.commands.approve(viewer("Tom Whitfield"), request_id, idempotency_key="k")
    assert f"Tom Whitfield · approve · {reference} · *refused*" in await told(desk, "Catherine Doyle", "audit S1")


async def test_a_person_is_told_with_what_they_did_and_who_looked_at_them(desk: Desk) -> None:
    await told(desk, "Amara Osei", "find S1")
    await told(desk, "Helen Marsh", "find osei")
    await told(desk, "Helen Marsh", "find S2")
    for said in ("audit Amara Osei", "audit osei", f"audit {email_of('Amara Osei')}"):
        shown = await told(desk, "Ruth Adeyemi", said)
        assert "Amara Osei · find · S1 · granted" in shown
        assert "Helen Marsh · find · Amara Osei · granted" in shown, "though she typed a part of the name"
        assert "S2" not in shown
    assert shown.count("Ruth Adeyemi · audit · Amara Osei · granted") == 3


@pytest.mark.parametrize("who", ["Amara Osei", "Priya Nair", "Helen Marsh", "Idris Bello"])
async def test_others_are_refused_which_is_in_the_log(desk: Desk, who: str) -> None:
    for asks in (told(desk, who, "audit Tom Whitfield"), audit_answers.csv_file(desk, viewer(who), Audit("tom"))):
        with pytest.raises(NotAllowed, match="directors and auditors"):
            await asks
    assert f"{who} · audit · Tom Whitfield · *refused*" in await told(desk, "Ruth Adeyemi", "audit Tom Whitfield")


async def test_pages_hold_each_line_once_under_its_day(desk: Desk, pool: Pool) -> None:
    """Every page looked at is itself a newer line, which shifts nothing."""
    priya, number = viewer("Priya Nair"), 2 * PAGE + 5
    async with pool.acquire() as connection:
        for place in range(number):
            at = NOW - timedelta(hours=9 * place)
            await audit.record(connection, at, priya, "queue", f"unit {place}", granted=place % 2 == 0)
    asked, found, days = "audit Priya Nair", list[str](), list[str]()
    for _page in range(3):
        message = await answer(desk, viewer("Ruth Adeyemi"), parse(asked))
        words = str(message.blocks)
        found += [f"unit {place}" for place in range(number) if f"· unit {place} ·" in words]
        days += re.findall(r"'\*(\d+ \w+ \d{4})\*'", words)
        buttons = [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]
        asked = next((each["value"] for each in buttons if each["text"]["text"] == "Earlier"), "")
    assert sorted(found) == sorted({*found})
    assert len(found) == number
    assert not asked, "there is no page after the last"
    seen = [datetime.strptime(each, "%d %b %Y") for each in days]  # noqa: DTZ007 - a day has no time zone
    assert seen == sorted(seen, reverse=True), "newest first, under its day"
    assert len(set(days)) > 10


async def test_an_unknown_word_says_that_nothing_stands_there(desk: Desk) -> None:
    shown = await told(desk, "Ruth Adeyemi", "audit R-999 before 1")
    assert "Nothing earlier stands in the audit log about R-999" in shown


@pytest.mark.usefixtures("bot")
async def test_in_chat_with_its_file(people: WorkspaceClient) -> None:
    ruth = await people.as_user(email_of("Ruth Adeyemi"))
    await ask(ruth, "counts in Central West")
    message = await ask(ruth, "audit Ruth Adeyemi")
    assert "Ruth Adeyemi · counts · Central West · granted" in str(message)
    await ruth.press(message, "audit_csv")
    came = await ruth.wait_for_message(lambda message: bool(message.get("files")))
    rows = (await ruth.download(came["files"][0])).decode("utf-8-sig").splitlines()
    assert rows[0] == 'Number,"When, London",Who,Address,Roles,What,Of what,Answer'
    assert any("counts,Central West,granted" in row for row in rows)
    assert len(rows) == 1 + 3, "the counts, the page and the file itself"


async def test_no_question_reads_the_whole_log(desk: Desk, pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute(
            "INSERT INTO access.audit (at, email, roles, action, subject, granted)"
            " SELECT $1::timestamptz - make_interval(secs => n), 'p' || n % 500 || '@x.example', '{staff}', 'find',"
            " 'SN' || n % 3000, true FROM generate_series(1, 30000) AS n",
            NOW,
        )
        await connection.execute("ANALYZE access.audit")
        for by in (None, "p7@x.example"):
            given = (["sn7", "r-1"], by, 29_000, 21)
            rows = await connection.fetch(f"EXPLAIN {audit_queries.SQL['lines']}", *given)
            plan = "\n".join(row[0] for row in rows)
            assert "Seq Scan on audit" not in plan, plan
            assert "audit_of_subject" in plan, plan
        found = await audit_queries.lines(connection, ["SN7"], "P7@x.example", 1000)
        assert len(found) == 60, "sixty by that person, and ten of those are all there are of that device"
    assert [line.at for line in found] == sorted((line.at for line in found), reverse=True)
