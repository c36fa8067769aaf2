"""Requests for queries like real traffic that nothing in the dataset resembles."""

from __future__ import annotations

import json
from collections.abc import Sequence

from winnow.generators.diversity_grid import query_briefs, split_briefs
from winnow.generators.llm.request import ModelChoice, RequestDraft, list_schema, make_request
from winnow.generators.prompts.prompt_file import load_prompt
from winnow.generators.prompts.prompt_task import shared_prompt
from winnow.generators.proposal import PromptContext


def region_requests(
    prompt_context: PromptContext,
    model_choice: ModelChoice,
    queries: Sequence[str],
    count: int,
    *,
    per_request: int,
    round_number: int,
    name: str,
) -> list[RequestDraft]:
    """Requests for queries that resemble unlabeled traffic; the responses name the labels."""
    wanted = query_briefs(count, key=f"{prompt_context.key}/region/{name}/{round_number}")
    choice = {"type": "string", "enum": list(prompt_context.task.label_names)}
    schema = list_schema("queries", {"brief": {"type": "integer"}, "text": {"type": "string"}, "label": choice})
    found = []
    for part in split_briefs(wanted, per_request):
        own = load_prompt("regions").render(briefs=part, queries=list(queries), fallback=prompt_context.task.fallback)
        request = make_request(
            model_choice, shared=shared_prompt(prompt_context.task), own=own, schema=schema, items=len(part)
        )
        found.append((request, json.dumps({"kind": "regions", "region": name, "briefs": part})))
    return found
