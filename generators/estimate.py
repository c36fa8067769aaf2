"""What a run will take, before it is begun: requests, tokens, money, and how much of it is likely to survive."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generators.prices import NANO_PER_USD, Price, Usage, usd
from generators.question import THINKING_TOKENS, TOKENS_PER_ITEM

CHARACTERS_PER_TOKEN = 4
"""Of English text, where the API does not count."""
USUAL_TOKENS_PER_ITEM = 40
USUAL_THINKING_TOKENS = 400
"""Output of an answer before any was seen: a query as JSON has 20 to 40 tokens, low effort thinks a few hundred."""


@dataclass(frozen=True)
class Estimate:
    """What the next round takes."""

    requests: int
    items: int
    """Queries, pair sides or verdicts that are asked for."""
    input_tokens: int
    counted: bool
    """The API counted the first request, and the others go by their length; otherwise all go by their length."""
    output_tokens: int
    measured: bool
    """The output goes by earlier runs."""
    usd: float | None
    """None where the price is not known. Nothing is taken for read from the cache."""
    usd_worst: float | None
    kept_share: float | None
    """Of earlier runs; None where there are none."""
    prices_as_of: str

    @classmethod
    def nothing(cls) -> Estimate:
        """Of a run with nothing left to ask."""
        return cls(0, 0, 0, False, 0, False, 0.0, 0.0, None, "")

    def __str__(self) -> str:
        if not self.requests:
            return "nothing is left to ask"
        how = "counted by the API" if self.counted else "by length"
        cost = "cost unknown: the model has no price in the table"
        if self.usd is not None and self.usd_worst is not None:
            likely, worst = usd(int(self.usd * NANO_PER_USD)), usd(int(self.usd_worst * NANO_PER_USD))
            cost = f"about {likely}, at most {worst} (prices of {self.prices_as_of})"
        share = "nothing is known yet of how many survive"
        if self.kept_share is not None:
            share = f"about {round(self.items * self.kept_share):,} survive, as {self.kept_share:.0%} did before"
        return (
            f"{self.requests:,} requests for {self.items:,} queries; {self.input_tokens:,} input tokens ({how}), "
            f"about {self.output_tokens:,} output tokens; {cost}; {share}"
        )


def estimate(
    bodies: Sequence[str],
    *,
    count_tokens: Callable[[str], int | None],
    price: Price | None,
    batch: bool,
    output_tokens: float | None,
    kept_share: float | None,
) -> Estimate:
    """What these requests take. `output_tokens` of an answer, and `kept_share`, as earlier runs had them."""
    if not bodies:
        return Estimate.nothing()
    items = [(int(json.loads(body)["max_tokens"]) - THINKING_TOKENS) // TOKENS_PER_ITEM for body in bodies]
    first = count_tokens(bodies[0])
    per_character = first / len(bodies[0]) if first else 1 / CHARACTERS_PER_TOKEN
    tokens = round(sum(len(body) for body in bodies) * per_character)
    usual = sum(items) * USUAL_TOKENS_PER_ITEM + len(bodies) * USUAL_THINKING_TOKENS
    output = usual if output_tokens is None else round(output_tokens * len(bodies))
    cost = worst = None
    if price:
        cost = price.cost(Usage(tokens, 0, 0, output), batch=batch) / NANO_PER_USD
        worst = sum(price.worst(body, batch=batch) for body in bodies) / NANO_PER_USD
    return Estimate(
        requests=len(bodies),
        items=sum(items),
        input_tokens=tokens,
        counted=bool(first),
        output_tokens=output,
        measured=output_tokens is not None,
        usd=cost,
        usd_worst=worst,
        kept_share=kept_share,
        prices_as_of=price.as_of if price else "",
    )
