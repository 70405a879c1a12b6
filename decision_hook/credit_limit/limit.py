"""From credit score and income to a limit in yuan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from decision_hook.credit_limit.card import Strict
from decision_hook.rules.columns import Cell

Yuan = Annotated[int, Field(ge=0, le=10_000_000)]


class BandFile(Strict):
    """Scores of at least `from_score`."""

    from_score: float
    income_multiple: Annotated[float, Field(ge=0, le=20)]  # of the monthly income
    without_income: Yuan  # when no income is known


class ProductFile(Strict):
    least: Yuan  # less than this is not worth a card
    most: Yuan


class LimitsFile(Strict):
    """`_limits.yaml`."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    round_down_to: Annotated[int, Field(ge=1, le=10_000)]
    bands: Annotated[tuple[BandFile, ...], Field(min_length=1, max_length=20)]  # from high to low
    products: Annotated[dict[str, ProductFile], Field(min_length=1, max_length=50)]
    default_product: str  # for products not listed

    @model_validator(mode="after")
    def _consistent(self) -> "LimitsFile":
        starts = [band.from_score for band in self.bands]
        if starts != sorted(starts, reverse=True):
            raise ValueError("bands must go from the highest score down")
        if self.default_product not in self.products:
            raise ValueError(f'default_product "{self.default_product}" is not among the products')
        for name, product in self.products.items():
            if product.least > product.most:
                raise ValueError(f"product {name}: least is above most")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`yuan` None: no limit can be granted; `reason` tells why."""

    yuan: int | None
    reason: str = ""


def grant(policy: LimitsFile, total: float, row: Mapping[str, Cell]) -> Limit:
    """The largest limit that score, income, product and wish allow. Pure."""
    band = next((band for band in policy.bands if total >= band.from_score), None)
    if band is None:
        return Limit(yuan=None, reason="score_too_low")
    product = policy.products.get(str(row.get("product")), policy.products[policy.default_product])
    income = _monthly_income(row)
    allowed = float(band.without_income) if income is None else income * band.income_multiple
    wish = row.get("requested_limit")
    if isinstance(wish, float):
        allowed = min(allowed, wish)
    yuan = int(min(allowed, product.most)) // policy.round_down_to * policy.round_down_to
    if yuan < product.least:
        return Limit(yuan=None, reason="limit_below_product")
    return Limit(yuan=yuan)


def _monthly_income(row: Mapping[str, Cell]) -> float | None:
    """None: unknown."""
    monthly, annual = row.get("monthly_income"), row.get("annual_income")
    if isinstance(monthly, float):
        return monthly
    return annual / 12 if isinstance(annual, float) else None
