from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
import pytest

from schemas.events.device import DeviceCheckedIn, DeviceEnrolled
from services.intake.polling.calls import Answer
from services.intake.polling.feeds import Page, UnusableAnswer, Walk
from services.intake.sources.intune import export_rows
from services.intake.sources.intune.export import ASK_AGAIN_SECONDS, MOST_QUESTIONS, ExportFeed
from services.intake.sources.intune.export_rows import LONGEST_ROW_BYTES, rows
from services.intake.sources.intune.export_translation import EXPORTED, translate
from services.intake.sources.intune.translation import translate as translate_listed
from services.intake.translation import Untranslatable, translate_records
from tests.payloads import changed, payload, records
from tests.sources.walking import asked
from tests.unit.intake.context import CONTEXT, NOW

GRAPH = "https://graph.microsoft.com"
JOBS = f"{GRAPH}/v1.0/deviceManagement/reports/exportJobs"
BLOB = "https://reports.blob.core.windows.net/x/Devices_1.zip?sig=%2BP%2B"
SELECTED = payload("intune/exportJob_Devices_selected.csv")
HEADER = b"DeviceId,LastContact\r\n"


def _zip(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    folded = io.BytesIO()
    with zipfile.ZipFile(folded, "w", how) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return folded.getvalue()


def _report(content: bytes) -> bytes:
    return _zip(("Devices_1.csv", content))


def _row(**fields: str) -> bytes:
    return (",".join(fields) + "\r\n" + ",".join(fields.values()) + "\r\n").encode()


def _job(status: str, *, url: str | None = None, job_id: str = "Devices_05e62361-783b") -> Answer:
    return Answer(200, msgspec.json.encode({"@odata.context": "x", "id": job_id, "status": status, "url": url}))


def _take(walk: Walk, answer: Answer) -> list[Page]:
    return list(walk.read(answer))


def _fetching() -> Walk:
    walk = ExportFeed(GRAPH).walk(None, NOW)
    _take(walk, _job("completed", url=BLOB))
    return walk


def test_a_report_is_ordered_with_its_columns_named_and_waited_for_and_fetched_without_our_token() -> None:
    walk = ExportFeed(GRAPH + "/").walk(None, NOW)
    assert walk.call is not None
    assert (walk.call.method, walk.call.url) == ("POST", JOBS)
    assert walk.call.body is not None
    ordered = msgspec.json.decode(walk.call.body)
    like = msgspec.json.decode(payload("intune/exportJob_request.json"))
    assert ordered.keys() == like.keys()
    assert {**ordered, "select": []} == {**like, "select": []}
    assert "DeviceName" not in ordered["select"]

    for status in ("notStarted", "inProgress", "inProgress"):
        assert _take(walk, _job(status)) == []
        assert asked(walk) == f"{JOBS}('Devices_05e62361-783b')"
        assert walk.call.after_seconds == ASK_AGAIN_SECONDS
    assert _take(walk, _job("completed", url=BLOB)) == []
    assert (asked(walk), walk.call.with_credentials) == (BLOB, False)

    page, last = _take(walk, Answer(200, _report(SELECTED)))
    assert walk.call is None
    assert len(page.records) == 2
    assert last == Page([], {"exported_at": NOW.isoformat()})


@pytest.mark.parametrize(
    "answer",
    [
        _job("failed"),
        _job("cancelled"),
        _job("completed"),  # and no address
        _job("completed", url="http://reports.blob.core.windows.net/x.zip"),
        _job("completed", url="file:///etc/passwd"),
        _job("inProgress", job_id="x')/../users('y"),
        Answer(200, b"<html>"),
        Answer(200, b'{"status":"completed"}'),
    ],
)
def test_a_job_that_cannot_be_followed_ends_the_walk(answer: Answer) -> None:
    walk = ExportFeed(GRAPH).walk(None, NOW)
    with pytest.raises(UnusableAnswer):
        _take(walk, answer)


def test_a_job_that_never_ends_is_given_up() -> None:
    walk = ExportFeed(GRAPH).walk(None, NOW)
    for _ in range(MOST_QUESTIONS):
        _take(walk, _job("inProgress"))
    with pytest.raises(UnusableAnswer, match="did not end"):
        _take(walk, _job("inProgress"))


def test_a_large_report_comes_in_pages() -> None:
    body = HEADER + b"".join(b"device-%d,2026-11-02 06:41:09\r\n" % number for number in range(2_500))
    *pages, last = _take(_fetching(), Answer(200, _report(body)))
    assert [len(page.records) for page in pages] == [1000, 1000, 500]
    assert all(page.position is None for page in pages)
    assert last.position is not None


def _told(content: bytes) -> list[bytes]:
    return [record.body for record in rows(_report(content))]


def test_a_row_stands_after_its_header_and_can_be_read_by_itself() -> None:
    laptop, phone = (translate(body, CONTEXT) for body in _told(b"\xef\xbb\xbf" + SELECTED))
    (event,) = laptop
    assert isinstance(event, DeviceCheckedIn)
    assert event.time == datetime(2026, 11, 2, 6, 41, 9, tzinfo=UTC)
    assert event.data.identifiers == {"intune": "5c0e7a52-1f7d-4f6b-9f6e-0d6f0f7a4412"}
    assert (event.data.os, event.data.os_version) == ("Windows", "10.0.22631.4317")
    assert event.data.holder_email == "priya.raman@northwind.example"
    assert event.data.compliant is True
    assert phone[0].data.compliant is False  # type: ignore[attr-defined]  # a check-in, as above


def test_the_list_and_the_report_tell_one_check_in_as_one_event() -> None:
    (device,) = records("intune/managedDevices_list_page1.json", "value")[:1]
    (listed,) = translate_listed(changed(device, lastSyncDateTime="2026-11-02T06:41:09Z"), CONTEXT)
    (exported,) = translate(_told(SELECTED)[0], CONTEXT)
    assert (listed.source, listed.id) == (exported.source, exported.id)


@pytest.mark.parametrize(
    ("state", "compliant"),
    [
        ("1", True),
        ("Compliant", True),
        ("2", False),
        ("Not compliant", False),
        ("In grace period", False),
        ("254", False),
        ("0", None),
        ("Unknown", None),
        ("", None),
        ("Konform", None),
    ],
)
def test_compliance_comes_as_a_number_or_a_word(state: str, compliant: bool | None) -> None:
    for column in ("CompliantState", "complianceState"):
        (event,) = translate(_row(DeviceId="d", LastContact="2026-11-02 06:41:09", **{column: state}), CONTEXT)
        assert isinstance(event, DeviceCheckedIn)
        assert event.data.compliant is compliant


@pytest.mark.parametrize("owner", [{"OwnerType": "2"}, {"ownerType": "Personal"}, {"Ownership": "Personal"}])
def test_people_s_own_devices_are_left_out(owner: dict[str, str]) -> None:
    assert translate(_row(DeviceId="d", LastContact="2026-11-02 06:41:09", **owner), CONTEXT) == []


def test_columns_are_known_by_name_and_others_are_passed_over() -> None:
    body = _row(
        NewColumn="?", OS_loc="Windows", lastcontact="2026-11-02 06:41:09.1187231", SerialNumber="7qx4kl3", DeviceID="d"
    )
    (event,) = translate(body, CONTEXT)
    assert isinstance(event, DeviceCheckedIn)
    assert event.subject == "7QX4KL3"
    assert event.time.microsecond == 118723


def test_a_device_that_never_made_contact_is_enrolled_or_left_to_the_complete_list() -> None:
    never = "0001-01-01 00:00:00.0000000"
    (event,) = translate(_row(DeviceId="d", LastContact=never, CreatedDate="2026-10-30 16:02:10.0000000"), CONTEXT)
    assert isinstance(event, DeviceEnrolled)
    assert translate(_row(DeviceId="d", LastContact=never), CONTEXT) == []


def test_only_allowed_fields_enter_an_event() -> None:
    written = b"".join(msgspec.json.encode(event) for body in _told(SELECTED) for event in translate(body, CONTEXT))
    assert b"northwind.example" in written
    assert b"NWH-" not in written


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"DeviceId,LastContact\r\n",
        b"DeviceName,LastContact\r\nx,2026-11-02 06:41:09\r\n",
        b"DeviceId,LastContact,DeviceId\r\nx,2026-11-02 06:41:09,y\r\n",
        HEADER + b"x,2026-11-02 06:41:09,more\r\n",
        HEADER + b"x\r\n",
        HEADER + b"x,yesterday\r\n",
        HEADER + b",2026-11-02 06:41:09\r\n",
        HEADER + b'"x,2026-11-02 06:41:09\r\n',
        HEADER + b"\xff\xfe,2026-11-02 06:41:09\r\n",
        HEADER + b"x,2026-11-02 06:41:09\r\ny,2026-11-02 06:41:09\r\n",
    ],
)
def test_a_row_that_cannot_be_read_says_so(body: bytes) -> None:
    with pytest.raises(Untranslatable):
        translate(body, CONTEXT)


