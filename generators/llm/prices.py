"""What tokens cost: a dated price table, the cost of one response, and the worst case of one request."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from winnow.config.task import EndpointConfig
from winnow.core.errors import Problem, WinnowError
from winnow.generators.llm.request import LlmRequest

NANO_PER_USD = 10**9

OVERHEAD_TOKENS = 1_000
"""Input tokens that the API may add to a request, for example for its output format."""

FREE_PRICES = "free"
"""In place of a price table: the model costs nothing, for example because it runs on this machine."""

RATES = ("input", "output", "cache_read")


@dataclass(frozen=True)
class Usage:
    """Tokens of one response, as the API counts them."""

    input_tokens: int
    cache_write_tokens: int
    cache_read_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class Price:
    """USD per million tokens of one model."""

    input: float
    output: float
    cache_read: float
    cache_write: float
    """For a cache entry of five minutes."""
    batch_share: float
    """The price of a token in a batch, as a share of its regular price."""
    as_of: str

    def cost(self, usage: Usage, *, batch: bool = False) -> int:
        """Nanodollars, rounded up."""
        usd_per_million = (
            usage.input_tokens * self.input
            + usage.cache_write_tokens * self.cache_write
            + usage.cache_read_tokens * self.cache_read
            + usage.output_tokens * self.output
        )
        return math.ceil(round(usd_per_million * (self.batch_share if batch else 1) * NANO_PER_USD / 1e6, 6))

    def worst_case(self, request: LlmRequest, *, batch: bool = False) -> int:
        """The worst-case cost in nanodollars: no token is shorter than a byte, and all may be written to the cache."""
        tokens = len(request.json_text().encode()) + OVERHEAD_TOKENS
        return self.cost(Usage(0, tokens, 0, request.max_tokens), batch=batch)

    @property
    def is_free(self) -> bool:
        """Whether no token costs anything."""
        return not any((self.input, self.output, self.cache_read, self.cache_write))


FREE = Price(0, 0, 0, 0, 1, "free, local")
"""The price of a model that costs nothing."""


def endpoint_price(model: str, endpoint: EndpointConfig, *, folder: Path, own_table: str | None) -> Price | None:
    """The price of a model at an endpoint, None where it is not known.

    It stands in the endpoint's own table, else in `own_table`, else in the shipped one; files are relative to `folder`.
    """
    table = endpoint.prices or own_table
    if table == FREE_PRICES:
        return FREE
    return price_of(model, folder / table if table else None)


def price_of(model: str, own_table: Path | None = None) -> Price | None:
    """The price of a model, None where it is not known. `own_table` is a file in the form of `prices.json`.

    A name with a date (`claude-haiku-4-5-20251001`) has the price of the name without it.
    """
    table = _read_table(own_table) if own_table else _shipped_table()
    stem, _, date = model.rpartition("-")
    name = stem if len(date) == 8 and date.isdigit() else model
    rates = table["models"].get(model) or table["models"].get(name)
    if rates is None:
        return None
    write = rates.get("cache_write", rates["input"] * table["cache_write_share"])
    return Price(rates["input"], rates["output"], rates["cache_read"], write, table["batch_share"], table["as_of"])


@cache
def _shipped_table() -> Mapping[str, Any]:
    return dict(json.loads(files(__package__).joinpath("prices.json").read_text(encoding="utf-8")))


def _read_table(path: Path) -> Mapping[str, Any]:
    """A team's own table.

    Raises WinnowError with everything that is wrong with it.
    """
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WinnowError(Problem(str(path), str(error), "a JSON table of prices", "see docs/generate.md")) from None
    table = table if isinstance(table, dict) else {}
    models = table.get("models")
    problems = [
        Problem(f"{path}, {key}", repr(table.get(key)), "a number from 0 up", "correct it")
        for key in ("batch_share", "cache_write_share")
        if not _is_rate(table.get(key))
    ]
    if not isinstance(table.get("as_of"), str):
        problems.append(Problem(f"{path}, as_of", repr(table.get("as_of")), "the date of the prices", "add it"))
    if not isinstance(models, dict):
        problems.append(Problem(f"{path}, models", repr(models), "model to input, output and cache_read", "add it"))
    problems += [
        Problem(f"{path}, models.{name}", repr(rates), "numbers from 0 up: " + ", ".join(RATES), "correct it")
        for name, rates in (models.items() if isinstance(models, dict) else ())
        if not (isinstance(rates, dict) and all(_is_rate(rates.get(rate)) for rate in RATES))
    ]
    if problems:
        raise WinnowError(problems)
    return table


def _is_rate(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and math.isfinite(value)


def require_price(model: str, price: Price | None, *, budgeted: bool, fix: str) -> list[Problem]:
    """The problem of a budget without a price: no worst case can be reserved then. Empty where there is none."""
    if price is not None or not budgeted:
        return []
    return [Problem(f"model {model}", "its price is unknown", "a price, because there is a budget", fix)]


def nanodollars(usd: float | None) -> int | None:
    """An amount in USD as nanodollars; no amount stays None."""
    return None if usd is None else int(usd * NANO_PER_USD)


def format_usd(nano: int) -> str:
    """Nanodollars as an amount in USD."""
    value = nano / NANO_PER_USD
    return f"${value:,.2f}" if value >= 1 else f"${value:.4f}"
