"""Estimates a round before it starts: requests, tokens, cost, and the share that is likely to be kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from winnow.core.counted import counted
from winnow.generators.llm.model_roles import ModelRole
from winnow.generators.llm.prices import FREE, NANO_PER_USD, Usage, format_usd
from winnow.generators.llm.request import LlmRequest

CHARACTERS_PER_TOKEN = 4
"""For English text, where the API does not count tokens."""

USUAL_TOKENS_PER_ITEM = 40

USUAL_THINKING_TOKENS = 400
"""Output estimate before any response exists: a query as JSON has 20 to 40 tokens, low effort thinks a few hundred."""


@dataclass(frozen=True)
class RoundEstimate:
    """The estimate of the next round."""

    requests: int
    items: int
    """Queries, dialogues or pair sides that are requested."""
    input_tokens: int
    counted: bool
    """The API counted the first request, and the others are estimated from it by length; otherwise only by length."""
    output_tokens: int
    measured: bool
    """The output is estimated from earlier runs."""
    usd: float | None
    """None where the price is not known. Cache reads are not assumed."""
    usd_worst_case: float | None
    kept_share: float | None
    """Of earlier runs; None where there are none."""
    prices_as_of: str
    free: bool = False
    """No model of the round costs anything."""
    noun: str = "queries"
    """What the items are called."""

    @classmethod
    def nothing(cls) -> RoundEstimate:
        """For a run with nothing left to send."""
        return cls(0, 0, 0, False, 0, False, 0.0, 0.0, None, "")

    def __str__(self) -> str:
        if not self.requests:
            return "nothing is left to send"
        how = "counted by the API" if self.counted else "by length"
        cost = "cost unknown: the model has no price in the table"
        if self.free:
            cost = FREE.as_of
        elif self.usd is not None and self.usd_worst_case is not None:
            likely, worst_case = (
                format_usd(int(self.usd * NANO_PER_USD)),
                format_usd(int(self.usd_worst_case * NANO_PER_USD)),
            )
            cost = f"about {likely}, at most {worst_case} (prices of {self.prices_as_of})"
        share = "how many will be accepted is not known yet"
        if self.kept_share is not None:
            share = (
                f"about {round(self.items * self.kept_share):,} will be accepted, as {self.kept_share:.0%} were before"
            )
        return (
            f"{counted(self.requests, 'request')} for {self.items:,} {self.noun}; "
            f"{counted(self.input_tokens, 'input token')} ({how}), "
            f"about {counted(self.output_tokens, 'output token')}; {cost}; {share}"
        )


def estimate(
    requests: Sequence[LlmRequest],
    writer: ModelRole,
    judging: Sequence[LlmRequest] = (),
    judge: ModelRole | None = None,
    *,
    count_tokens: Callable[[LlmRequest], int | None],
    batch: bool,
    output_tokens: float | None,
    kept_share: float | None,
) -> RoundEstimate:
    """Estimate these requests and those that judge their results.

    `output_tokens` (for each response) and `kept_share` come from earlier runs.
    """
    if not requests:
        return RoundEstimate.nothing()
    first = count_tokens(requests[0])
    per_character = first / len(requests[0].json_text()) if first else 1 / CHARACTERS_PER_TOKEN
    every = [(request, writer) for request in requests] + [(request, judge) for request in judging if judge]
    tokens = [round(len(request.json_text()) * per_character) for request, _ in every]
    usual = [request.items * USUAL_TOKENS_PER_ITEM + USUAL_THINKING_TOKENS for request, _ in every]
    output = [usual[i] if output_tokens is None else round(output_tokens) for i in range(len(every))]
    cost: float | None = 0.0
    worst_case: float | None = 0.0
    for (request, role), given, output_count in zip(every, tokens, output, strict=True):
        if role.price is None or cost is None or worst_case is None:
            cost = worst_case = None
            break
        cost += role.price.cost(Usage(given, 0, 0, output_count), batch=batch) / NANO_PER_USD
        worst_case += role.price.worst_case(request, batch=batch) / NANO_PER_USD
    return RoundEstimate(
        requests=len(every),
        items=sum(request.items for request in requests),
        input_tokens=sum(tokens),
        counted=bool(first),
        output_tokens=sum(output),
        measured=output_tokens is not None,
        usd=cost,
        usd_worst_case=worst_case,
        kept_share=kept_share,
        prices_as_of=next((role.price.as_of for _, role in every if role.price and not role.price.is_free), ""),
        free=all(role.price is not None and role.price.is_free for _, role in every),
    )
