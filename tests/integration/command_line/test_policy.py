"""`quartermaster policy`: checked without a database, compared without writing, applied once somebody says yes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import pytest
import yaml
from typer.testing import CliRunner, Result

from deploy.command_line import policies, policy_money
from deploy.command_line.program import program
from schemas.vocabulary import FundingLine, Kind
from services.budget.queries import Planning, PlanPrice
from services.clock import FixedClock
from services.database.pool import Connection, open_pool
from services.errors import ConfigurationError, NotAllowed, RuleBroken
from services.eventlog import outbox
from services.refresh import policy_store
from services.refresh.consumer import RefreshConsumer
from services.refresh.policy import Policy, PolicyInForce
from services.settings import Settings
from tests.fixtures.loop import run_now
from tests.integration.refresh.fleet import DIRECTORY, NOW, approved, changed
from tests.unit.refresh.policies import FILE

pytestmark = pytest.mark.integration
CLOCK = FixedClock(NOW)
PRICES = Planning(
    financial_year="2024/25",
    left_pence={FundingLine.REFRESH_AND_BAU: 1_000_000_00},
    volume_left={},
    prices={
        Kind.LAPTOP: PlanPrice(
            kind=Kind.LAPTOP, net_pence=800_00, vat_pence=160_00, lead_days=30, supplier="A supplier", contract_id=None
        )
    },
)


def policy(*words: str, answer: str | None = None, width: int = 200) -> Result:
    policies.console.width = width
    result = CliRunner().invoke(program, ["policy", *words], input=answer)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def shorter(tmp_path: Path) -> Path:
    """The shipped policy, and laptops that serve 36 months instead of 48."""
    content = yaml.safe_load(FILE.read_text())
    content["version"] = "shorter"
    content["kinds"]["laptop"]["life_months"] = 36
    file = tmp_path / "shorter.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


@pytest.fixture
def database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Twenty laptops that fall due within the year by the shorter life only, and some that it does not touch."""
    units = "".join(
        f"  - {{code: {unit.code}, name: {unit.name}, parent: {unit.parent or 'null'}}}\n"
        for unit in DIRECTORY.units.values()
    )
    people = "".join(
        f"  - {{email: {person.email}, name: {person.name}, unit: {person.unit}, roles: [{', '.join(person.roles)}]}}\n"
        for person in DIRECTORY.people.values()
    )
    (tmp_path / "directory.yaml").write_text(f"units:\n{units}people:\n{people}")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("QUARTERMASTER_DIRECTORY_FILE", str(tmp_path / "directory.yaml"))
    monkeypatch.setattr(Settings, "clock", lambda _: CLOCK)
    run_now(fill(database_url))
    return database_url


async def fill(database_url: str) -> None:
    pool = await open_pool(database_url, "refresh", size=1)
    async with pool.acquire() as connection, connection.transaction():
        await policy_store.adopt(connection, PolicyInForce.of(Policy.load(FILE), DIRECTORY), NOW)
        await outbox.append(
            connection,
            await RefreshConsumer(CLOCK).apply(
                connection,
                [
                    *(changed(number, purchased_on=date(2022, 2, 1)) for number in range(20)),
                    changed(30, purchased_on=date(2019, 1, 1)),
                    changed(31, purchased_on=date(2024, 1, 1)),
                    changed(32, kind=Kind.DESKTOP, model=None, purchased_on=date(2018, 1, 1)),
                    approved(1, of=None),
                ],
            ),
        )
    await pool.close()


async def all_of(database_url: str) -> dict[str, list[tuple[object, ...]]]:
    connection = await asyncpg.connect(database_url)
    tables = ("refresh.queue", "refresh.standing", "refresh.policies", "refresh.outbox", "access.audit")
    found = {
        table: [tuple(row) for row in await connection.fetch(f"SELECT * FROM {table} ORDER BY 1")] for table in tables
    }
    await connection.close()
    return found


def test_a_sound_policy_is_told_and_a_wrong_one_says_where(shorter: Path, tmp_path: Path) -> None:
    told = policy("check", str(shorter)).output
    assert "36 months (assumed)" in told
    assert "*EliteBook 840*G[1-4]*" in told
    assert "shorter.yaml is sound: version shorter" in told
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(shorter.read_text().replace("life_months: 36", "life_months: '36'"))
    with pytest.raises(ConfigurationError, match=r"wrong\.yaml: Expected `int`, got `str` - at `\$\.kinds"):
        policy("check", str(wrong))
    bare = tmp_path / "directory.yaml"
    bare.write_text("units: [{code: met, name: Metropolitan}]\npeople: []\n")
    with pytest.raises(ConfigurationError, match="frontline names units not in the directory"):
        policy("check", str(shorter), "--directory", str(bare))


