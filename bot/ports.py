"""What the bot needs of the services, in its own words: the views it draws and the questions it may ask.

The services' `queries` modules and `Requests` satisfy these as they are; tests give small stand-ins. Sums are pence,
dates are London's, moments are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from schemas.vocabulary import AlertSeverity, FundingLine, Kind, RequestReason
from services.access.viewer import Viewer
from services.database.pool import Connection
from services.register.queries import CountRow, DeviceView, Dimension, HistoryLine


class AlertLike(Protocol):
    """An alert, from an event or from a query."""

    @property
    def key(self) -> str: ...

    @property
    def episode(self) -> int: ...

    @property
    def condition(self) -> str: ...

    @property
    def severity(self) -> AlertSeverity: ...

    @property
    def audience(self) -> str: ...

    @property
    def headline(self) -> str: ...

    @property
    def detail(self) -> str: ...

    @property
    def raised_at(self) -> datetime: ...

    @property
    def unit(self) -> str | None: ...

    @property
    def cleared_at(self) -> datetime | None: ...


class DueMonth(Protocol):
    """How many devices of a kind fall due in a month."""

    @property
    def month(self) -> date: ...

    @property
    def kind(self) -> Kind | None: ...

    @property
    def devices(self) -> int: ...


class QueueLine(Protocol):
    """A device's place in the refresh queue and why."""

    @property
    def place(self) -> int: ...

    @property
    def serial(self) -> str | None: ...

    @property
    def kind(self) -> Kind | None: ...

    @property
    def model(self) -> str | None: ...

    @property
    def unit(self) -> str | None: ...

    @property
    def reason(self) -> str: ...

    @property
    def policy_version(self) -> str: ...

    @property
    def score(self) -> int: ...

    @property
    def due_on(self) -> date: ...

    @property
    def status(self) -> str: ...

    @property
    def request_reference(self) -> str | None: ...


class DueView(Protocol):
    """What is overdue and what falls due."""

    @property
    def overdue(self) -> int: ...

    @property
    def by_month(self) -> Sequence[DueMonth]: ...

    @property
    def first(self) -> Sequence[QueueLine]: ...


class Explanation(Protocol):
    """Why a device stands where it stands, or is not due."""

    @property
    def serial(self) -> str | None: ...

    @property
    def kind(self) -> Kind | None: ...

    @property
    def model(self) -> str | None: ...

    @property
    def unit(self) -> str | None: ...

    @property
    def in_queue(self) -> bool: ...

    @property
    def place(self) -> int | None: ...

    @property
    def rule(self) -> str | None: ...

    @property
    def reason(self) -> str | None: ...

    @property
    def policy_version(self) -> str: ...

    @property
    def score(self) -> int | None: ...

    @property
    def score_parts(self) -> Mapping[str, int]: ...

    @property
    def part_words(self) -> Mapping[str, str]: ...

    @property
    def due_on(self) -> date | None: ...

    @property
    def failures(self) -> Sequence[date]: ...

    @property
    def not_due_because(self) -> str | None: ...


class LineView(Protocol):
    """A funding line's sums."""

    @property
    def line(self) -> FundingLine: ...

    @property
    def approved_pence(self) -> int: ...

    @property
    def committed_pence(self) -> int: ...

    @property
    def invoiced_pence(self) -> int: ...

    @property
    def left_pence(self) -> int: ...


class KindView(Protocol):
    """What a kind has cost; only for those who see prices."""

    @property
    def kind(self) -> Kind | None: ...

    @property
    def committed_pence(self) -> int: ...

    @property
    def invoiced_pence(self) -> int: ...

    @property
    def quantity(self) -> int: ...


class PriorYear(Protocol):
    """An earlier year's total."""

    @property
    def financial_year(self) -> str: ...

    @property
    def spent_pence(self) -> int: ...

    @property
    def forecast(self) -> bool: ...


class BudgetView(Protocol):
    """A financial year's money."""

    @property
    def financial_year(self) -> str: ...

    @property
    def lines(self) -> Sequence[LineView]: ...

    @property
    def kinds(self) -> Sequence[KindView]: ...

    @property
    def prior(self) -> Sequence[PriorYear]: ...


