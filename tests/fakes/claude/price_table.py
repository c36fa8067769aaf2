"""What a request costs, from a table that the test gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """USD for a million tokens; what the cache and batches cost, as shares of that.

    The shares are those of platform.claude.com/docs/en/about-claude/pricing; some models read the cache for less.
    """

    input: float
    output: float
    cache_read_share: float = 0.1
    cache_write_5m_share: float = 1.25
    cache_write_1h_share: float = 2.0
    batch_share: float = 0.5


@dataclass(frozen=True)
class Tokens:
    """A request's tokens by how they are paid for."""

    fresh: int = 0
    """Input neither read from nor written to the cache."""
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0


def usd(tokens: Tokens, model: str, prices: Mapping[str, Price], *, batched: bool = False) -> float | None:
    """The cost; None where the table has no price for the model."""
    price = prices.get(model)
    if price is None:
        return None
    input_tokens = (
        tokens.fresh
        + tokens.cache_read * price.cache_read_share
        + tokens.cache_write_5m * price.cache_write_5m_share
        + tokens.cache_write_1h * price.cache_write_1h_share
    )
    cost = (input_tokens * price.input + tokens.output * price.output) / MILLION
    return cost * price.batch_share if batched else cost
