"""The budget's two configuration files: the price book, and the years before the ledger began."""

from __future__ import annotations

from pathlib import Path

import msgspec

from schemas.vocabulary import Kind
from services.budget.rules.financial_year import bounds
from services.errors import BadInput, ConfigurationError

PRICE_BOOK = Path(__file__).with_name("price_book.yaml")
PRIOR_YEARS = Path(__file__).with_name("prior_years.yaml")


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What one device of a kind costs. `assumed` says that nobody published it."""

    net_pence: int
    vat_basis_points: int
    supplier: str
    assumed: bool = False


class PriceBook(msgspec.Struct, frozen=True, kw_only=True):
    """Prices by kind, and which kind is bought where another is asked for."""

    version: str
    prices: dict[Kind, Price]
    bought_instead: dict[Kind, Kind] = {}

    def rows(self) -> list[tuple[Kind, Kind, Price]]:
        """(kind asked for, kind bought, its price). Raises ConfigurationError for a substitute without a price."""
        pairs = [*((kind, kind) for kind in self.prices), *self.bought_instead.items()]
        for asked, bought in pairs:
            if bought not in self.prices:
                raise ConfigurationError(f"price book: {bought}, bought for a {asked}, has no price")
        return [(asked, bought, self.prices[bought]) for asked, bought in pairs]


class PriorYear(msgspec.Struct, frozen=True, kw_only=True):
    """A year before the ledger: what was spent, or is forecast to be, and who says so."""

    financial_year: str
    spent_pence: int
    forecast: bool
    source: str


class _PriorYearsFile(msgspec.Struct, frozen=True):
    years: tuple[PriorYear, ...]


def load_price_book(path: Path = PRICE_BOOK) -> PriceBook:
    """Read the price book. Raises ConfigurationError naming the place that is wrong."""
    try:
        book = msgspec.yaml.decode(path.read_bytes(), type=PriceBook)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationError(f"price book {path.name}: {error}") from None
    book.rows()
    return book


def load_prior_years(path: Path = PRIOR_YEARS) -> tuple[PriorYear, ...]:
    """Read the years before the ledger. Raises ConfigurationError naming the place that is wrong."""
    try:
        years = msgspec.yaml.decode(path.read_bytes(), type=_PriorYearsFile).years
        for year in years:
            bounds(year.financial_year)
    except (OSError, msgspec.MsgspecError, BadInput) as error:
        raise ConfigurationError(f"prior years {path.name}: {error}") from None
    return years
