"""Requests for dialogues of a tool or a behavior, and the proposals read from their responses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from winnow.config.task import Task
from winnow.core.model_vocabulary import GeneratorName
from winnow.generators.dialogues.dialogue_briefs import dialogue_briefs
from winnow.generators.dialogues.dialogue_forms import FORMS, named_forms
from winnow.generators.dialogues.dialogue_prompt import (
    near_texts,
    offered_tools,
    shared_dialogue_prompt,
    shown_dialogues,
)
from winnow.generators.dialogues.id_sources import id_sources
from winnow.generators.dialogues.written_turns import (
    UnreadableTurnError,
    dialogues_schema,
    read_turns,
    unreadable,
    unreadable_drop,
)
from winnow.generators.diversity_grid import QueryBrief, split_briefs
from winnow.generators.llm.request import ModelChoice, RequestDraft, make_request
from winnow.generators.plan import LabelNeed
from winnow.generators.prompts.prompt_file import load_prompt
from winnow.generators.proposal import PromptContext, Proposal
from winnow.validators.kinds.tools import TOOLS, content_of
from winnow.validators.tools.behavior import Behavior, derived_label
from winnow.validators.tools.dialogue import Dialogue, Tool
from winnow.validators.tools.strict_json import JsonError, read_json

MAX_SHOWN = 4
"""Real dialogues in a request; each request shows other ones."""

MAX_NEAR = 8
"""Dialogues that are told to be there already."""

MAX_OTHERS = 2
"""Real dialogues of each tool or behavior that is easily mixed up with the requested one."""

CALL = "call"
"""The behavior of a request for dialogues that call a tool."""

ITEMS_PER_DIALOGUE = 5
"""A dialogue of two to four turns with its calls takes as many tokens as so many queries."""


def dialogue_requests(
    prompt_context: PromptContext,
    model_choice: ModelChoice,
    need: LabelNeed,
    *,
    about: Sequence[str] = (),
    per_request: int,
    round_number: int,
) -> list[RequestDraft]:
    """Requests for the dialogues that a tool or a behavior needs; `about` are tools that answers in text are about."""
    key = f"{prompt_context.key}/{GeneratorName.DIALOGUES}/{need.label}/{'+'.join(about)}/{round_number}"
    wanted = dialogue_briefs(
        need.label,
        need.count,
        tools=offered_tools(prompt_context.task),
        about=about,
        sources=id_sources(prompt_context, need.label),
        cells=need.cells,
        key=key,
        slots=prompt_context.task.slots,
    )
    parts = split_briefs(sorted(wanted, key=_goes_on), per_request)  # then the others need not wait for results
    return [
        _request(prompt_context, model_choice, need.label, part, (GeneratorName.DIALOGUES, round_number, number))
        for number, part in enumerate(parts)
    ]


def _goes_on(brief: QueryBrief) -> bool:
    form = FORMS.get(str(brief.get("form")))
    return bool(form and form.continuation)


def _request(
    prompt_context: PromptContext,
    model_choice: ModelChoice,
    label: str,
    part: Sequence[QueryBrief],
    where: tuple[object, ...],
) -> RequestDraft:
    task = prompt_context.task
    texts = prompt_context.texts(label, MAX_SHOWN, *where)
    own = load_prompt("dialogues").render(
        label=label,
        behavior=label if label in [*Behavior] else CALL,
        briefs=list(part),
        forms=named_forms([str(brief.get("form")) for brief in part]),
        seeds=shown_dialogues(prompt_context, label, MAX_SHOWN, *where),
        near=near_texts(prompt_context, label, texts, MAX_NEAR),
        others={name: shown_dialogues(prompt_context, name, MAX_OTHERS, *where) for name in _confusable(task, label)},
    )
    request = make_request(
        model_choice,
        shared=shared_dialogue_prompt(task),
        own=own,
        schema=dialogues_schema("dialogues", "brief", offered_tools(task)),
        items=ITEMS_PER_DIALOGUE * len(part),
    )
    return request, json.dumps({"kind": GeneratorName.DIALOGUES, "label": label, "briefs": list(part)})


def _confusable(task: Task, label: str) -> list[str]:
    pairs = [pair for pair in task.confusable if label in pair]
    return list(dict.fromkeys(other for pair in pairs for other in pair if other != label))


def read_dialogues(context: Mapping[str, Any], text: str, task: Task) -> list[Proposal]:
    """The proposals in a response: one for each brief that it answers, also where that answer cannot be read."""
    tools = offered_tools(task)
    items = listed_items(text, "dialogues")
    if isinstance(items, str):
        return [Proposal(unreadable(text, tools), context["label"], _detail({}), problem=unreadable_drop(items))]
    known = {brief["brief"]: brief for brief in context["briefs"]}
    found: dict[int, Proposal] = {}
    for item in items:
        number = item.get("brief")
        if type(number) is int and number in known and number not in found:
            found[number] = _proposal(item.get("turns"), context["label"], known[number], tools)
    return [found[number] for number in sorted(found)]


def _proposal(turns: object, label: str, brief: QueryBrief, tools: Sequence[Tool]) -> Proposal:
    try:
        dialogue = Dialogue(read_turns(turns), tuple(tools))
    except UnreadableTurnError as error:
        return Proposal(unreadable(turns, tools), label, _detail(brief), problem=unreadable_drop(str(error)))
    form = FORMS.get(str(brief.get("form")))
    shown = str(derived_label(dialogue).label) if form and form.new_request else shown_label(dialogue, label)
    return Proposal(content_of(dialogue), shown, _detail(brief))


def _detail(brief: QueryBrief) -> dict[str, Any]:
    parts = {name: value for name, value in brief.items() if name != "brief"}
    return parts | {"kind": GeneratorName.DIALOGUES.value}


def shown_label(dialogue: Dialogue, wanted: str) -> str:
    """The label of a dialogue that was requested for a tool or a behavior: all tools that it calls, or the requested.

    A dialogue that does not call the requested tool keeps the requested label, and is dropped for it.
    """
    shown = derived_label(dialogue).label
    return shown if wanted in TOOLS.target_parts(shown) else wanted


def listed_items(text: str, name: str) -> list[dict[str, Any]] | str:
    """The objects that a response lists under a name, or in words why they cannot be read."""
    try:
        found = read_json(text)
    except JsonError as error:
        return f"the answer is {error}"
    listed = found.get(name) if isinstance(found, dict) else None
    if not isinstance(listed, list):
        return f"the answer has no list {name!r}"
    return [item for item in listed if isinstance(item, dict)]
