"""What every certificate says: who issued it, of what, and how it is checked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from services.custody.certificates.words import Fact, fact, moment, shown
from services.custody.queries import CustodyState

SANITISATION, DISPOSAL = "Certificate of sanitisation", "Certificate of sanitisation and disposal"
DISPOSED = frozenset({CustodyState.RESOLD, CustodyState.REDISTRIBUTED, CustodyState.RECYCLED})


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """By whom, when and under which number a certificate is issued."""

    organisation: str
    number: str
    issued_at: datetime
    issued_by: str


def frame(issue: Issue, subject: str, statement: str, head: str, *, disposed: bool) -> dict[str, Any]:
    """The head, the statement and the foot. `head` says which digest heads the chain."""
    organisation = shown(issue.organisation)
    return {
        "organisation": organisation,
        "number": issue.number,
        "subject": subject,
        "title": DISPOSAL if disposed else SANITISATION,
        "statement": statement,
        "checks": _checks(organisation, head),
    }


def issued(issue: Issue) -> Fact:
    """When and by whom."""
    return fact("Issued", f"{moment(issue.issued_at)}, by {issue.issued_by}")


def _checks(organisation: str, head: str) -> list[str]:
    verified = (
        f"Ask {organisation} to run “quartermaster custody verify FILE.pdf” on this file. It says whether these very "
        "bytes were issued under this number, and whether the record still stands as it is told here."
    )
    compared = (
        f"Or compare digests by hand: “sha256sum FILE.pdf” gives the SHA-256 of this file, which {organisation} keeps "
        "with the certificate's number."
    )
    chained = (
        f"{head} Each link's digest is the SHA-256 of that link and of the digest before it, so no link can be "
        "changed, taken out or put in without every later digest changing."
    )
    return [verified, compared, chained]
