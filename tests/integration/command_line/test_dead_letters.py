"""`quartermaster deadletter`: listed, shown, replayed and discarded, one and many, in every service's store."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from deploy.command_line import dead_letters
from deploy.command_line.program import program
from services.errors import BadInput
from services.eventlog.dead_letters import DeadLetter
from tests.fixtures.loop import run_now
from tests.payloads import payload

pytestmark = pytest.mark.integration

CHECK_IN = payload("jamf/ComputerCheckIn.json")
GOOD = DeadLetter(source="jamf", reason="was not mapped", body=CHECK_IN)
ODD = [DeadLetter(source="servicenow/push", reason=f"line {n}: odd", body=b"[%d] Amara" % n) for n in range(3)]
EVENT = DeadLetter(source="log:quartermaster.device-observed", reason="ValueError", body=b"{")


@pytest.fixture
def database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    directory = tmp_path / "directory.yaml"
    directory.write_text("units: [{code: met, name: Metropolitan}]\npeople: []\n")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("QUARTERMASTER_DIRECTORY_FILE", str(directory))
    monkeypatch.setenv("COLUMNS", "250")
    run_now(fill(database_url))
    return database_url


async def fill(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    for schema, letters in (("intake", [GOOD, *ODD]), ("register", [EVENT])):
        rows = [(letter.fingerprint, letter.source, letter.reason, letter.body) for letter in letters]
        await connection.executemany(
            f"INSERT INTO {schema}.dead_letters (fingerprint, source, reason, body) VALUES ($1, $2, $3, $4)", rows
        )
    await connection.close()


async def fetch(database_url: str, query: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(database_url)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


def deadletter(*words: str) -> Result:
    dead_letters.console.width = 200  # whatever the terminal's, so that no word is broken
    result = CliRunner().invoke(program, ["deadletter", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_list_groups_by_reason_and_each_names_every_letter(database: str) -> None:
    told = deadletter("list").output
    assert "line #: odd" in told
    assert "register" in told
    assert "was not mapped" not in deadletter("list", "--source", "servicenow").output
    each = deadletter("list", "--each").output
    assert all(str(letter.fingerprint) in each for letter in [GOOD, *ODD, EVENT])


def test_show_is_whole_and_noted(database: str) -> None:
    told = deadletter("show", str(ODD[0].fingerprint)).output
    assert "[0] Amara" in told
    assert "why: line 0: odd" in told
    ((email, action),) = run_now(fetch(database, "SELECT email, action FROM access.audit"))
    assert (str(email).partition(":")[0], action) == ("operator", "deadletter show")


def test_replay_one_some_or_all_and_discard(database: str) -> None:
    assert "1 accepted" in deadletter("replay", str(GOOD.fingerprint)).output
    assert "it was replayed before" in deadletter("replay", str(GOOD.fingerprint)).output
    told = deadletter("replay", "--source", "servicenow/push", "--reason", "ODD").output
    assert "0 of 3 replayed" in told
    assert "3 still cannot be applied" in told
    assert "its bytes are no event of device-observed" in deadletter("replay", "--all", "--service", "register").output
    assert "1 of 1 discarded" in deadletter("discard", str(EVENT.fingerprint)).output
    assert "3 of 3 discarded" in deadletter("discard", "--all").output
    left = run_now(fetch(database, "SELECT count(*) FROM eventlog.dead_letter_groups()"))
    assert left == [(0,)]


@pytest.mark.parametrize("words", [(), ("--all", "--source", "jamf"), (str(GOOD.fingerprint), "--all")])
def test_what_is_meant_must_be_said_once(database: str, words: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="give a fingerprint"):
        deadletter("replay", *words)
