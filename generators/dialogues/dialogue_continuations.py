"""What follows the results of calls in a dialogue: a closing answer, or further turns with an id from a result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from winnow.generators.dialogues.dialogue_forms import named_forms
from winnow.generators.dialogues.dialogue_prompt import offered_tools, shared_dialogue_prompt
from winnow.generators.dialogues.dialogue_requests import ITEMS_PER_DIALOGUE, listed_items
from winnow.generators.dialogues.written_turns import dialogues_schema, shown_turns
from winnow.generators.llm.request import ModelChoice, RequestDraft, make_request
from winnow.generators.prompts.prompt_file import load_prompt
from winnow.generators.proposal import PromptContext, Proposal
from winnow.validators.kinds.tools import dialogue_of


def continuation_requests(
    proposals: Mapping[str, Proposal],
    model_choice: ModelChoice,
    prompt_context: PromptContext,
    keys: Sequence[str],
    *,
    per_request: int,
) -> list[RequestDraft]:
    """Requests for what follows the results of some dialogues; `proposals` are theirs by key."""
    task = prompt_context.task
    found = []
    for start in range(0, len(keys), per_request):
        part = keys[start : start + per_request]
        listed = [_asked(place, proposals[key]) for place, key in enumerate(part)]
        forms = named_forms([one["form"] for one in listed])
        request = make_request(
            model_choice,
            shared=shared_dialogue_prompt(task),
            own=load_prompt("dialogue_continuations").render(dialogues=listed, forms=forms),
            schema=dialogues_schema("continuations", "dialogue", offered_tools(task)),
            items=ITEMS_PER_DIALOGUE * len(part),
        )
        found.append((request, json.dumps({"keys": part})))
    return found


def _asked(place: int, proposal: Proposal) -> dict[str, Any]:
    brief = {name: proposal.detail[name] for name in ("form", "tool", "optional") if name in proposal.detail}
    return {"dialogue": place, **brief, "turns": shown_turns(dialogue_of(proposal.content))}


def read_continuations(context: Mapping[str, Any], text: str) -> dict[str, object]:
    """The turns in a response, unread, by the key of the dialogue; the first for each counts."""
    items = listed_items(text, "continuations")
    found: dict[str, object] = {}
    for item in items if isinstance(items, list) else []:
        place = item.get("dialogue")
        if type(place) is int and 0 <= place < len(context["keys"]):
            found.setdefault(context["keys"][place], item.get("turns"))
    return found
