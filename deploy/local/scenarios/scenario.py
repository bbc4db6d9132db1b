"""The shape of a scenario file, so that a misspelt or missing value stops the start, not the run.

Two kinds of value exist: those under `published`, with their source, and those in a block whose `assumed`
is true. `marks.py` proves that no third kind slips in. Money is integer pence, days are ISO, moments UTC.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import msgspec

from deploy.local.scenarios.marks import unmarked

Kind = Literal["laptop", "desktop", "monitor", "smartphone", "tablet"]
Platform = Literal["windows", "macos", "ios", "ipados", "android", "none"]
Month = str  # YYYY-MM

FOLDER = Path(__file__).parent


class ScenarioError(ValueError):
    """A scenario or directory file that cannot be played; the text names the file and the place in it."""


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of a scenario that nobody published: `assumed` must say so."""

    assumed: bool

    def __post_init__(self) -> None:
        if not self.assumed:
            raise ValueError("`assumed` must be true here: only what stands under `published` may be taken as a fact")


class Heading(Block, frozen=True):
    name: str
    title: str
    starts: datetime
    seed: int
    asset_prefix: str
    email_domain: str


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Figures of the published paper, in pence and devices, with the paper's name."""

    source: str
    fleet_2017: dict[Kind, int]
    fleet_2023: dict[Kind, int]
    approved_pence: dict[str, int]
    spent_pence: dict[str, int]
    contracts_ceiling_pence: int
    contract_term_years: int
    procurement_route_from_pence: int
    procurement_approval_from_pence: int


class People(Block, frozen=True):
    count: int


class UnitWeights(Block, frozen=True):
    weights: dict[str, float]


class PlatformVersions(Block, frozen=True):
    platform: Platform
    versions: list[str]


class ModelPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model of a kind: its share, its price and the months it was bought in."""

    name: str
    manufacturer: str
    platform: Platform
    weight: float
    price_pence: int
    warranty_months: int
    bought: tuple[Month, Month]
    end_of_support: date | None
    funding_line: str = "refresh-and-bau"
    failure_factor: float = 1.0


class KindPlan(Block, frozen=True):
    """All devices of a kind. `count` is a number, or `published` for the paper's fleet of 2023."""

    kind: Kind
    count: int | Literal["published"]
    in_stock_share: float
    failures_a_year: float
    failure_growth: float
    losses_a_year: float
    models: list[ModelPlan]
    retired_share: float = 0.0
    awaiting_sanitisation_share: float = 0.0


class Surge(Block, frozen=True, rename={"starts": "from"}):
    """The model that fails `factor` times as often as its age predicts, from a day on."""

    model: str
    starts: date
    factor: float


class CheckIns(Block, frozen=True):
    every_days: int
    idle_share: dict[Kind, float]
    idle_days: tuple[int, int]
    update_chance: float
    hours: list[int]


class Orders(Block, frozen=True):
    invoiced_pence: int
    committed_pence: int
    largest_net_pence: int
    daily_net_pence: int
    orders_a_week: int
    lead_days: tuple[int, int]
    vat_percent: int
    suppliers: dict[Kind, str]
    kind_weights: dict[Kind, float]
    bau_share: float


class Movements(Block, frozen=True):
    leavers_a_year_share: float
    wipe_after_days: tuple[int, int]
    wipe_takes_hours: tuple[int, int]
    wipe_failed_share: float
    repair_days: tuple[int, int]
    write_off_share: float
    delivered_share: float


class Holding(Block, frozen=True):
    """A device that somebody of the directory holds when the scenario starts."""

    holder: str
    kind: Kind
    model: str
    bought: date


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole scenario file."""

    scenario: Heading
    published: Published
    people: People
    units: UnitWeights
    platforms: list[PlatformVersions]
    kinds: list[KindPlan]
    surge: Surge
    check_ins: CheckIns
    orders: Orders
    movements: Movements
    holdings: list[Holding]

    def count_of(self, plan: KindPlan) -> int:
        """How many devices of a kind the fleet holds at the start."""
        return self.published.fleet_2023[plan.kind] if plan.count == "published" else plan.count


def month_of(text: Month) -> date:
    """The first day of a `YYYY-MM` month."""
    year, month = text.split("-")
    return date(int(year), int(month), 1)


def months_later(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def load_scenario(path: Path) -> Scenario:
    """Read and check a scenario file. Raises ScenarioError if it is malformed or holds an unmarked value."""
    try:
        raw = msgspec.yaml.decode(path.read_bytes())
        bare = unmarked(raw)
        if bare:
            raise ScenarioError(f"{path.name}: neither published nor marked assumed: {', '.join(bare)}")
        scenario = msgspec.convert(raw, Scenario)
    except (msgspec.MsgspecError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError(f"{path.name}: {error}") from error
    _refuse_contradictions(path.name, scenario)
    return scenario


def _refuse_contradictions(name: str, scenario: Scenario) -> None:
    models = {(plan.kind, model.name) for plan in scenario.kinds for model in plan.models}
    if len(scenario.check_ins.hours) != 24:
        raise ScenarioError(f"{name}: check_ins.hours must hold 24 weights")
    if scenario.scenario.starts.tzinfo is None:
        raise ScenarioError(f"{name}: scenario.starts must say its zone")
    for holding in scenario.holdings:
        if (holding.kind, holding.model) not in models:
            raise ScenarioError(f"{name}: holdings name an unknown {holding.kind}, {holding.model!r}")
    if ("laptop", scenario.surge.model) not in models:
        raise ScenarioError(f"{name}: surge names an unknown laptop, {scenario.surge.model!r}")
