"""Other ways to write the same prompt: the same tools and the same rules, in another form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from winnow.config.task import Task
from winnow.core.evaluation_vocabulary import PromptVariant
from winnow.training.answering.answer_request import AnswerRequest
from winnow.validators.tools.call_formats import CALL_FORMATS
from winnow.validators.tools.dialogue import Dialogue, Tool
from winnow.validators.tools.openai_messages import openai_tools
from winnow.validators.tools.prompt import Prompt, prompt_of, with_tools
from winnow.validators.tools.signatures import signatures
from winnow.validators.tools.strict_json import write_json

TOOLS_HEADING = "## Functions you can call"
"""What the variant `heading` writes before the tools."""

Document = Callable[[Sequence[Tool]], str]


def _as_json(tools: Sequence[Tool]) -> str:
    return "\n".join(write_json(one, sort_keys=False) for one in openai_tools(tools))


def _spaced(tools: Sequence[Tool]) -> str:
    return "\n\n".join(signatures([tool]).replace("\n  ", "\n      ") for tool in tools)


def _headed(tools: Sequence[Tool]) -> str:
    return f"{TOOLS_HEADING}\n\n{signatures(tools)}"


DOCUMENTS: Mapping[PromptVariant, Document] = {
    PromptVariant.REVERSED_TOOLS: lambda tools: signatures(tools[::-1]),
    PromptVariant.JSON_SCHEMA: _as_json,
    PromptVariant.WIDE_SPACING: _spaced,
    PromptVariant.HEADING: _headed,
}
"""How each variant documents the tools in a system prompt."""


def variants_of(task: Task) -> tuple[PromptVariant, ...]:
    """The variants that apply: all where Winnow documents the tools, the order where a chat template presents them.

    None where the task's own system prompt documents the tools, because Winnow does not rewrite that.
    """
    if not CALL_FORMATS[task.call_format].in_text:
        return (PromptVariant.REVERSED_TOOLS,)
    return tuple(PromptVariant) if task.tools_in_prompt else ()


def varied(request: AnswerRequest, variant: PromptVariant, task: Task, split: str) -> AnswerRequest:
    """The request with its prompt written in another way; the expected answer stays."""
    if not CALL_FORMATS[task.call_format].in_text:
        turned = Dialogue(request.dialogue.turns, request.dialogue.tools[::-1])
        return replace(request, prompt=prompt_of(turned, task, split))
    offered = prompt_tools(request, task, split)
    document = DOCUMENTS[variant](offered) if offered else ""
    return replace(request, prompt=Prompt(with_tools(task.system_prompt_text, document)))


def prompt_tools(request: AnswerRequest, task: Task, split: str) -> tuple[Tool, ...]:
    """The tools that the prompt of a request offers."""
    from winnow.validators.tools.held_out_tools import offered_in_prompt

    return offered_in_prompt(request.dialogue, task, split)
