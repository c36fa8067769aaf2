"""Which models write and judge, and at which price."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.generators.llm.ledger import ResponseCost
from winnow.generators.llm.prices import Price, price_of
from winnow.generators.llm.request import ModelChoice


@dataclass(frozen=True)
class ModelRoles:
    """Who is asked, at which price."""

    writer: ModelChoice
    judge: ModelChoice | None
    prices: Mapping[str, Price | None]
    """By model; None where it is not known."""

    def response_cost(self, message: Mapping[str, Any], batch: bool) -> ResponseCost:
        """What an answer used and cost."""
        from winnow.generators.llm.response import response_outcome, token_usage

        usage = token_usage(message)
        model = str(message.get("model"))
        price = self.prices[model if model in self.prices else self.writer.model]
        cost = price.cost(usage, batch=batch) if price else None
        return ResponseCost(**vars(usage), cost=cost, outcome=response_outcome(message))

    def worst_case(self, body: str, *, batch: bool) -> int:
        """What a request can cost, in nanodollars; nothing where the price is not known."""
        price = self.prices[json.loads(body)["model"]]
        return price.worst_case(body, batch=batch) if price else 0


def choose_models(task: Task, root: Path, *, judged: bool, budgeted: bool) -> ModelRoles:
    """Who is asked. Raises WinnowError when a budget is to be kept without a price: nothing can be reserved then."""
    settings = task.generate
    writer = ModelChoice(settings.model, settings.effort, settings.cache)
    judge = None
    if judged:
        judge = ModelChoice(settings.judge_model or settings.model, settings.effort, settings.cache)
    own_table = root / settings.prices if settings.prices else None
    prices = {choice.model: price_of(choice.model, own_table) for choice in (writer, judge) if choice}
    fix = "set generate.prices, or leave out the budget"
    problems = [
        Problem(f"model {model}", "its price is unknown", "a price, to keep the budget", fix)
        for model, known in prices.items()
        if known is None
    ]
    if problems and (budgeted or settings.budget is not None):
        raise WinnowError(problems)
    return ModelRoles(writer, judge, prices)
