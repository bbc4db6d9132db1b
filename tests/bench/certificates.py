"""How long certificates take to be set, and how large they are. `python -m tests.bench.certificates`"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from services.custody.certificates.batch import of_batch
from services.custody.certificates.device import of_device
from services.custody.certificates.frame import Issue
from services.custody.certificates.render import Content, render
from tests.fixtures.custody_views import PLANNER, done, held

AT = datetime(2024, 11, 4, 10, 0, tzinfo=UTC)
ISSUE = Issue(organisation="Metropolitan", number="QC-000001", issued_at=AT, issued_by=PLANNER)


def measure(what: str, content: Content) -> None:
    """Set it once and tell."""
    begun = time.perf_counter()
    size = len(render(content, AT))
    sys.stdout.write(f"{what:15} {time.perf_counter() - begun:6.2f} s {size / 1_000_000:6.2f} MB\n")


if __name__ == "__main__":
    measure("first of all", of_device(held(), ISSUE))
    measure("one device", of_device(held(13), ISSUE))
    for devices in (500, 5_000):
        measure(f"{devices:,} devices", of_batch(done(*(held(number) for number in range(devices))), ISSUE))
