"""What people do with dead letters: who may, what is noted, and that each thing happens once."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import msgspec
import pytest

from schemas.events.device import DeviceCheckedIn, DeviceObserved
from schemas.topics import DEFAULT_PREFIX, DEVICE_OBSERVED
from services.access.directory import Directory, Unit
from services.clock import FixedClock
from services.database.pool import Connection, Pool, open_pool
from services.errors import NotAllowed, NotFound
from services.eventlog import dead_letters
from services.eventlog.applying import Applied, RecordApplier
from services.eventlog.dead_letters import Choice, DeadLetter
from services.intake import commands, queries
from services.intake.commands import DeadLetters
from services.intake.doors import RECORD_KINDS
from services.intake.translation import Context, translate_body
from services.register.consumer import RegisterConsumer
from tests.fixtures.observations import START, checked_in
from tests.fixtures.people import viewer
from tests.payloads import payload
from tests.unit.intake.context import CONTEXT, NOW

pytestmark = pytest.mark.integration

HELEN, CATHERINE, RUTH = viewer("Helen Marsh"), viewer("Catherine Doyle"), viewer("Ruth Adeyemi")
OTHERS = [viewer(name) for name in ("Amara Osei", "Priya Nair", "Idris Bello")]
CHECK_IN = payload("jamf/ComputerCheckIn.json")
TOPIC = "quartermaster.device-observed"


def record(number: int) -> bytes:
    """A check-in of a Mac of its own, as Jamf tells it."""
    return CHECK_IN.replace(b"C02ZP1QMD6NV", b"MAC%08d" % number).replace(
        b'"jssID": 61', b'"jssID": %d' % (100 + number)
    )


def jamf_letter(body: bytes, reason: str = "line 1: a mapping was missing") -> DeadLetter:
    return DeadLetter(source="jamf", reason=reason, body=body, context={"heard_at": NOW.isoformat()})


def event_letter(number: int, body: bytes | None = None) -> DeadLetter:
    event = checked_in(f"SER{number:04}", number, START)
    return DeadLetter(
        source=f"log:{TOPIC}",
        reason=f"ValueError: {number}",
        body=msgspec.json.encode(event) if body is None else body,
        context={"topic": TOPIC, "key": event.subject},
    )


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    opened = await open_pool(database_url, "intake")
    yield opened
    await opened.close()


@pytest.fixture
def letters(pool: Pool) -> DeadLetters:
    directory = Directory([Unit(code="central-west", name="Central West")], [])
    return DeadLetters(pool, FixedClock(NOW), directory, DEFAULT_PREFIX)


async def keep(database_url: str, service: str, kept: Sequence[DeadLetter]) -> None:
    store = await open_pool(database_url, service, size=1)
    async with store.acquire() as connection:
        await dead_letters.keep(connection, kept)
    await store.close()


async def outbox(pool: Pool) -> list[tuple[str, str, bytes]]:
    return [tuple(row) for row in await pool.fetch("SELECT topic, key, event FROM intake.outbox ORDER BY position")]


async def audited(pool: Pool) -> list[tuple[str, str, str, bool]]:
    rows = await pool.fetch("SELECT email, action, subject, granted FROM access.audit ORDER BY entry")
    return [(row["email"].partition("@")[0], row["action"], row["subject"], row["granted"]) for row in rows]


async def test_planners_and_directors_deal_auditors_look_and_all_is_noted(
    letters: DeadLetters, pool: Pool, database_url: str
) -> None:
    letter = jamf_letter(b"{")
    await keep(database_url, "intake", [letter])
    for person in (HELEN, CATHERINE, RUTH):
        shown = await letters.show(person, letter.fingerprint)
        assert (shown.service, shown.beginning) == ("intake", b"{")
        assert len(await queries.letter_groups(pool, person)) == 1
    for person in OTHERS:
        assert await queries.letter_groups(pool, person) == []
        assert await queries.letters(pool, person, letter.fingerprint) == []
        with pytest.raises(NotAllowed):
            await letters.show(person, letter.fingerprint)
    for person in (RUTH, *OTHERS):
        for refused in (
            letters.replay(person, letter.fingerprint),
            letters.discard(person, letter.fingerprint),
            letters.replay_all(person, Choice()),
            letters.discard_all(person, Choice()),
        ):
            with pytest.raises(NotAllowed):
                await refused
    assert (await letters.discard(HELEN, letter.fingerprint)).settled == 1
    noted = await audited(pool)
    assert [line[3] for line in noted] == [True] * 3 + [False] * (3 + 4 * 4) + [True]
    assert noted[0] == ("helen.marsh", "deadletter show", f"intake {letter.fingerprint}", True)
    assert noted[-1] == ("helen.marsh", "deadletter discard", f"intake {letter.fingerprint}", True)
    with pytest.raises(NotFound):
        await letters.replay(HELEN, UUID(int=9))


async def test_pressing_at_once_translates_once(letters: DeadLetters, pool: Pool, database_url: str) -> None:
    letter = jamf_letter(CHECK_IN)
    await keep(database_url, "intake", [letter])
    dealt = await asyncio.gather(*(letters.replay(HELEN, letter.fingerprint) for _ in range(4)))
    assert sorted((each.settled, each.before) for each in dealt if each.before is None) == [(1, None)]
    assert [each.before for each in dealt if each.settled == 0] == ["replayed"] * 3
    assert len(await outbox(pool)) == 1


async def test_all_of_one_reason_in_sets(
    letters: DeadLetters, pool: Pool, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [record(number) for number in range(1_200)]
    mended = [jamf_letter(body, f"line {n} $.event: no kind") for n, body in enumerate(bodies)]
    await keep(database_url, "intake", [*mended, jamf_letter(b"[]", "not an object")])
    (latest, other) = sorted(await queries.letter_groups(pool, HELEN), key=lambda group: -group.letters)
    assert (latest.letters, latest.reason, other.letters) == (1_200, "line # $.event: no kind", 1)
    choice = Choice(reason_key=latest.reason_key)
    first = await letters.replay_all(HELEN, choice, service="intake", most=700)
    assert (first.settled, first.accepted, first.more) == (700, 700, True)
    monkeypatch.setattr(commands, "SET_BYTES", 20 * len(bodies[0]))
    rest = await letters.replay_all(HELEN, choice, service="intake")
    assert (rest.tried, rest.settled, rest.accepted, rest.more) == (500, 500, 500, False)
    assert (await letters.replay_all(HELEN, choice, service="intake")).tried == 0
    straight = [event for body in bodies for record in _translated(body) for event in record]
    assert {event for _, _, event in await outbox(pool)} == {msgspec.json.encode(event) for event in straight}
    assert ("helen.marsh", "deadletter replay all", "intake jamf: line # $.event: no kind", True) in await audited(pool)
    everything = await letters.replay_all(HELEN, Choice(), most=None)
    assert (everything.tried, everything.settled, everything.still_dead) == (1, 0, 1)
    assert (await queries.letter_groups(pool, HELEN))[0].reason == everything.why != "not an object"


def _translated(body: bytes) -> Sequence[Sequence[DeviceCheckedIn]]:
    return translate_body(RECORD_KINDS["jamf"], body, CONTEXT).events  # type: ignore[return-value]  # check-ins only


async def test_a_letter_is_translated_as_of_when_it_was_heard(pool: Pool, database_url: str) -> None:
    ahead = CHECK_IN.replace(b"1793600481223", b"4102444800000")
    assert ahead != CHECK_IN
    await keep(database_url, "intake", [jamf_letter(ahead)])
    later = FixedClock(NOW.replace(year=NOW.year + 1))
    letters = DeadLetters(pool, later, Directory([], []), DEFAULT_PREFIX)
    assert (await letters.replay_all(HELEN, Choice())).settled == 1
    ((_, _, event),) = await outbox(pool)
    (at_first,) = translate_body(RECORD_KINDS["jamf"], ahead, Context(NOW, {})).events
    assert event == msgspec.json.encode(at_first[0])
    assert at_first[0].time == NOW, "a clock that runs ahead is set back to when we heard it"


async def test_an_event_goes_to_the_log_again_byte_for_byte(
    letters: DeadLetters, pool: Pool, database_url: str
) -> None:
    whole, broken, unknown = (
        event_letter(1),
        event_letter(2, b'{"type":'),
        DeadLetter(source="desk", reason="", body=b""),
    )
    nowhere = DeadLetter(source="log:other.gone", reason="", body=whole.body, context={"topic": "other.gone"})
    await keep(database_url, "register", [whole, broken, unknown, nowhere])
    await keep(database_url, "refresh", [whole])
    dealt = await letters.replay_all(HELEN, Choice(), service="register")
    assert (dealt.tried, dealt.settled, dealt.sent_again, dealt.still_dead) == (4, 1, 1, 3)
    assert await outbox(pool) == [("device-observed", "SER0001", whole.body)]
    for letter, why in (
        (broken, "its bytes are no event of device-observed, so that sending it again would change nothing"),
        (unknown, "nothing here translates letters of 'desk'"),
        (nowhere, "there is no topic 'other.gone' to send it to again"),
    ):
        one = await letters.replay(HELEN, letter.fingerprint)
        assert one.why is not None
        assert one.why.startswith(why)
        (still,) = await queries.letters(pool, HELEN, letter.fingerprint)
        assert (still.settled_at, still.reason) == (None, letter.reason)
    elsewhere = await letters.replay(HELEN, whole.fingerprint)
    assert (elsewhere.tried, elsewhere.settled) == (1, 1), "the other service's letter of the same event"
    assert [each.settled_as for each in await queries.letters(pool, HELEN, whole.fingerprint)] == ["replayed"] * 2


async def test_an_event_that_failed_is_applied_when_it_comes_again_and_only_there(
    letters: DeadLetters, pool: Pool, database_url: str
) -> None:
    register, mended = await open_pool(database_url, "register"), False
    consumer = RegisterConsumer()

    async def apply(connection: Connection, events: Sequence[DeviceObserved]) -> Applied:
        if not mended and any(event.subject == "SER0003" for event in events):
            raise ValueError("a fault of ours")
        return await consumer.apply(connection, events)

    applier = RecordApplier("register", [DEVICE_OBSERVED], apply, register, DEFAULT_PREFIX)
    await applier.apply([LogRecord(checked_in(f"SER{n:04}", n, START)) for n in range(6)])
    (group,) = await queries.letter_groups(pool, HELEN)
    assert (group.service, group.source, group.letters) == ("register", f"log:{TOPIC}", 1)
    failed_again = await letters.replay(HELEN, group.latest)
    await applier.apply([LogRecord(value=event) for _, _, event in await outbox(pool)])
    (still,) = await queries.letter_groups(pool, HELEN)
    assert (failed_again.sent_again, still.latest, still.seen) == (1, group.latest, 2), "it comes back to the list"
    mended = True
    await pool.execute("TRUNCATE intake.outbox")
    await letters.replay(HELEN, group.latest)
    for _ in range(2):
        await applier.apply([LogRecord(value=event) for _, _, event in await outbox(pool)])
    assert await register.fetchval("SELECT count(*) FROM devices") == 6
    assert await queries.letter_groups(pool, HELEN) == []
    await register.close()


@dataclasses.dataclass(init=False)
class LogRecord:
    """A record as it stands on the log."""

    topic: str
    key: bytes | None
    value: bytes | None

    def __init__(self, event: DeviceCheckedIn | None = None, value: bytes = b"") -> None:
        self.topic = TOPIC
        self.key = event.subject.encode() if event else None
        self.value = msgspec.json.encode(event) if event else value


async def test_groups_are_found_by_service_vendor_kind_and_topic(pool: Pool, database_url: str) -> None:
    await keep(database_url, "register", [event_letter(1)])
    incident = DeadLetter(source="servicenow/incident", reason="no", body=b"x")
    await keep(database_url, "intake", [incident, jamf_letter(b"y")])
    for wanted, sources in (
        (None, {"jamf", "servicenow/incident", f"log:{TOPIC}"}),
        ("register", {f"log:{TOPIC}"}),
        ("device-observed", {f"log:{TOPIC}"}),
        ("servicenow", {"servicenow/incident"}),
        ("servicenow/incident", {"servicenow/incident"}),
        ("service", set()),
    ):
        assert {group.source for group in await queries.letter_groups(pool, HELEN, wanted)} == sources
    (one,) = await queries.letter_groups(pool, HELEN, limit=1)
    assert one.groups == 3
