"""Which roles a chat template refuses, found by rendering messages that every template should render."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from winnow.curation.checks.chat_template.chat_messages import SYSTEM, chat_messages
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, TemplateRefusalError
from winnow.validators.tools.call_formats import CallFormat
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.openai_messages import openai_tools

MARKERS = ("qzoneqz", "qztwoqz")
"""Words that no template writes."""

NOT_WRITTEN = "the template leaves its text out"
"""Why a role is refused that the template accepts without an error."""

_TOOL = Tool("look_up", "Look something up.", {"type": "object", "properties": {"what": {"type": "string"}}})

_CALLS = tuple(Call(f"call_{number}", _TOOL.name, {"what": f"thing {number}"}) for number in (1, 2))

_RESULTS = Dialogue(
    (
        Turn(Role.USER, "Hello."),
        Turn(Role.ASSISTANT, "Looking both up.", _CALLS),
        *(Turn(Role.TOOL, marker, call_id=call.id) for marker, call in zip(MARKERS, _CALLS, strict=True)),
    ),
    (_TOOL,),
)
"""A dialogue with two results in a row, as compound answers have them."""

_ONE_RESULT = Dialogue(
    (_RESULTS.turns[0], Turn(Role.ASSISTANT, "Looking it up.", _CALLS[:1]), _RESULTS.turns[2]), _RESULTS.tools
)


def refused_roles(chat: ChatTokenizer, call_format: CallFormat) -> dict[str, str]:
    """Why the template refuses the role of the system prompt or of results of tools; those that it renders are absent.

    The reason is the template's own where it raises an error, or that it leaves their text out. Templates that take
    one call at most refuse the second one, and not the role: where they get calls, one result is probed.
    """
    dialogue = _RESULTS if call_format.in_text else _ONE_RESULT
    results = [dict(one.fields) for one in chat_messages(dialogue, "", call_format)]
    system = [{"role": SYSTEM, "content": MARKERS[0]}, {"role": Role.USER.value, "content": "Hello."}]
    tools = () if call_format.in_text else openai_tools(_RESULTS.tools)
    found = {
        SYSTEM: _refusal(lambda: chat.render(system, prompt=True), MARKERS[:1]),
        Role.TOOL.value: _refusal(lambda: chat.render(results, tools, prompt=True), MARKERS[: len(results) - 2]),
    }
    return {role: why for role, why in found.items() if why}


def _refusal(render: Callable[[], str], markers: Sequence[str]) -> str:
    try:
        text = render()
    except TemplateRefusalError as error:
        return str(error)
    return "" if all(marker in text for marker in markers) else NOT_WRITTEN
