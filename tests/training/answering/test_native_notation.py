"""Calls in a model's own notation become messages; what is not exactly in it stays as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.tiny_chat_tokenizer import CHATML, CHATML_TOKENS, LLAMA, LLAMA_TOKENS, QWEN, make_chat_tokenizer
from winnow.core.errors import WinnowError
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, open_chat_tokenizer
from winnow.training.answering.native_notation import NOTATIONS, message_text, native_reader
from winnow.validators.tools.judging.read_answer_text import read_answer_text

MARKED_LIST = (
    "{% for message in messages %}{% if message.tool_calls %}[TOOL_CALLS] ["
    "{% for call in message.tool_calls %}{% set f = call.function %}"
    "{{ {'name': f.name, 'arguments': f.arguments} | tojson }}"
    "{% endfor %}]</s>{% else %}[INST] {{ message.content }} [/INST]{% endif %}{% endfor %}"
)
"""Mistral 7B v0.3, in short."""


def chat(folder: Path, template: str, special: tuple[str, ...]) -> ChatTokenizer:
    return open_chat_tokenizer(str(make_chat_tokenizer(folder / "model", template, special=special)))


@pytest.mark.parametrize(
    ("template", "special", "notation", "text"),
    [
        (QWEN, CHATML_TOKENS, "tags", '<tool_call>\n{"name": "f", "arguments": {"x": 1}}\n</tool_call>'),
        (LLAMA, LLAMA_TOKENS, "bare_object", '{"name": "f", "parameters": {"x": 1}}'),
        (MARKED_LIST, ("<s>", "</s>"), "marked_list", '[TOOL_CALLS] [{"name": "f", "arguments": {"x": 1}}]'),
    ],
)
def test_the_notation_is_that_of_the_template(
    template: str, special: tuple[str, ...], notation: str, text: str, tmp_path: Path
) -> None:
    reader = native_reader(chat(tmp_path, template, special))
    assert reader is NOTATIONS[notation]
    answer = read_answer_text(message_text(text, reader), (), "openai_tool_calls")
    assert [(call.name, call.arguments) for call in answer.calls] == [("f", {"x": 1})]
    assert message_text("It is fine.", reader) == "It is fine."


def test_a_template_that_writes_no_calls_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"no notation that can be read.*call_format: fenced_json"):
        native_reader(chat(tmp_path, CHATML, CHATML_TOKENS))


CALL = '{"name": "f", "arguments": {}}'


@pytest.mark.parametrize(
    ("notation", "text"),
    [
        ("tags", f"<tool_call>\n{CALL}"),
        ("tags", f"<tool_call>\n{CALL}\n</tool_call> and more"),
        ("tags", "<tool_call>\n{'name': 'f', 'arguments': {}}\n</tool_call>"),
        ("tags", '<tool_call>\n{"name": "f", "name": "g", "arguments": {}}\n</tool_call>'),
        ("tags", '<tool_call>\n{"name": "f", "arguments": "{}"}\n</tool_call>'),
        ("tags", '<tool_call>\n{"name": "f"}\n</tool_call>'),
        ("bare_object", CALL),
        ("bare_object", '{"name": "f", "parameters": {}} and more'),
        ("marked_list", f"[TOOL_CALLS] {CALL}"),
        ("marked_list", f"[TOOL_CALLS] [{CALL}"),
    ],
)
def test_a_broken_call_stays_the_text_that_it_is(notation: str, text: str) -> None:
    assert message_text(text, NOTATIONS[notation]) == text


def test_text_before_calls_and_several_calls_are_kept() -> None:
    text = f"I will look.\n<tool_call>\n{CALL}\n</tool_call>\n<tool_call>\n{CALL}\n</tool_call>"
    message = json.loads(message_text(text, NOTATIONS["tags"]))
    assert message["content"] == "I will look."
    assert [call["id"] for call in message["tool_calls"]] == ["call_1", "call_2"]
