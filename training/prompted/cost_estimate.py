"""Estimates the tokens and cost of routing texts, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from winnow.core.result import NotMeasured
from winnow.generators.llm.estimate import CHARACTERS_PER_TOKEN, USUAL_THINKING_TOKENS, USUAL_TOKENS_PER_ITEM
from winnow.generators.llm.prices import NANO_PER_USD, Price, Usage
from winnow.generators.llm.request import LlmRequest
from winnow.training.prompted.router_prompt import RouterPrompt
from winnow.training.run_facts import CostEstimate, PromptLength


def prompt_tokens(router_prompt: RouterPrompt, count: Callable[[LlmRequest], int | None]) -> PromptLength:
    """Input tokens of a request about one short text; `count` asks the API."""
    request = router_prompt.request(["?"])
    counted = count(request)
    how = "by the API" if counted else f"by length, {CHARACTERS_PER_TOKEN} characters a token"
    return PromptLength(tokens=counted or len(request.json_text()) // CHARACTERS_PER_TOKEN, counted=how)


def estimate_cost(router_prompt: RouterPrompt, tokens: int, texts: Sequence[str], price: Price | None) -> CostEstimate:
    """The estimate for these texts. With caching, the prompt is written to the cache once and read from it after.

    USD is a guess until something was answered: a text as 40 output tokens, and 400 of thinking a request.
    """
    requests = -(-len(texts) // router_prompt.per_request)
    own = sum(len(router_prompt.render(queries=[{"query": 0, "text": text}])) for text in texts) // CHARACTERS_PER_TOKEN
    output = len(texts) * USUAL_TOKENS_PER_ITEM + requests * USUAL_THINKING_TOKENS
    written, read = (tokens, tokens * max(requests - 1, 0)) if router_prompt.cached else (0, 0)
    fresh = own if router_prompt.cached else own + tokens * requests
    usage = Usage(fresh, written if requests else 0, read, output)
    unknown = NotMeasured("the model has no price in the table")
    return CostEstimate(
        texts=len(texts),
        requests=requests,
        prompt_tokens=tokens * requests,
        own_tokens=own,
        output_tokens=output,
        usd=round(price.cost(usage) / NANO_PER_USD, 4) if price else unknown,
        prices_as_of=price.as_of if price else unknown,
    )