def test_a_diff_tells_rules_and_devices_and_writes_nothing(database: str, shorter: Path) -> None:
    before = run_now(all_of(database))
    told = policy("diff", str(shorter)).output
    assert "from version 2024-11.2 to version shorter" in told
    assert "life of a laptop: 36 months (assumed), before 48 months (assumed)" in told
    assert "24 devices and requests judged by both" in told
    (laptops,) = [line for line in told.splitlines() if line.split()[:1] == ["laptop"]]
    assert laptops.split() == ["laptop", "2", "22", "20", "0", "1", "0", "1", "0", "+20"]
    assert "prices are not known" in told
    assert run_now(all_of(database)) == before


def test_a_diff_fits_a_terminal_of_eighty_columns(database: str, shorter: Path) -> None:
    told = policy("diff", str(shorter), width=80).output
    assert "…" not in told
    assert "smartphone" in told or "desktop" in told
    assert max(map(len, told.splitlines())) <= 80


@pytest.mark.parametrize(
    ("by", "kinds"), [(None, False), ("catherine.doyle@metropolitan.example", True)], ids=["operator", "director"]
)
def test_money_is_told_by_kind_only_to_who_may_see_prices(
    database: str, shorter: Path, monkeypatch: pytest.MonkeyPatch, by: str | None, kinds: bool
) -> None:
    async def planned(connection: Connection, financial_year: str, today: date) -> Planning:
        assert (financial_year, today) == ("2024/25", date(2024, 11, 4))
        return PRICES

    monkeypatch.setattr(policy_money, "planning", planned)
    told = policy("diff", str(shorter), *(["--by", by] if by else [])).output
    # Twenty laptops and what they cost tell what one costs.
    assert ("money for what is due in 2024/25: +£19,200.00 including VAT" in told) is kinds
    assert ("£" in told) is kinds
    assert ("refresh-and-bau, laptop: +£19,200.00" in told) is kinds
    audited = [row[2:] for row in run_now(all_of(database))["access.audit"]]
    assert [row for row in audited if "policy diff" in row] == (
        [(by, ["director", "staff"], "policy diff", "2024/25", True)] if kinds else []
    )


def test_applying_asks_first_and_says_who_did_it(database: str, shorter: Path) -> None:
    before = run_now(all_of(database))
    assert policy("apply", str(shorter), answer="n\n").exit_code == 1
    assert run_now(all_of(database)) == before
    director = "catherine.doyle@metropolitan.example"
    told = policy("apply", str(shorter), "--by", director, answer="y\n").output
    assert "version shorter is in force from now on" in told
    after = run_now(all_of(database))
    assert [row for row in after["refresh.policies"] if director in row] != []
    assert after["refresh.queue"] == before["refresh.queue"], "the sweep of the running service judges"
    (line,) = after["access.audit"]
    assert (director, "policy apply", "shorter", True) == tuple(line[place] for place in (2, 4, 5, 6))
    assert "is in force already" in policy("apply", str(shorter), "--yes").output


def test_who_may_not_apply_is_refused_and_audited(database: str, shorter: Path) -> None:
    for email in ("priya.nair@metropolitan.example", "amara.osei@metropolitan.example"):
        with pytest.raises(NotAllowed, match="Planners and directors"):
            policy("apply", str(shorter), "--yes", "--by", email)
        with pytest.raises(NotAllowed, match="whole organisation"):
            policy("diff", str(shorter), "--by", email)
    with pytest.raises(NotAllowed, match="not in the directory"):
        policy("apply", str(shorter), "--yes", "--by", "nobody@elsewhere.example")
    after = run_now(all_of(database))
    assert [(row[4], row[6]) for row in after["access.audit"]] == [("policy apply", False), ("policy diff", False)] * 2
    assert len(after["refresh.policies"]) == 1


def test_a_version_is_not_given_twice(database: str, shorter: Path) -> None:
    shorter.write_text(shorter.read_text().replace("version: shorter", "version: '2024-11.2'"))
    with pytest.raises(RuleBroken, match=r"version 2024-11\.2 was another document before"):
        policy("apply", str(shorter))
    assert "give the document a new one" in policy("diff", str(shorter)).output


def test_what_was_shown_must_still_be_in_force_when_somebody_says_yes(
    database: str, shorter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Awaitable[object]] = policies.dry_run

    async def slow(*words: object) -> object:
        found = await real(*words)
        connection = await asyncpg.connect(database)
        await connection.execute("UPDATE refresh.policies SET adopted_at = $1", datetime(2024, 11, 5, tzinfo=UTC))
        await connection.close()
        return found

    monkeypatch.setattr(policies, "dry_run", slow)
    with pytest.raises(RuleBroken, match="another policy came into force meanwhile"):
        policy("apply", str(shorter), "--yes")
