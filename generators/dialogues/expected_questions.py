"""The further questions that dialogues will need, before they are written: for estimates of what a run costs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from winnow.core.model_vocabulary import GeneratorName
from winnow.generators.dialogues.dialogue_continuations import continuation_requests
from winnow.generators.dialogues.dialogue_forms import FORMS
from winnow.generators.dialogues.dialogue_prompt import offered_tools
from winnow.generators.dialogues.dialogue_results import result_requests, with_results
from winnow.generators.llm.request import LlmRequest, ModelChoice
from winnow.generators.proposal import PromptContext, Proposal
from winnow.validators.kinds.tools import content_of
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

TYPICAL_REQUEST = "can you move the appointment that i told you about to an hour later, please"

TYPICAL_ARGUMENTS = {"title": "The appointment that was moved", "date": "2026-03-04"}

TYPICAL_RESULT = json.dumps(
    [{"id": f"item_{n}", "title": "Something of this kind", "status": "open"} for n in range(4)]
)


def expected_questions(
    contexts: Sequence[str], model_choice: ModelChoice, prompt_context: PromptContext, *, per_request: int
) -> list[LlmRequest]:
    """The questions for results and continuations that the dialogues of these requests will need.

    `contexts` are those of the requests that open them.
    """
    tools = offered_tools(prompt_context.task)
    opened = {str(place): one for place, one in enumerate(_going_on(contexts, tools))}
    keys = list(opened)
    contents = {key: content_of(one) for key, one in opened.items()}
    results = result_requests(contents, model_choice, prompt_context, keys, 0, per_request=per_request)
    proposals = {
        key: Proposal(content_of(with_results(one, {"call_1": TYPICAL_RESULT})), "", {"form": "lookup"})
        for key, one in opened.items()
    }
    more = continuation_requests(proposals, model_choice, prompt_context, keys, per_request=per_request)
    return [request for request, _ in (*results, *more)]


def _going_on(contexts: Sequence[str], tools: Sequence[Tool]) -> Iterator[Dialogue]:
    """A typical dialogue for each brief whose form goes on after its calls."""
    for context in map(json.loads, contexts):
        for brief in context["briefs"] if context["kind"] == GeneratorName.DIALOGUES else ():
            form = FORMS.get(str(brief.get("form")))
            if form and form.continuation:
                yield typical_dialogue(tools, str(brief.get("tool")))


def typical_dialogue(tools: Sequence[Tool], called: str) -> Dialogue:
    """A dialogue of usual length with one call."""
    answer = Turn(Role.ASSISTANT, "I'll do that.", calls=(Call("call_1", called, TYPICAL_ARGUMENTS),))
    return Dialogue((Turn(Role.USER, TYPICAL_REQUEST), answer), tuple(tools))
