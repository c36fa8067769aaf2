"""What a model reads for each request: the text of its own chat template, by the code that renders rows of training."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from winnow.core.errors import Problem, WinnowError
from winnow.curation.checks.chat_template.chat_messages import folded
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, TemplateRefusalError
from winnow.curation.checks.chat_template.role_probe import refused_roles
from winnow.training.answering.answer_request import AnswerRequest
from winnow.validators.tools.call_formats import CALL_FORMATS, FormatError
from winnow.validators.tools.openai_messages import openai_tools

SHOWN_PROBLEMS = 20
"""Requests that cannot be written which a message lists; the others are counted."""


def prompt_texts(requests: Sequence[AnswerRequest], chat: ChatTokenizer) -> list[str | Problem]:
    """The text of each request, or why the template cannot write it."""
    refused = {form: set(refused_roles(chat, CALL_FORMATS[form])) for form in {one.call_format for one in requests}}
    return [_prompt_text(one, chat, refused[one.call_format]) for one in requests]


def require_texts(prompts: Sequence[str | Problem]) -> list[str]:
    """The texts. Raises WinnowError with the requests that cannot be written."""
    problems = [one for one in prompts if isinstance(one, Problem)]
    if problems:
        more = len(problems) - SHOWN_PROBLEMS
        rest = [Problem("requests", f"{more:,} more that cannot be written")] if more > 0 else []
        raise WinnowError([*problems[:SHOWN_PROBLEMS], *rest])
    return [one for one in prompts if isinstance(one, str)]


def _prompt_text(request: AnswerRequest, chat: ChatTokenizer, refused: Collection[str]) -> str | Problem:
    where = f"record {request.record}, turn {request.turn + 1}"
    fix = "leave the dialogue out, or use another base model"
    try:
        messages = folded(request.messages(), refused)
        tools = openai_tools(request.prompt.tools)
        return chat.render([message.fields for message in messages], tools, prompt=True)
    except FormatError as error:
        expected = f"answers that {request.call_format} can write"
        return Problem(where, f"an earlier answer cannot be written: {error}", expected, fix)
    except TemplateRefusalError as error:
        return Problem(where, f"the template refuses the dialogue: {error}", f"a dialogue for {chat.model}", fix)