class TimelineLine(Protocol):
    """One step of a request."""

    @property
    def at(self) -> datetime: ...

    @property
    def what(self) -> str: ...

    @property
    def who(self) -> str | None: ...


class RequestView(Protocol):
    """A request as its people see it."""

    @property
    def request_id(self) -> UUID: ...

    @property
    def reference(self) -> str: ...

    @property
    def requester_email(self) -> str: ...

    @property
    def requester_name(self) -> str: ...

    @property
    def unit(self) -> str | None: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def reason(self) -> RequestReason: ...

    @property
    def serial(self) -> str | None: ...

    @property
    def explanation(self) -> str: ...

    @property
    def needed_by(self) -> date | None: ...

    @property
    def accessibility_needs(self) -> bool: ...

    @property
    def delivery_place(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def verdict(self) -> str: ...

    @property
    def approver_email(self) -> str | None: ...

    @property
    def decided_by(self) -> str | None: ...

    @property
    def decided_at(self) -> datetime | None: ...

    @property
    def refusal(self) -> str | None: ...

    @property
    def raised_at(self) -> datetime: ...

    @property
    def timeline(self) -> Sequence[TimelineLine]: ...


class Decision(Protocol):
    """How a decision went; `decided_now` is false if somebody had decided before."""

    @property
    def request(self) -> RequestView: ...

    @property
    def decided_now(self) -> bool: ...


class RegisterQueries(Protocol):
    """What the register answers."""

    async def my_devices(self, connection: Connection, viewer: Viewer, today: date) -> Sequence[DeviceView]: ...

    async def find_device(
        self, connection: Connection, viewer: Viewer, term: str, today: date
    ) -> DeviceView | None: ...

    async def device_history(
        self, connection: Connection, viewer: Viewer, device_id: UUID, limit: int = 50
    ) -> Sequence[HistoryLine]: ...

    async def counts(
        self,
        connection: Connection,
        viewer: Viewer,
        today: date,
        by: Sequence[Dimension],
        kind: Kind | None = None,
    ) -> Sequence[CountRow]: ...


class RefreshQueries(Protocol):
    """What the refresh queue answers."""

    async def due(self, connection: Connection, viewer: Viewer, today: date, months: int = 12) -> DueView: ...

    async def queue(
        self, connection: Connection, viewer: Viewer, today: date, limit: int = 20
    ) -> Sequence[QueueLine]: ...

    async def why(self, connection: Connection, viewer: Viewer, serial: str, today: date) -> Explanation | None: ...


class BudgetQueries(Protocol):
    """What the ledger answers."""

    async def budget(self, connection: Connection, viewer: Viewer, financial_year: str) -> BudgetView: ...


class RequestQueries(Protocol):
    """What is known of requests."""

    async def request(self, connection: Connection, viewer: Viewer, request_id: UUID) -> RequestView | None: ...

    async def request_by_reference(
        self, connection: Connection, viewer: Viewer, reference: str
    ) -> RequestView | None: ...

    async def open_requests(self, connection: Connection, viewer: Viewer) -> Sequence[RequestView]: ...

    async def waiting_for(self, connection: Connection, viewer: Viewer) -> Sequence[RequestView]: ...


class RequestCommands(Protocol):
    """What people do with requests. All raise QuartermasterError with a sentence for the person."""

    async def raise_request(
        self,
        viewer: Viewer,
        *,
        device_id: UUID | None,
        kind: Kind,
        reason: RequestReason,
        needed_by: date | None,
        accessibility_needs: bool,
        explanation: str,
        delivery_place: str,
        idempotency_key: str,
    ) -> RequestView: ...

    async def approve(self, viewer: Viewer, request_id: UUID, *, idempotency_key: str) -> Decision: ...

    async def refuse(self, viewer: Viewer, request_id: UUID, *, refusal: str, idempotency_key: str) -> Decision: ...


class WatchQueries(Protocol):
    """What the watch has open."""

    async def open_alerts(self, connection: Connection, viewer: Viewer) -> Sequence[AlertLike]: ...
