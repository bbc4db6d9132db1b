from __future__ import annotations

from uuid import UUID

import pytest

from services.errors import NotFound
from services.intake.sources.finance.translation import COLUMNS
from tests.sources.door import FINANCE, Door
from tests.sources.letters import HELEN, dead_letters

pytestmark = pytest.mark.integration

PATH = "/sources/finance/extract"


def _row(number: int, **fields: str) -> str:
    row = {
        "document_id": f"PO-{number}",
        "document_type": "purchase_order",
        "order_id": f"PO-{number}",
        "line": "refresh-and-bau",
        "financial_year": "2024/25",
        "kind": "laptop",
        "model": "Latitude 5440",
        "quantity": "10",
        "net_pence": str(1_000_000 + number),
        "vat_pence": "200000",
        "supplier": "Northwind Supplies",
        "document_date": "2024-07-04",
        "unit": "central-west",
        "demand": "refresh",
        **fields,
    }
    return ",".join(row[column] for column in COLUMNS)


def _extract(*rows: str) -> bytes:
    return "\r\n".join([",".join(COLUMNS), *rows, ""]).encode()


async def test_good_rows_pass_and_bad_ones_are_named_by_line(door: Door) -> None:
    body = _extract(_row(1), _row(2, net_pence="12.50"), _row(3), _row(4, unit="Atlantis"))
    status, answer, _ = await door.post(PATH, body, FINANCE)
    assert (status, answer["accepted"], answer["refused"]) == (202, 2, 2)
    assert [letter["where"] for letter in answer["dead_letters"]] == ["line 3 net_pence", "line 5 unit"]
    assert [event["data"]["document_id"] for event in await door.outbox()] == ["PO-1", "PO-3"]
    assert len(await door.letters()) == 2


async def test_the_same_extract_again_changes_nothing_and_a_correction_counts(door: Door) -> None:
    await door.post(PATH, _extract(_row(1), _row(2)), FINANCE)
    status, answer, _ = await door.post(PATH, _extract(_row(1), _row(2, quantity="11"), _row(3)), FINANCE)
    assert (status, answer["accepted"], answer["repeated"]) == (200, 2, 1)
    assert len(await door.outbox()) == 4


async def test_a_large_extract_is_one_transaction(door: Door) -> None:
    status, answer, _ = await door.post(PATH, _extract(*map(_row, range(5_000))), FINANCE)
    assert (status, answer["accepted"]) == (200, 5_000)
    events = await door.outbox()
    assert [event["subject"] for event in events] == [f"PO-{number}" for number in range(5_000)]


async def test_a_file_of_another_shape_is_400(door: Door) -> None:
    status, answer, _ = await door.post(PATH, b"a,b\r\n1,2\r\n", FINANCE)
    assert status == 400
    assert answer["error"].startswith("line 1: the header lacks document_id")
    assert len(await door.letters()) == 1


async def test_after_the_mapping_is_mended_a_replay_ends_as_if_it_had_worked_at_first(door: Door) -> None:
    _, answer, _ = await door.post(PATH, _extract(_row(1), _row(2, unit="Atlantis")), FINANCE)
    fingerprint = UUID(answer["dead_letters"][0]["dead_letter"])
    letters, mended = dead_letters(door.pool), dead_letters(door.pool, "Atlantis")
    tried = await letters.replay(HELEN, fingerprint)
    assert (tried.settled, tried.why) == (0, "line 3 unit: 'Atlantis' is no unit of the directory")
    assert len(await door.outbox()) == 1
    assert (await mended.replay(HELEN, fingerprint)).accepted == 1
    assert (await letters.show(HELEN, fingerprint)).settled_as == "replayed"
    assert (await mended.replay(HELEN, fingerprint)).before == "replayed"
    assert (await mended.discard(HELEN, fingerprint)).before == "replayed"
    replayed = (await door.outbox())[1]
    await door.pool.execute("TRUNCATE outbox, inbox")
    await door.pool.execute("UPDATE dead_letters SET settled_at = NULL, settled_as = NULL")
    await mended.replay(HELEN, fingerprint)
    assert await door.outbox() == [replayed]


async def test_a_letter_can_be_discarded_once(door: Door) -> None:
    _, answer, _ = await door.post(PATH, _extract(_row(1, demand="whim")), FINANCE)
    fingerprint = UUID(answer["dead_letters"][0]["dead_letter"])
    letters = dead_letters(door.pool)
    assert (await letters.discard(HELEN, fingerprint)).settled == 1
    assert (await letters.show(HELEN, fingerprint)).settled_as == "discarded"
    assert (await letters.discard(HELEN, fingerprint)).before == "discarded"
    with pytest.raises(NotFound):
        await letters.show(HELEN, UUID(int=0))
