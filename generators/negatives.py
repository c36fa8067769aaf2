"""Requests for out-of-scope queries: near a label and far from the task."""

from __future__ import annotations

from winnow.generators.diversity_grid import QueryBrief, query_briefs, split_briefs
from winnow.generators.llm.request import ModelChoice, RequestDraft
from winnow.generators.proposal import PromptContext
from winnow.generators.query_request import query_request


def negative_requests(
    prompt_context: PromptContext,
    model_choice: ModelChoice,
    label: str,
    count: int,
    *,
    per_request: int,
    round_number: int,
) -> list[RequestDraft]:
    """Requests for out-of-scope queries: every other one is close to a label, taking the labels in turn."""
    others = [name for name in prompt_context.task.label_names if name != label]
    wanted = query_briefs(count, key=f"{prompt_context.key}/negatives/{round_number}", slots=prompt_context.task.slots)
    scoped: list[QueryBrief] = [
        {**one, "scope": "near", "beside": others[(round_number + i // 2) % len(others)]}
        if i % 2 == 0 and others
        else {**one, "scope": "far"}
        for i, one in enumerate(wanted)
    ]
    found = []
    for number, part in enumerate(split_briefs(scoped, per_request)):
        beside = list(dict.fromkeys(one["beside"] for one in part if "beside" in one))
        found.append(
            query_request(
                prompt_context,
                model_choice,
                label,
                part,
                kind="negatives",
                beside=beside,
                where=("negatives", round_number, number),
            )
        )
    return found
