"""Looking back: who saw and did what, for the auditor; and that a look at the log is in the log."""

from __future__ import annotations

import csv
import io

from deploy.local.demo.stage import Stage

TITLE = "The auditor looks back"
ABOUT = "Ruth Adeyemi sees who looked at a constable's laptop and what her manager did; staff may not, which shows."


async def play(stage: Stage) -> None:
    """A device, a person, and a refusal that the next look shows."""
    tell, ruth, tom = stage.tell, stage.ruth, stage.tom
    serial = stage.props.old.serial
    before = await stage.truth.one(
        "SELECT count(*) FROM access.audit WHERE email = $1 AND NOT granted AND action = 'audit'", tom.email
    )
    refused = await tom.asks(f"/kit audit {serial}")
    tell.check("staff are refused", "is for directors and auditors" in refused.text)
    device = await ruth.asks(f"/kit audit {serial}")
    tell.check("the auditor sees that he tried", f"Tom Whitfield · audit · {serial} · refused" in device.text)
    tell.check("and her own look", f"Ruth Adeyemi · audit · {serial} · granted" in device.text)
    tell.check("by name, not by address", "@" not in device.text)
    tell.equal(
        "the refusal stands in the log once",
        await stage.truth.one(
            "SELECT count(*) FROM access.audit WHERE email = $1 AND NOT granted AND action = 'audit'", tom.email
        ),
        before + 1,
    )
    person = await ruth.asks("/kit audit Priya Nair")
    content = await ruth.fetches(person.message, "audit_csv", "CSV")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    theirs = await stage.truth.one("SELECT count(*) FROM access.audit WHERE email = $1", stage.priya.email)
    tell.equal("all that the manager saw and did is in the file", _by(rows, stage.priya.email), theirs)
    tell.check("her look at another's unit, refused", any(_refused(row, "Central North") for row in rows))
    looks = [row for row in rows if row["What"] == "audit" and row["Address"] == ruth.email]
    tell.equal("both looks at her log are in it", len(looks), 2)


def _by(rows: list[dict[str, str]], email: str) -> int:
    return sum(row["Address"] == email for row in rows)


def _refused(row: dict[str, str], what: str) -> bool:
    return row["Of what"] == what and row["Answer"] == "refused"
