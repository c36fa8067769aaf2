"""Requests for queries of one label: plain examples, ambiguous ones, domain language, and fixes of a model's errors."""

from __future__ import annotations

from winnow.core.model_vocabulary import GeneratorName
from winnow.generators.diversity_grid import query_briefs, split_briefs
from winnow.generators.llm.request import ModelChoice, RequestDraft
from winnow.generators.plan import LabelNeed
from winnow.generators.proposal import PromptContext
from winnow.generators.query_request import neighbor_labels, query_request


def example_requests(
    prompt_context: PromptContext,
    model_choice: ModelChoice,
    need: LabelNeed,
    *,
    kind: str = GeneratorName.EXAMPLES,
    per_request: int,
    round_number: int,
) -> list[RequestDraft]:
    """Requests for the queries that a label needs, `per_request` in each; `round_number` counts from 0."""
    label, beside = need.label, neighbor_labels(prompt_context, need.label)
    key = f"{prompt_context.key}/{kind}/{label}/{round_number}"
    wanted = query_briefs(need.count, key=key, cells=need.cells, slots=prompt_context.task.slots)
    if kind == GeneratorName.AMBIGUOUS:
        wanted = [{**one, "looks_like": beside[i % len(beside)]} for i, one in enumerate(wanted)] if beside else []
    return [
        query_request(
            prompt_context,
            model_choice,
            label,
            part,
            kind=kind,
            beside=beside,
            misclassified=need.misclassified,
            where=(kind, round_number, number),
        )
        for number, part in enumerate(split_briefs(wanted, per_request))
    ]