def test_one_bad_row_does_not_hold_up_the_others() -> None:
    good = b"%s,2026-11-02 06:41:09\r\n"
    body = HEADER + good % b"a" + b'"b,2026-11-02 06:41:09\r\n' + good % b"c" + b"\r\n" + good % b"d"
    found = translate_records(EXPORTED, list(rows(_report(body))), CONTEXT)
    assert [events[0].subject for events in found.events] == ["intune:a", "intune:c", "intune:d"]
    (rejected,) = found.rejected
    assert rejected.letter.context["record"] == "line 3"
    assert rejected.letter.body.startswith(HEADER)


def test_an_open_quote_does_not_swallow_the_rest_of_a_long_report() -> None:
    body = HEADER + b'"b,2026-11-02 06:41:09\r\n' + b"c,2026-11-02 06:41:09\r\n" * 10_000
    assert sum(1 for _ in rows(_report(body))) == 10_001


def test_a_quoted_field_may_hold_a_line_end() -> None:
    (body,) = _told(b'DeviceId,LastContact,UPN\r\nd,2026-11-02 06:41:09,"two\r\nlines, ""quoted"""\r\n')
    (event,) = translate(body, CONTEXT)
    assert event.subject == "intune:d"


def _damaged() -> Iterable[tuple[str, bytes]]:
    whole = _report(SELECTED)
    yield "no ZIP", b"<html>expired</html>"
    yield "nothing", b""
    yield "broken off", whole[: len(whole) // 2]
    yield "two members", _zip(("a.csv", SELECTED), ("b.csv", SELECTED))
    yield "no member", _zip()
    yield "a folder", _zip(("a/", b""))
    yield "another way of folding", _zip(("a.csv", SELECTED), how=zipfile.ZIP_BZIP2)
    yield "wrong columns", _report(b"error,message\r\n1,no\r\n")
    yield "an empty CSV", _report(b"")
    yield "a line without an end", _report(HEADER + b"x" * (LONGEST_ROW_BYTES + 1))
    content = whole.index(b"Devices_1.csv") + len(b"Devices_1.csv")
    flipped = bytes(byte ^ 0x55 for byte in whole[content : content + 40])
    yield "flipped bits", whole[:content] + flipped + whole[content + 40 :]


@pytest.mark.parametrize("archive", [pytest.param(body, id=name) for name, body in _damaged()])
def test_what_is_no_report_moves_nothing(archive: bytes) -> None:
    walk = _fetching()
    with pytest.raises(UnusableAnswer):
        _take(walk, Answer(200, archive))


def test_a_bomb_is_not_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_rows, "LARGEST_CSV_BYTES", 1_000_000)
    bomb = _report(HEADER + b"x,2026-11-02 06:41:09\r\n" * 100_000)
    assert len(bomb) < 50_000
    with pytest.raises(UnusableAnswer, match="unfolds to more"):
        list(rows(bomb))


def test_a_bomb_that_lies_about_its_size_is_cut_off_where_it_said_it_ends() -> None:
    content = HEADER + b"x,2026-11-02 06:41:09\r\n" * 100_000
    bomb = _report(content)
    lying = bomb.replace(len(content).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert lying != bomb
    with pytest.raises(UnusableAnswer):
        list(rows(lying))
