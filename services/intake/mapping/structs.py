"""What a mapping may say: one struct for each thing that it can make, and `schema.json` is written from them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from schemas.events.finance import DocumentType
from schemas.vocabulary import Demand, FundingLine, Kind

Otherwise = Literal["refuse", "ignore"]
RecordedState = Literal["ordered", "in_stock", "deployed", "in_repair", "returned", "written_off"]
"""States that a table of somebody else's may claim. Sanitised and what follows it need a proof, and no cell is one."""

Scheme = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{1,30}$")]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A misspelt word in a mapping must not be passed over."""


class Text(_Strict, frozen=True, kw_only=True):
    """Where a fact stands: in the first of these columns that is filled, or it is the same for every row.

    A column of a JSON record is written with dots: `model.name`. An optional one may be missing from the header.
    """

    column: str | list[str] | None = None
    constant: str | None = None
    optional: bool = False


class RecordId(Text, frozen=True, kw_only=True):
    """The source's own id of the record. With a scheme (intune, servicenow, …) the device is known by it too."""

    scheme: Scheme | None = None


class KindText(Text, frozen=True, kw_only=True):
    """A kind of device. A word that the table lacks is read as one of the usual words, else told from the model."""

    table: dict[str, Kind] = {}


class StateText(Text, frozen=True, kw_only=True):
    """A lifecycle state, by its label in the source. Without a table the cell holds our own words."""

    table: dict[str, RecordedState] = {}
    otherwise: Otherwise = "refuse"


class TruthText(Text, frozen=True, kw_only=True):
    """Yes or no, by its label in the source. Without a table: true, false, yes, no."""

    table: dict[str, bool] = {}
    otherwise: Otherwise = "ignore"


class TicketStateText(Text, frozen=True, kw_only=True):
    """How a ticket stands, by its label in the source."""

    table: dict[str, Literal["open", "resolved", "cancelled"]] = {}
    otherwise: Otherwise = "refuse"


class UnitText(Text, frozen=True, kw_only=True):
    """A business unit by its name or code in the directory, or by what the table says."""

    table: dict[str, str] = {}
    otherwise: Otherwise = "refuse"


class Day(Text, frozen=True, kw_only=True):
    """A date: ISO 8601, or one of these formats in strptime's letters."""

    formats: list[str] = []


class MomentText(Day, frozen=True, kw_only=True):
    """A moment: ISO 8601 or one of these formats; `epoch` among them means seconds or milliseconds since 1970.

    `zone` is where a moment stands that says no zone; the mapping's own if it is not given.
    """

    zone: str | None = None


class Cost(Text, frozen=True, kw_only=True):
    """What a device cost. Kept with VAT: where the source leaves VAT out, `vat_percent` is added to it."""

    vat: Literal["included", "excluded"]
    unit: Literal["pounds", "pence"] = msgspec.field(default="pounds", name="in")
    vat_percent: Percent | None = None


class Money(Text, frozen=True, kw_only=True):
    """A sum of a finance document."""

    unit: Literal["pounds", "pence"] = msgspec.field(default="pounds", name="in")


class Vat(Money, frozen=True, kw_only=True):
    """VAT of a finance document: a column, or a percentage of the net sum."""

    percent_of_net: Percent | None = None


class DocumentTypeText(Text, frozen=True, kw_only=True):
    """The type of a finance document, by its label in the source."""

    table: dict[str, DocumentType] = {}


class LineText(Text, frozen=True, kw_only=True):
    """A funding line, by its name in the source."""

    table: dict[str, FundingLine] = {}


class DemandText(Text, frozen=True, kw_only=True):
    """Refresh or business as usual, by its name in the source."""

    table: dict[str, Demand] = {}


class DeviceFields(_Strict, frozen=True, kw_only=True):
    """By which names a device is known, and when the record was true."""

    serial: str | Text | None = None
    asset_tag: str | Text | None = None
    record_id: str | RecordId | None = None
    updated_at: str | MomentText | None = None


class AssetFields(DeviceFields, frozen=True, kw_only=True):
    """An asset record."""

    kind: str | KindText | None = None
    manufacturer: str | Text | None = None
    model: str | Text | None = None
    state: str | StateText | None = None
    unit: str | UnitText | None = None
    holder_email: str | Text | None = None
    purchased_on: str | Day | None = None
    warranty_ends_on: str | Day | None = None
    warranty_months: str | Text | None = None
    cost: Cost | None = None


class CheckInFields(DeviceFields, frozen=True, kw_only=True):
    """A device's report to its management system; `updated_at` is when it reported."""

    kind: str | KindText | None = None
    manufacturer: str | Text | None = None
    model: str | Text | None = None
    os: str | Text | None = None
    os_version: str | Text | None = None
    holder_email: str | Text | None = None
    compliant: str | TruthText | None = None
    battery_health_percent: str | Text | None = None


class FailureFields(DeviceFields, frozen=True, kw_only=True):
    """A hardware ticket."""

    ticket: str | Text
    ticket_state: str | TicketStateText
    opened_at: str | MomentText | None = None


class FinanceFields(_Strict, frozen=True, kw_only=True):
    """A finance document; the rules for each are those of the finance extract."""

    document_id: str | Text
    document_type: str | DocumentTypeText
    line: str | LineText
    financial_year: str | Text
    document_date: str | Day
    net: str | Money
    vat: str | Vat
    order_id: str | Text | None = None
    kind: str | KindText | None = None
    model: str | Text | None = None
    quantity: str | Text | None = None
    supplier: str | Text | None = None
    unit: str | UnitText | None = None
    demand: str | DemandText | None = None


class _Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="makes"):
    """What all mappings say.

    `time_zone` is where moments stand that name no zone, and whose day it is at a moment that stands for a day.
    `leave_out` names rows that are none of our business: a column and the values of it. Columns under `drop` are cut
    off before anything is kept, even from what is refused.
    """

    time_zone: str
    about: str = ""
    decimal: Literal["point", "comma"] = "point"
    html_escaped: bool = False
    leave_out: dict[str, list[str]] = {}
    drop: list[str] = []


class AssetMapping(_Mapping, frozen=True, kw_only=True, tag="asset"):
    """Rows are asset records."""

    fields: AssetFields


class CheckInMapping(_Mapping, frozen=True, kw_only=True, tag="check_in"):
    """Rows are check-ins."""

    fields: CheckInFields


class FailureMapping(_Mapping, frozen=True, kw_only=True, tag="failure"):
    """Rows are hardware tickets."""

    fields: FailureFields


class FinanceMapping(_Mapping, frozen=True, kw_only=True, tag="finance_document"):
    """Rows are finance documents."""

    fields: FinanceFields


Mapping = AssetMapping | CheckInMapping | FailureMapping | FinanceMapping
DeviceMapping = AssetMapping | CheckInMapping | FailureMapping
