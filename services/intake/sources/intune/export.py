"""Intune's `Devices` report, ordered as an export job, waited for, and fetched as a CSV in a ZIP.

For tenants whose list is too large to be paged through, or that allow reports and no list. The ZIP lies at a storage
address that is good for a short time by itself: our token does not go there.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from services.intake.polling.calls import Answer, Call
from services.intake.polling.feeds import Page, UnusableAnswer, Walk
from services.intake.polling.links import parts_of
from services.intake.sources.intune.export_rows import rows
from services.intake.sources.intune.export_translation import COLUMNS, EXPORTED
from services.intake.translation import Untranslatable, decode_json

PATH = "/v1.0/deviceManagement/reports/exportJobs"
PAGE_ROWS = 1000
LARGEST_ZIP_BYTES = 256 * 1024 * 1024
ASK_AGAIN_SECONDS = 10.0
MOST_QUESTIONS = 360
"""An hour: a job that is not done by then is given up, and the next turn orders another."""

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_WAITING = frozenset({"unknown", "notStarted", "inProgress"})
_ORDER = msgspec.json.encode(
    {
        "reportName": "Devices",
        "filter": "(OwnerType eq '1')",
        "localizationType": "LocalizedValuesAsAdditionalColumn",
        "format": "csv",
        "select": COLUMNS,
    }
)


class _Job(msgspec.Struct):
    id: str
    status: str = "unknown"
    url: str | None = None


_job = msgspec.json.Decoder(_Job)


class ExportFeed:
    """The report, whole each time: what is read again is known by its ids. Its position says when it was last read."""

    name = "intune/export"
    kind = EXPORTED

    def __init__(self, graph_url: str) -> None:
        self._jobs = graph_url.rstrip("/") + PATH

    def walk(self, position: Mapping[str, str] | None, now: datetime) -> Walk:
        """Order a report."""
        return _ExportWalk(self._jobs, now)


class _ExportWalk:
    """One report: ordered, waited for, fetched."""

    def __init__(self, jobs: str, now: datetime) -> None:
        self._jobs = jobs
        self._now = now
        self._questions = 0
        self._fetching = False
        self.call: Call | None = Call(jobs, method="POST", body=_ORDER, accepted=frozenset({200, 201, 202}))

    def read(self, answer: Answer) -> Iterator[Page]:
        """Take in how the job stands, or the report itself, in pages."""
        if self._fetching:
            self.call = None
            return self._pages(answer.body)
        self._follow(answer)
        return iter(())

    def _follow(self, answer: Answer) -> None:
        try:
            job = decode_json(_job, answer.body)
        except Untranslatable as error:
            raise UnusableAnswer(f"not an export job: {error}") from None
        if job.status == "completed" and job.url:
            self._fetching = True
            self.call = Call(self._checked(job.url), with_credentials=False, largest_bytes=LARGEST_ZIP_BYTES)
            return
        if job.status not in _WAITING:
            raise UnusableAnswer(f"the export job ended as {job.status[:50]!r}")
        if not _JOB_ID.fullmatch(job.id):
            raise UnusableAnswer("the export job has no usable id")
        self._questions += 1
        if self._questions > MOST_QUESTIONS:
            raise UnusableAnswer("the export job did not end")
        self.call = Call(f"{self._jobs}('{job.id}')", after_seconds=ASK_AGAIN_SECONDS)

    def _pages(self, archive: bytes) -> Iterator[Page]:
        records = rows(archive)
        while page := list(itertools.islice(records, PAGE_ROWS)):
            yield Page(page, None)
        yield Page([], {"exported_at": self._now.isoformat()})

    def _checked(self, url: str) -> str:
        """The address, if it is as private on its way as Graph is."""
        parts = parts_of(url)
        if parts.scheme != urlsplit(self._jobs).scheme or not parts.netloc:
            raise UnusableAnswer("the export lies at an address that is not like Graph's")
        return url
