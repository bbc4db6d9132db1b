"""`quartermaster custody`: certificates written and checked, and faults told by record and link."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from click.testing import Result
from typer.testing import CliRunner

from deploy.command_line import custody
from deploy.command_line.program import program
from schemas.vocabulary import DeviceState
from services.clock import FixedClock
from services.custody.certificates.reading import heads_on
from services.custody.commands import Custodies, Details
from services.custody.consumer import CustodyConsumer
from services.custody.rules.chain import sealed
from services.custody.rules.machine import Cause
from services.custody.verification import links_of
from services.database.pool import Pool, open_pool
from services.errors import BadInput, NotFound, RuleBroken
from services.settings import Settings
from tests.fixtures.custody import at, changed, returned
from tests.fixtures.delivery import deliver
from tests.fixtures.loop import run_now
from tests.fixtures.people import small_directory, viewer

pytestmark = pytest.mark.integration

CLOCK = FixedClock(at(3))
HELEN = viewer("Helen Marsh")


def run(*words: str | Path) -> Result:
    custody.console.width = 200
    result = CliRunner().invoke(program, ["custody", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """C-1 to C-3 came back; C-1 and C-2 are proved empty by batch B-1."""
    (tmp_path / "directory.yaml").write_text("units: [{code: met, name: Metropolitan}]\npeople: []\n")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("QUARTERMASTER_DIRECTORY_FILE", str(tmp_path / "directory.yaml"))
    monkeypatch.setattr(Settings, "clock", lambda _: CLOCK)
    run_now(_with_custody(database_url, _fill))
    return database_url


async def _with_custody(database_url: str, work: Callable[[Pool, Custodies], Awaitable[Any]]) -> None:
    pool = await open_pool(database_url, "custody", size=2)
    await work(pool, Custodies(pool, CLOCK, small_directory()))
    await pool.close()


async def _fill(pool: Pool, custodies: Custodies) -> None:
    await deliver(pool, CustodyConsumer().apply, [returned(1), returned(2), returned(3)])
    document = await custodies.keep_document(HELEN, name="report.pdf", content=b"%PDF-1.7 wiped")
    proof = Details(document_id=document.document_id, certificate_issuer="Blancco", certificate_number="B1")
    await custodies.act(HELEN, Cause.CERTIFY, ["C-1", "C-2"], proof, idempotency_key="1")


async def _review(_: Pool, custodies: Custodies) -> None:
    await custodies.act(HELEN, Cause.REVIEW, ["C-1"], Details(condition="good"), idempotency_key="2")


def tamper(database_url: str, statement: str) -> None:
    """As somebody could who owns the database: triggers do not fire."""

    async def done() -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute(f"SET session_replication_role = replica; {statement}")
        await connection.close()

    run_now(done())


def test_a_certificate_is_written_and_found_sound(database: str, tmp_path: Path) -> None:
    file = tmp_path / "c1.pdf"
    told = run("certificate", "C-1", "-o", file).output
    assert "certificate QC-000001 of C-1" in told
    assert file.read_bytes().startswith(b"%PDF-")
    verdict = run("verify", file)
    assert verdict.exit_code == 0
    assert "certificate QC-000001 of C-1, issued 4 Nov 2024, 12:00: sound" in verdict.output
    assert "its chain holds" in verdict.output


def test_asking_again_gives_the_same_file_until_something_moves(database: str, tmp_path: Path) -> None:
    first, again, later = (tmp_path / name for name in ("1.pdf", "2.pdf", "3.pdf"))
    run("certificate", "C-1", "-o", first)
    run("certificate", "serial1", "-o", again)
    assert first.read_bytes() == again.read_bytes()
    run_now(_with_custody(database, _review))
    assert "certificate QC-000002 of C-1" in run("certificate", "C-1", "-o", later).output
    verdict = run("verify", first, later)
    assert verdict.exit_code == 0
    assert "C-1 moved on since" in verdict.output


def test_a_batch_s_certificate_covers_each_of_its_devices(database: str, tmp_path: Path) -> None:
    file = tmp_path / "b1.pdf"
    run("certificate", "b-1", "-o", file)
    assert "of B-1" in (told := run("verify", file).output)
    assert "all 2 chains hold" in told
    tamper(
        database,
        "UPDATE custody.chain SET what = 'Wiped twice' WHERE number = 2 AND custody_id = "
        "(SELECT custody_id FROM custody.records WHERE reference = 'C-2')",
    )
    verdict = run("verify", file)
    assert verdict.exit_code == 1
    assert "RECORD IS NOT SOUND" in verdict.output
    assert "C-2: link 2 was changed" in verdict.output
    assert "C-1:" not in verdict.output


def test_changed_bytes_are_none_of_ours(database: str, tmp_path: Path) -> None:
    file = tmp_path / "c1.pdf"
    run("certificate", "C-1", "-o", file)
    file.write_bytes(file.read_bytes() + b" ")
    verdict = run("verify", file)
    assert verdict.exit_code == 1
    assert "NOT OURS" in verdict.output


def test_a_chain_made_anew_does_not_fit_the_certificate(database: str, tmp_path: Path) -> None:
    file = tmp_path / "c1.pdf"
    run("certificate", "C-1", "-o", file)
    run_now(_with_custody(database, _forge))
    assert "C-1: link 2 is not the one that certificate QC-000001 told of" in run("verify").output
    verdict = run("verify", file)
    assert verdict.exit_code == 1
    assert "C-1: link 2 is not the chain head that the certificate gives" in verdict.output


def test_a_chain_made_anew_is_sound_by_itself_where_no_certificate_told_of_it(database: str) -> None:
    run_now(_with_custody(database, _forge))
    assert run("verify").exit_code == 0


@pytest.mark.parametrize("subject", ["C-1", "B-1"])
def test_a_certificate_given_out_finds_out_a_database_that_was_rewritten_whole(
    database: str, tmp_path: Path, subject: str
) -> None:
    """Chain, record and what we remember of certificates are all made to fit; only the paper outside does not."""
    file = tmp_path / "given-out.pdf"
    run("certificate", subject, "-o", file)
    sound = run("verify", "--certificate", file)
    assert sound.exit_code == 0
    assert "C-1 still holds it as link 2. Its chain holds." in sound.output
    head = next(each.digest for each in heads_on(file.read_bytes()) if each.reference == "C-1")
    assert run("verify", "--head", head.upper()).exit_code == 0
    run_now(_with_custody(database, _forge))
    tamper(database, "DELETE FROM custody.issued_certificates")
    assert run("verify").exit_code == 0, "within, nothing shows"
    found_out = run("verify", "--certificate", file)
    assert found_out.exit_code == 1
    assert "RECORD IS NOT WHAT WAS GIVEN OUT" in found_out.output
    assert "C-1: no chain holds the head of link 2 that the certificate gives" in found_out.output
    by_hand = run("verify", "--head", head)
    assert by_hand.exit_code == 1
    assert f"{head}: NOT THERE" in by_hand.output


def test_a_certificate_s_head_stays_in_a_chain_that_went_on(database: str, tmp_path: Path) -> None:
    file = tmp_path / "c1.pdf"
    run("certificate", "C-1", "-o", file)
    run_now(_with_custody(database, _review))
    told = run("verify", "--certificate", file)
    assert told.exit_code == 0
    assert "C-1 still holds it as link 2, and 1 came after it. Its chain holds." in told.output


def test_a_head_of_a_chain_that_was_changed_since_is_not_vouched_for(database: str, tmp_path: Path) -> None:
    file = tmp_path / "c1.pdf"
    run("certificate", "C-1", "-o", file)
    tamper(database, "UPDATE custody.chain SET what = 'Wiped twice' WHERE number = 1")
    told = run("verify", "--certificate", file)
    assert told.exit_code == 1
    assert "C-1: link 1 was changed" in told.output


def test_a_head_that_stands_elsewhere_is_told(database: str, tmp_path: Path) -> None:
    file = tmp_path / "c1.pdf"
    run("certificate", "C-1", "-o", file)
    tamper(database, "UPDATE custody.records SET reference = 'C-9' WHERE reference = 'C-1'")
    told = run("verify", "--certificate", file)
    assert told.exit_code == 1
    assert "C-1: the head stands at link 2 of C-9, not where the certificate says" in told.output


def test_what_is_no_digest_and_no_certificate_is_refused_in_words(database: str, tmp_path: Path) -> None:
    assert "64 characters" in run("verify", "--head", "abc").output
    other = tmp_path / "other.pdf"
    other.write_bytes(b"%PDF-1.7 something else")
    with pytest.raises(BadInput, match="--head"):
        run("verify", "--certificate", other)


async def _forge(pool: Pool, _: Custodies) -> None:
    custody_id = await pool.fetchval("SELECT custody_id FROM records WHERE reference = 'C-1'")
    async with pool.acquire() as connection:
        (links,) = (await links_of(connection, [custody_id])).values()
        forged = sealed(msgspec.structs.replace(links[1], what="Sanitised by somebody else"))
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(
            "UPDATE chain SET what = $2, digest = $3 WHERE custody_id = $1 AND number = 2",
            custody_id,
            forged.what,
            forged.digest,
        )
        await connection.execute("UPDATE records SET head = $2 WHERE custody_id = $1", custody_id, forged.digest)


def test_everything_is_proved_anew(database: str) -> None:
    told = run("verify")
    assert told.exit_code == 0
    assert "3 records, 5 links, 1 documents looked at." in told.output
    assert "All hold." in told.output


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM custody.chain WHERE number = 1", "C-1: link 1 is missing"),
        ("UPDATE custody.records SET state = 'recycled' WHERE reference = 'C-2'", "C-2: the record does not stand"),
        ("UPDATE custody.documents SET content = '%PDF-1.7 forged'", "report.pdf"),
    ],
)
def test_a_fault_says_which_record_and_which_link(database: str, statement: str, said: str) -> None:
    tamper(database, statement)
    told = run("verify")
    assert told.exit_code == 1
    assert said in told.output


def test_what_was_put_to_use_again_is_not_certified(database: str, tmp_path: Path) -> None:
    run_now(_with_custody(database, _use_again))
    with pytest.raises(RuleBroken, match="C-1 was put to use again"):
        run("certificate", "C-1", "-o", tmp_path / "no.pdf")
    run("certificate", "B-1", "-o", tmp_path / "b.pdf")
    assert "its chain holds" in run("verify", tmp_path / "b.pdf").output


async def _use_again(pool: Pool, _: Custodies) -> None:
    number = await pool.fetchval("SELECT ltrim(serial, 'SERIAL')::integer FROM records WHERE reference = 'C-1'")
    await deliver(pool, CustodyConsumer().apply, [changed(number, 9, DeviceState.IN_STOCK, 4)])


def test_what_cannot_be_certified_is_refused_in_words(database: str, tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match="Nothing proves C-3 empty yet"):
        run("certificate", "C-3", "-o", tmp_path / "no.pdf")
    for unknown in ("C-99", "B-99"):
        with pytest.raises(NotFound):
            run("certificate", unknown, "-o", tmp_path / "no.pdf")
    assert not (tmp_path / "no.pdf").exists()
