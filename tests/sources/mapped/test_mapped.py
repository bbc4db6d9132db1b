from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import msgspec
import pytest

from services.database.pool import Pool
from services.errors import ConfigurationError
from services.intake.door.authenticity import Delivery
from services.intake.doors import RECORD_KINDS, OpenSource, open_sources, source_of
from services.intake.sources.mapped.listing import BySignature
from tests.payloads import payload
from tests.sources.door import Door, serving
from tests.sources.letters import HELEN, dead_letters

MAPPING = """
makes: asset
time_zone: Europe/London
fields:
  serial: device.serial
  asset_tag: {column: device.tag, optional: true}
  model: device.model
  state: {column: status, table: {in use: deployed, on the shelf: in_stock}}
  holder_email: {column: held_by.email, optional: true}
  updated_at: counted_at
"""
LISTING = """
- name: stocktake
  title: Stocktake scanners
  mapping: stocktake.yaml
  secrets: STOCKTAKE_SECRETS
  proof: {by: signature, header: X-Signature, encoding: base64, timestamp_header: X-Timestamp}
  silent_after_hours: 48
"""
PATH = "/sources/mapped/stocktake"
COUNTED = {
    "device": {"serial": "5cg0412qtm", "tag": "QM-004127", "model": "HP EliteBook 840 G9"},
    "status": "In use",
    "held_by": {"name": "Amara Osei", "email": "Amara.Osei@metropolitan.example"},
    "counted_at": "2026-11-02T09:15:00",
}


@pytest.fixture
def listing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "sources.yaml"
    path.write_text(LISTING)
    (tmp_path / "stocktake.yaml").write_text(MAPPING)
    monkeypatch.setenv("MAPPED_SOURCES", str(path))
    monkeypatch.setenv("STOCKTAKE_SECRETS", "new,old")
    return path


@pytest.fixture
async def door(pool: Pool, listing: Path) -> AsyncIterator[Door]:
    async with serving(pool, _stocktake().webhooks) as base, aiohttp.ClientSession() as session:
        yield Door(pool, session, base)


def _stocktake() -> OpenSource:
    return next(each for each in open_sources() if each.source.name == "stocktake")


def _signed(body: bytes, secret: str = "new") -> dict[str, str]:
    at = datetime.now(UTC).isoformat()
    digest = hmac.new(secret.encode(), at.encode() + body, hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    return {"X-Timestamp": at, "X-Signature": signature, "Content-Type": "application/json"}


@pytest.mark.integration
async def test_a_signed_push_becomes_an_asset_and_only_what_is_named_passes(door: Door) -> None:
    body = msgspec.json.encode({"rows": [COUNTED]})
    for secret, accepted in (("new", 1), ("old", 0), ("guess", None)):
        status, answer, _ = await door.post(PATH, body, _signed(body, secret))
        assert (status, answer.get("accepted")) == ((200, accepted) if accepted is not None else (401, None))
    (event,) = await door.outbox()
    # As in an imported file of the same source, so that what came both ways counts once.
    assert event["source"] == "quartermaster/intake/import/stocktake"
    assert event["time"] == "2026-11-02T09:15:00Z"
    asset = event["data"]
    assert asset["identifiers"] == {"serial": "5CG0412QTM", "asset_tag": "QM-004127"}
    assert (asset["state"], asset["holder_email"]) == ("deployed", "amara.osei@metropolitan.example")
    assert "Amara Osei" not in str(event)


@pytest.mark.integration
async def test_after_the_mapping_is_mended_its_letters_can_be_replayed(door: Door, listing: Path) -> None:
    body = msgspec.json.encode({**COUNTED, "status": "with engineer"})
    status, answer, _ = await door.post(PATH, body, _signed(body))
    assert (status, answer["refused"]) == (202, 1)
    (letter,) = await door.letters()
    assert letter["source"] == "push/stocktake"
    mended = MAPPING.replace("in_stock}", "in_stock, with engineer: in_repair}")
    listing.with_name("stocktake.yaml").write_text(mended)
    assert (await dead_letters(door.pool).replay(HELEN, letter["fingerprint"])).accepted == 1
    assert (await door.outbox())[0]["data"]["state"] == "in_repair"


def test_whose_letter_it_is_is_known_while_its_mapping_is_broken(listing: Path) -> None:
    listing.with_name("stocktake.yaml").write_text("fields: [half a mapping")
    assert source_of("push/stocktake") == "stocktake"
    assert (source_of("import/snipeit"), source_of("intune/export")) == ("import", "intune")
    with pytest.raises(ConfigurationError):
        RECORD_KINDS.get("push/stocktake")


def test_without_secrets_it_is_closed(listing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STOCKTAKE_SECRETS")
    assert not _stocktake().is_on
    assert RECORD_KINDS["push/stocktake"].source == "stocktake"
    assert RECORD_KINDS.get("push/nobody") is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("- name: stocktake", "- name: Stock take"), "name"),
        (("- name: stocktake", "- name: jamf"), "jamf is the name of another source"),
        (("by: signature", "by: magic"), "proof"),
        (("header: X-Signature", "headre: X-Signature"), "headre"),
        (("mapping: stocktake.yaml", "mapping: nowhere.yaml"), "the mapping of stocktake cannot be read"),
        (("- name", "name"), "cannot be read"),
        ((LISTING, LISTING * 2), "stocktake more than once"),
    ],
)
def test_what_is_wrong_in_the_listing_is_named(listing: Path, change: tuple[str, str], named: str) -> None:
    listing.write_text(LISTING.replace(*change))
    with pytest.raises(ConfigurationError, match=named):
        open_sources()


def test_a_mapping_that_says_no_time_is_refused(listing: Path) -> None:
    listing.with_name("stocktake.yaml").write_text(MAPPING.replace("  updated_at: counted_at\n", ""))
    with pytest.raises(ConfigurationError, match="must map updated_at"):
        open_sources()


def test_kolide_s_signature_is_one_of_those_that_can_be_listed() -> None:
    headers = {"Authorization": "9b04b830a212a5cd95e5cb9653cb412711a2a35b09000ff546af68abc6eeb5a4"}
    proof = BySignature(header="Authorization").proof(["nwh-kolide-secret"])
    body = payload("kolide/webhook_test.json")
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert proof.holds(Delivery(headers, {}, body, now))
    assert not proof.holds(Delivery(headers, {}, body + b" ", now))
