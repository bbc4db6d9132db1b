"""What a certificate says, read back out of its PDF; and that what it is made of is never run."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from schemas.vocabulary import Kind
from services.custody.certificates.batch import of_batch
from services.custody.certificates.device import of_device
from services.custody.certificates.frame import Issue
from services.custody.certificates.reading import heads_on
from services.custody.certificates.render import digest_of, render
from services.custody.queries import Cause, ChainLine, CustodyState
from services.errors import BadInput
from tests.fixtures.custody_views import CERTIFICATE, CHAIN, PLANNER, digest, done, held, returned

AT = datetime(2024, 11, 4, 10, 0, tzinfo=UTC)
ISSUE = Issue(
    organisation="Metropolitan",
    number="QC-001042",
    issued_at=AT,
    issued_by=PLANNER,
)
MARKUP = '#panic("run") ]{}$x$ *b* _i_ @ref <l> \\ // /* `r` = + - "quoted"'


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def flat(pdf: bytes) -> str:
    """All of it, without white space: lines may break anywhere."""
    return re.sub(r"[\s\u200b]", "", "".join(pages(pdf)))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(st.integers(1, 9_999_999), st.text(max_size=20), st.integers(1, len(CHAIN)))
@settings(max_examples=15, deadline=None)
def test_the_head_that_is_printed_is_read_back(number: int, serial: str, links: int) -> None:
    view = held(number, serial=serial, chain=CHAIN[:links])
    (head,) = heads_on(render(of_device(view, ISSUE), AT))
    assert (head.reference, head.number, head.digest) == (view.reference, links, CHAIN[links - 1].digest)


@given(st.lists(st.tuples(st.text(max_size=12), st.integers(1, len(CHAIN))), min_size=1, max_size=60))
@settings(max_examples=10, deadline=None)
@example([("C-7 C-8", 5), ("x" * 40, 3)] * 30)
def test_every_head_of_a_batch_is_read_back_with_its_own_record(devices: list[tuple[str, int]]) -> None:
    nowhere = {"charity": None, "charity_name": None}
    ends: list[dict[str, Any]] = [
        {},
        nowhere | {"state": CustodyState.SANITISED},
        nowhere | {"state": CustodyState.RECYCLED, "weee_note": "C-9"},
    ]
    views = [
        held(number, serial=serial, chain=CHAIN[:links], asset_tag=f"C-{number + 1}", **ends[number % len(ends)])
        for number, (serial, links) in enumerate(devices, 1)
    ]
    found = heads_on(render(of_batch(done(*views), ISSUE), AT))
    assert [(each.reference, each.number, each.digest) for each in found] == [
        (view.reference, len(view.chain), view.chain[-1].digest) for view in views
    ]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"no paper of ours", b"%PDF-1.7\n" + b"\x00" * 500])
def test_what_is_no_certificate_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(BadInput, match="--head"):
        heads_on(content)


def test_a_device_s_certificate_tells_all_of_it() -> None:
    pdf = render(of_device(held(certificate=CERTIFICATE, proof="certificate", certificate_issuer="Blancco"), ISSUE), AT)
    text = flat(pdf)
    for said in (
        *("Metropolitan", "QC-001042", "C-12", "5CG0000012", "MPS-100012", "Laptop", "Dell Inc. Latitude 7440"),
        *("Certificate of sanitisation and disposal", "Digital Inclusion Fund", "It was given to an approved charity."),
        *("Erasure report 4711.pdf", CERTIFICATE.digest, "issued by Blancco", "page 1 of 1", "How to check"),
        "A laptop of 5 years in good condition is not worth selling by the price book, edition 2024-10.",
        f"4 Nov 2024, 10:00, by {PLANNER}",
        *(line.digest for line in CHAIN),
        *(line.what for line in CHAIN),
    ):
        assert squeezed(said) in text, said
    for digest_in_full in (CERTIFICATE.digest, *(line.digest for line in CHAIN)):
        assert digest_in_full in "".join(pages(pdf)), "it can be copied in one piece"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"proof": "mdm"}, "Wiped; device management reported it done"),
        ({"proof": "inspection", "kind": Kind.MONITOR}, "Inspected: it holds no storage"),
        (
            {"proof": "destruction", "certificate_issuer": "ShredCo", "certificate_number": "SC/9"},
            "Physically destroyed; certificate SC/9, issued by ShredCo",
        ),
        ({"state": CustodyState.RECYCLED, "charity": None, "charity_name": None, "weee_note": "WCN-8"}, "WCN-8"),
    ],
)
def test_each_proof_and_route_is_named(changes: dict[str, object], said: str) -> None:
    assert squeezed(said) in flat(render(of_device(held(**changes), ISSUE), AT))


def test_what_is_still_here_is_not_called_disposed() -> None:
    for state in (CustodyState.SANITISED, CustodyState.REVIEWED, CustodyState.DESTROYED, CustodyState.WRITTEN_OFF):
        text = flat(render(of_device(held(state=state, charity_name=None, charity=None), ISSUE), AT))
        assert "Certificateofsanitisation" in text
        assert "anddisposal" not in text
        assert "leftcustody" not in text


def test_no_sum_of_money_is_on_a_certificate() -> None:
    priced = held(state=CustodyState.RESOLD, residual_pence=123_45, proceeds_pence=678_90)
    for pdf in (render(of_device(priced, ISSUE), AT), render(of_batch(done(priced), ISSUE), AT)):
        assert not {"123", "678", "£"} & set(re.findall(r"\d{3}(?=[.,]\d)|£", flat(pdf)))


@pytest.mark.parametrize("field", ["serial", "asset_tag", "model", "place", "review", "charity_name", "weee_note"])
def test_what_looks_like_markup_is_set_as_it_is(field: str) -> None:
    view = held(**{field: MARKUP})
    if field == "place":
        view = held(chain=(*CHAIN[:4], msgspec.structs.replace(CHAIN[4], place=MARKUP)))
    assert squeezed(MARKUP) in flat(render(of_device(view, ISSUE), AT))


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text_makes_a_certificate(text: str) -> None:
    view = held(serial=text, asset_tag=text, model=text, charity_name=text, review=text, certificate_number=text)
    for content in (of_device(view, ISSUE), of_batch(done(view), ISSUE)):
        assert render(content, AT).startswith(b"%PDF-")


def test_what_would_turn_the_text_around_it_about_is_made_visible() -> None:
    (text,) = pages(render(of_device(held(serial="5CG\u202e1234\x00"), ISSUE), AT))
    assert "5CG\ufffd1234\ufffd" in text


def test_the_same_input_makes_the_same_bytes_in_another_process_too(tmp_path: Path) -> None:
    code = (
        "from tests.unit.custody.test_certificates import *\n"
        "print(digest_of(render(of_device(held(), ISSUE), AT)), digest_of(render(of_batch(done(held()), ISSUE), AT)))"
    )
    other = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    here = [digest_of(render(of_device(held(), ISSUE), AT)), digest_of(render(of_batch(done(held()), ISSUE), AT))]
    assert other.stdout.split() == here


def test_another_number_or_moment_makes_other_bytes() -> None:
    content = of_device(held(), ISSUE)
    assert render(content, AT) != render({**content, "number": "QC-001043"}, AT)
    assert render(content, AT) != render(content, AT.replace(hour=11))


def test_the_pdf_carries_its_title_and_the_moment_of_issue() -> None:
    read = PdfReader(io.BytesIO(render(of_device(held(), ISSUE), AT)))
    assert read.metadata is not None
    assert read.metadata.title == "Certificate of sanitisation and disposal QC-001042"
    assert read.metadata.author == "Metropolitan"
    assert read.metadata.creation_date == AT


def test_a_batch_of_hundreds_has_a_row_each_with_its_head_and_heads_on_every_page() -> None:
    views = [held(number, chain=(*CHAIN[:4], _with_digest(number))) for number in range(1, 501)]
    pdf = render(of_batch(done(*views, returned(900)), ISSUE), AT)
    text, read = flat(pdf), pages(pdf)
    for view in views:
        assert text.count(view.chain[-1].digest) == 1
        assert f"{view.serial}{view.asset_tag}laptop" in text
    assert len(read) > 10
    for number, page in enumerate(read, 1):
        assert f"page {number} of {len(read)}" in page
    assert all("Serial and asset tag" in page for page in read[:-1])
    assert "500(1moreofthisbatchnotprovedempty" in text
    assert "C-900" not in text


def _with_digest(number: int) -> ChainLine:
    return msgspec.structs.replace(CHAIN[4], digest=digest(str(number)))


def test_what_was_put_to_use_again_is_on_no_certificate() -> None:
    again = [held(number, state=state) for number, state in ((7, CustodyState.BACK_IN_USE), (8, CustodyState.JOINED))]
    text = flat(render(of_batch(done(held(10), held(9), *again), ISSUE), AT))
    assert "2(2moreofthisbatchnotprovedempty" in text
    assert "5CG0000007" not in text
    assert text.index("5CG0000009") < text.index("5CG0000010"), "in the order of their C-numbers"


def test_a_batch_names_each_document_once() -> None:
    views = [
        held(
            number, proof="certificate", certificate=CERTIFICATE, certificate_issuer="Blancco", certificate_number="B1"
        )
        for number in range(1, 4)
    ]
    text = flat(render(of_batch(done(*views, cause=Cause.CERTIFY), ISSUE), AT))
    assert squeezed("Erasure report 4711.pdf (Blancco, B1), for 3 devices") in text
    assert text.count(CERTIFICATE.digest) == 1
