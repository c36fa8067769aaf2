"""Which models write and judge, and at which price."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.generators.llm.ledger_types import ResponseCost
from winnow.generators.llm.prices import Price, price_of
from winnow.generators.llm.request import ModelChoice


@dataclass(frozen=True)
class ModelRoles:
    """Which models write and judge, and their prices."""

    writer: ModelChoice
    judge: ModelChoice | None
    prices: Mapping[str, Price | None]
    """By model; None where it is not known."""

    def response_cost(self, message: Mapping[str, Any], batch: bool) -> ResponseCost:
        """The tokens and cost of a response."""
        from winnow.generators.llm.response import response_outcome, token_usage

        usage = token_usage(message)
        model = str(message.get("model"))
        price = self.prices[model if model in self.prices else self.writer.model]
        cost = price.cost(usage, batch=batch) if price else None
        return ResponseCost(**vars(usage), cost=cost, outcome=response_outcome(message))

    def worst_case(self, body: str, *, batch: bool) -> int:
        """The worst-case cost of a request in nanodollars; 0 where the price is not known."""
        price = self.prices[json.loads(body)["model"]]
        return price.worst_case(body, batch=batch) if price else 0


def choose_models(task: Task, root: Path, *, judged: bool, budgeted: bool) -> ModelRoles:
    """Choose the models. Raises WinnowError for a budget without a price: no worst case can be reserved then."""
    settings = task.generate
    writer = ModelChoice(settings.model, settings.effort, settings.cache)
    judge = None
    if judged:
        judge = ModelChoice(settings.judge_model or settings.model, settings.effort, settings.cache)
    own_table = root / settings.prices if settings.prices else None
    prices = {choice.model: price_of(choice.model, own_table) for choice in (writer, judge) if choice}
    fix = "set generate.prices, or leave out the budget"
    problems = [
        Problem(f"model {model}", "its price is unknown", "a price, because there is a budget", fix)
        for model, known in prices.items()
        if known is None
    ]
    if problems and (budgeted or settings.budget is not None):
        raise WinnowError(problems)
    return ModelRoles(writer, judge, prices)
