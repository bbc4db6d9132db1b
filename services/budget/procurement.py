"""How devices may be bought: thresholds, volume caps, contracts and delegations, as one validated file says it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import chain
from pathlib import Path

import msgspec

from schemas.vocabulary import FundingLine, Kind
from services.budget.configuration import PriceBook
from services.budget.rules.financial_year import bounds
from services.errors import BadInput, ConfigurationError

PROCUREMENT = Path(__file__).with_name("procurement.yaml")
DIRECTORS = "director"
"""Written for `who` in a delegation: whoever has the role."""


class Threshold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sum, VAT included, from which an order must carry more, and where that is published."""

    pence: int
    published: str


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From where an order needs a procurement route, and from where also an approval's reference."""

    route: Threshold
    approval: Threshold


class Splitting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Within how many days orders to one supplier are summed."""

    window_days: int
    assumed: bool = False


class VolumeCap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many of a kind may be ordered in a year."""

    devices: int
    assumed: bool = False


class LeadTime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days from order to delivery."""

    days: int
    assumed: bool = False


class Approval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An approval of contracts: up to so much in total, each for so many years."""

    reference: str
    total_pence: int
    term_years: int
    published: str


class Contract(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contract that orders call off. `assumed` names the fields that nobody published."""

    contract_id: str
    supplier: str
    kinds: tuple[Kind, ...]
    ceiling_pence: int
    starts_on: date
    ends_on: date
    procurement_route: str | None = None
    approval_reference: str | None = None
    assumed: tuple[str, ...] = ()


class Delegation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may release orders on which lines, for how much in a year. `who`: the role director, or an e-mail address."""

    delegation_id: str
    who: str
    financial_year: str
    lines: tuple[FundingLine, ...]
    total_pence: int
    published: str = ""
    assumed: bool = False


class Procurement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    version: str
    thresholds: Thresholds
    splitting: Splitting
    volume_caps: dict[str, dict[Kind, VolumeCap]]
    lead_days: dict[Kind, LeadTime]
    approvals: tuple[Approval, ...]
    contracts: tuple[Contract, ...]
    delegations: tuple[Delegation, ...]


def load_procurement(path: Path = PROCUREMENT) -> Procurement:
    """Read and check the file. Raises ConfigurationError naming the place that is wrong."""
    try:
        content = msgspec.yaml.decode(path.read_bytes(), type=Procurement)
        for year in chain(content.volume_caps, (each.financial_year for each in content.delegations)):
            bounds(year)
    except (OSError, msgspec.MsgspecError, BadInput) as error:
        raise ConfigurationError(f"procurement {path.name}: {error}") from None
    for wrong in _faults(content):
        raise ConfigurationError(f"procurement {path.name}: {wrong}")
    return content


def check_against_prices(content: Procurement, book: PriceBook) -> None:
    """Raise ConfigurationError for a price whose supplier has no contract for that kind."""
    by_supplier: dict[str, set[Kind]] = defaultdict(set)
    for contract in content.contracts:
        by_supplier[contract.supplier].update(contract.kinds)
    for kind, price in book.prices.items():
        if kind not in by_supplier.get(price.supplier, set()):
            raise ConfigurationError(
                f"procurement: no contract lets a {kind} be bought from {price.supplier}, whom the price book names"
            )


def _faults(content: Procurement) -> list[str]:
    found = [f"{name} stands twice" for name in _twice([each.contract_id for each in content.contracts])]
    found += [f"{name} stands twice" for name in _twice([each.delegation_id for each in content.delegations])]
    if content.thresholds.route.pence > content.thresholds.approval.pence:
        found.append("thresholds: a route must be needed before an approval is")
    if content.splitting.window_days < 0:
        found.append("splitting: window_days is below nought")
    for year, caps in content.volume_caps.items():
        found += [f"volume_caps {year} {kind}: below nought" for kind, cap in caps.items() if cap.devices < 0]
    approvals = {each.reference: each for each in content.approvals}
    under: dict[str, int] = defaultdict(int)
    for contract in content.contracts:
        if contract.ends_on < contract.starts_on:
            found.append(f"{contract.contract_id}: ends before it starts")
        approval = approvals.get(contract.approval_reference or "")
        if approval is None:
            continue
        under[approval.reference] += contract.ceiling_pence
        # The last day of a term of n years that begins on 1 April is a 31 March.
        if contract.ends_on >= _years_after(contract.starts_on, approval.term_years):
            found.append(f"{contract.contract_id}: a term of more than the approved {approval.term_years} years")
    found += [
        f"the ceilings under {reference} together exceed what it approves"
        for reference, pence in under.items()
        if pence > approvals[reference].total_pence
    ]
    return found


def _years_after(day: date, years: int) -> date:
    """The same day so many years later; 1 March for a 29 February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _twice(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
