"""Who is asked to write and to judge, at which price."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.generation.books import Bill
from curation.task import Task
from generators.prices import Price, price_of
from generators.question import Voice
from validators.faults import Fault, WinnowError


@dataclass(frozen=True)
class Voices:
    """Who is asked, at which price."""

    writer: Voice
    judge: Voice | None
    prices: Mapping[str, Price | None]
    """By model; None where it is not known."""

    def bill(self, message: Mapping[str, Any], batch: bool) -> Bill:
        """What an answer used and cost."""
        from generators.claude import outcome_of, usage_of

        usage = usage_of(message)
        model = str(message.get("model"))
        price = self.prices[model if model in self.prices else self.writer.model]
        cost = price.cost(usage, batch=batch) if price else None
        return Bill(**vars(usage), cost=cost, outcome=outcome_of(message))

    def worst(self, body: str, *, batch: bool) -> int:
        """What a request can cost, in nanodollars; nothing where the price is not known."""
        price = self.prices[json.loads(body)["model"]]
        return price.worst(body, batch=batch) if price else 0


def voices_of(task: Task, root: Path, *, judged: bool, budgeted: bool) -> Voices:
    """Who is asked. Raises WinnowError when a budget is to be kept without a price: nothing can be reserved then."""
    told = task.generate
    writer = Voice(told.model, told.effort, told.cache)
    judge = None
    if judged:
        judge = Voice(told.judge_model or told.model, told.effort, told.cache)
    own = root / told.prices if told.prices else None
    prices = {voice.model: price_of(voice.model, own) for voice in (writer, judge) if voice}
    fix = "set generate.prices, or leave out the budget"
    faults = [
        Fault(f"model {model}", "its price is unknown", "a price, to keep the budget", fix)
        for model, known in prices.items()
        if known is None
    ]
    if faults and (budgeted or told.budget is not None):
        raise WinnowError(faults)
    return Voices(writer, judge, prices)
