"""A chat template in the syntax of Ollama, derived from what the template writes around each message.

Ollama reads Go templates, which are no translation of Jinja. What a template writes before and after the content of
each role is found by rendering marked messages, and the result is compared with the chat template on other dialogues.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from winnow.core.errors import Problem, WinnowError
from winnow.curation.checks.chat_template.chat_messages import SYSTEM
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, TemplateRefusalError
from winnow.validators.tools.dialogue import Role

FORMS = {"chatml": "<|im_start|>", "llama3": "<|start_header_id|>", "mistral": "[INST]"}
"""The forms of templates that are known, each by a text that it writes."""

MARKS = {role: f"qz{role}qz" for role in (SYSTEM, Role.USER.value, Role.ASSISTANT.value, Role.TOOL.value)}
"""Contents that no template writes."""

CHECKED_TEXT = 'He said "yes" & left.\n{"a": [1, 2]}'
"""A content with what a template may escape."""

Message = Mapping[str, str]


@dataclass(frozen=True)
class TurnText:
    """What a template writes around the content of one role."""

    before: str
    after: str
    as_json: bool = False
    """Whether the content is written as a JSON string."""

    def of(self, content: str) -> str:
        """The text of a message."""
        written = json.dumps(content, ensure_ascii=False) if self.as_json else content
        return self.before + written + self.after


@dataclass(frozen=True)
class TemplateTexts:
    """A chat template as the texts around each role."""

    form: str
    """One of FORMS."""
    bos: str
    """The token at the beginning, which the runtime adds itself."""
    without_system: str
    """What is written first where there is no system message."""
    turns: Mapping[str, TurnText]
    """By role; a role that the template refuses is absent."""
    answer: str
    """What is written before the model answers."""

    def render(self, messages: Sequence[Message]) -> str:
        """The prompt of messages, with the token at the beginning."""
        first = "" if messages[0]["role"] == SYSTEM else self.without_system
        texts = (self.turns[one["role"]].of(one["content"]) for one in messages)
        return self.bos + first + "".join(texts) + self.answer

    def go_template(self) -> str:
        """The template in Go's syntax."""
        first = f'{{{{ if ne (index .Messages 0).Role "{SYSTEM}" }}}}{_literal(self.without_system)}{{{{ end }}}}'
        cases = (
            f'if eq .Role "{role}" }}}}{_literal(turn.before)}{{{{ {"json " if turn.as_json else ""}.Content }}}}'
            f"{_literal(turn.after)}"
            for role, turn in self.turns.items()
        )
        choice = "{{ else ".join(cases)
        every = f"{{{{ range .Messages }}}}{{{{ {choice}{{{{ end }}}}{{{{ end }}}}"
        return (first if self.without_system else "") + every + _literal(self.answer)


def template_form(chat: ChatTokenizer) -> str:
    """The form of a chat template, one of FORMS; empty for one that cannot be written in Go's syntax."""
    try:
        return ollama_texts(chat).form
    except WinnowError:
        return ""


def ollama_texts(chat: ChatTokenizer) -> TemplateTexts:
    """The texts that a template writes around each role.

    Raises WinnowError for a template of no known form, or one that writes more than a text around each message.
    """
    try:
        found = _derived(chat)
        same = found.form and _fits_modelfile(chat, found)
        same = same and all(_is_same(chat, found, dialogue) for dialogue in _checked_dialogues(found))
    except (TemplateRefusalError, ValueError):  # ValueError: a content is missing, or its text is not where expected
        same = False
    if not same:
        expected = f"a template that writes a text around each message, as {', '.join(FORMS)} do"
        fix = "package for a runtime that uses the model's own template, such as vllm"
        raise WinnowError(Problem(f"chat template of {chat.model}", "cannot be written in Go's syntax", expected, fix))
    return found


def _derived(chat: ChatTokenizer) -> TemplateTexts:
    """Raises TemplateRefusalError or ValueError for a template that is not one text around each message."""
    user, assistant, system = (_marked(role) for role in (Role.USER, Role.ASSISTANT, SYSTEM))
    opened = chat.render([user], prompt=False)
    user_after = _after(opened, user)
    answer = _after(chat.render([user], prompt=True), user).removeprefix(user_after)
    talk = chat.render([user, assistant, user], prompt=False)
    assistant_after = _after(chat.render([user, assistant], prompt=False), assistant)
    assistant_before = _without(talk.split(user["content"])[1].split(assistant["content"])[0], first=user_after)
    user_before = _without(_after(talk, assistant).split(user["content"])[0], first=assistant_after)
    bos = str(chat.tokenizer.bos_token or "")
    begins = bos and opened.startswith(bos) and not user_before.startswith(bos)  # SmolLM2 begins every turn with it
    bos = bos if begins else ""
    first = _without(_without(opened.split(user["content"])[0], first=bos), last=user_before)
    turns = {
        **_system_turn(chat, system, user, user_before, bos),
        Role.USER.value: TurnText(user_before, user_after),
        Role.ASSISTANT.value: TurnText(assistant_before, assistant_after),
        **_tool_turn(chat, user, assistant, assistant_after),
    }
    form = next((name for name, written in FORMS.items() if written in talk), "")
    return TemplateTexts(form, bos, first, turns, answer)


def _system_turn(
    chat: ChatTokenizer, system: Message, user: Message, user_before: str, bos: str
) -> dict[str, TurnText]:
    try:
        head, tail = chat.render([system, user], prompt=False).split(system["content"])
    except (TemplateRefusalError, ValueError):
        return {}
    after = _without(tail.split(user["content"])[0], last=user_before)
    return {SYSTEM: TurnText(_without(head, first=bos), after)}


def _tool_turn(chat: ChatTokenizer, user: Message, assistant: Message, assistant_after: str) -> dict[str, TurnText]:
    tool = _marked(Role.TOOL)
    try:
        head, after = chat.render([user, assistant, tool], prompt=False).split(tool["content"])
    except (TemplateRefusalError, ValueError):
        return {}
    before = _without(_after(head, assistant), first=assistant_after)
    if before.endswith('"') and after.startswith('"'):
        return {Role.TOOL.value: TurnText(before[:-1], after[1:], as_json=True)}
    return {Role.TOOL.value: TurnText(before, after)}


def _checked_dialogues(texts: TemplateTexts) -> Iterator[list[Message]]:
    """Dialogues of every role that the template takes."""
    user, assistant = ({"role": role, "content": CHECKED_TEXT} for role in (Role.USER.value, Role.ASSISTANT.value))
    yield [user]
    yield [user, assistant, user]
    if SYSTEM in texts.turns:
        yield [{"role": SYSTEM, "content": CHECKED_TEXT}, user, assistant, user]
    if Role.TOOL in texts.turns:
        tool = {"role": Role.TOOL.value, "content": CHECKED_TEXT}
        yield [user, assistant, tool]
        yield [user, assistant, tool, tool, assistant, user]


def _fits_modelfile(chat: ChatTokenizer, texts: TemplateTexts) -> bool:
    """Whether no text ends the quotes in which the Modelfile states it."""
    stops = [chat.token_text(one) for one in chat.stop_ids]
    return '"""' not in texts.go_template() and not any('"' in stop or "\n" in stop for stop in stops)


def _is_same(chat: ChatTokenizer, texts: TemplateTexts, dialogue: Sequence[Message]) -> bool:
    return chat.render(dialogue, prompt=True) == texts.render(dialogue)


def _marked(role: str) -> Message:
    return {"role": str(role), "content": MARKS[role]}


def _after(text: str, message: Message) -> str:
    """What follows the last content of a message. Raises ValueError where it is missing."""
    head, found, tail = text.rpartition(message["content"])
    if not found:
        raise ValueError(f"the content of {message['role']} is not written{head}")
    return tail


def _without(text: str, *, first: str = "", last: str = "") -> str:
    """A text without its beginning and end. Raises ValueError where it has others."""
    if not (text.startswith(first) and text.endswith(last)):
        raise ValueError("the template writes other texts around the same role")
    return text[len(first) : len(text) - len(last)]


def _literal(text: str) -> str:
    """A text in a Go template: opening braces are written by an expression."""
    return text.replace("{{", '{{"{{"}}')
