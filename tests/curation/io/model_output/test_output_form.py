from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.core.model_output_names import ModelOutputName
from winnow.curation.io.model_output import OUTPUT_FORMS
from winnow.curation.io.model_output.output_form import ModelOutputError, RawAnswer, WrittenCall

PARIS = WrittenCall("weather", {"city": "Paris", "n": 3, "x": [1.5, True, None, {"a": "é"}]})
ROME = WrittenCall("traffic", {"city": "Rome"})

WITH_REASONING = ("cohere", "deepseek", "gpt_oss", "qwen")
ONE_CALL = ("llama3",)
WITH_TEXT_BEFORE_CALLS = ("deepseek", "function_gemma", "mistral", "mistral_args", "phi4", "qwen")
WITH_CLOSING_TAG = ("cohere", "deepseek", "function_gemma", "phi4", "qwen")
"""The last tag of the others ends the whole output, and is left out where special tokens are."""
WITH_NAME_IN_JSON = ("cohere", "llama3", "mistral", "phi4", "qwen")
WITH_TAGS_AROUND_CALLS = ("cohere", "deepseek", "function_gemma", "gpt_oss", "qwen")

EXAMPLES = {
    "cohere": '<|START_THINKING|>I look.<|END_THINKING|><|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": '
    '"weather", "parameters": {"city": "Paris"}}\n]<|END_ACTION|><|END_OF_TURN_TOKEN|>',
    "deepseek": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n"
    '{"city":"Paris"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>',
    "function_gemma": "<start_function_call>call:weather{city:<escape>Paris<escape>}<end_function_call>",
    "gpt_oss": "<|channel|>analysis<|message|>I look.<|end|><|start|>assistant<|channel|>commentary "
    'to=functions.weather <|constrain|>json<|message|>{"city":"Paris"}<|call|>',
    "llama3": '<|python_tag|>{"name": "weather", "parameters": {"city": "Paris"}}<|eom_id|>',
    "mistral": '[TOOL_CALLS] [{"name": "weather", "arguments": {"city": "Paris"}}]</s>',
    "mistral_args": '[TOOL_CALLS]weather[ARGS]{"city": "Paris"}</s>',
    "phi4": '<|tool_call|>[{"name": "weather", "arguments": {"city": "Paris"}}]<|/tool_call|><|end|>',
    "qwen": '<think>\nI look.\n</think>\n\n<tool_call>\n{"name": "weather", "arguments": {"city": "P\\u0061ris"}}\n'
    "</tool_call><|im_end|>",
}
"""Outputs as the models write them."""

names = pytest.mark.parametrize("name", sorted(OUTPUT_FORMS))


def written(name: str) -> str:
    """The output of two calls, or of one where a form has only one."""
    form = OUTPUT_FORMS[name]
    return form.write(
        RawAnswer("", "", (WrittenCall("weather", {"city": "Paris"}), *([] if name in ONE_CALL else [ROME])))
    )


def problem(name: str, text: str) -> str:
    with pytest.raises(ModelOutputError) as raised:
        OUTPUT_FORMS[name].read(text)
    return str(raised.value)


def test_every_name_has_a_form() -> None:
    assert {*OUTPUT_FORMS} == {*ModelOutputName} == {*EXAMPLES}


@names
def test_an_output_as_the_model_writes_it_is_read(name: str) -> None:
    reasoning = "I look." if "I look." in EXAMPLES[name] else ""
    found = OUTPUT_FORMS[name].read(EXAMPLES[name])
    assert found == RawAnswer("", reasoning, (WrittenCall("weather", {"city": "Paris"}),))


@names
def test_what_is_written_is_read_back(name: str) -> None:
    form = OUTPUT_FORMS[name]
    answers = [RawAnswer("Hello, world.", "", ()), RawAnswer("", "", (PARIS,))]
    answers += [RawAnswer("", "", (PARIS, ROME))] if name not in ONE_CALL else []
    answers += [RawAnswer("Hi.", "Think\nagain", ())] if name in WITH_REASONING else []
    answers += [RawAnswer("I will look.", "", (ROME,))] if name in WITH_TEXT_BEFORE_CALLS else []
    for answer in answers:
        assert form.read(form.write(answer)) == answer


@names
def test_a_key_that_occurs_twice_is_refused(name: str) -> None:
    own, other = ("city:", "city:<escape>x<escape>,") if name == "function_gemma" else ('"city": ', '"city": "x", ')
    twice = written(name).replace(own, other + own, 1)
    assert "gives another text" in problem(name, twice)


@names
def test_a_value_that_json_cannot_hold_is_refused(name: str) -> None:
    text = re.sub(r'"Paris"|<escape>Paris<escape>', "NaN", written(name))
    assert "cannot be written again" in problem(name, text)


@pytest.mark.parametrize("name", WITH_NAME_IN_JSON)
def test_an_unknown_key_of_a_call_is_refused(name: str) -> None:
    for place in ("first", "last"):
        key = '"tool_name"' if name == "cohere" else '"name"'
        at_first, at_last = (key, f'"zz": 1, {key}'), ('"Paris"}', '"Paris"}, "zz": 1')
        text = written(name).replace(*(at_first if place == "first" else at_last), 1)
        assert problem(name, text)


@pytest.mark.parametrize("name", WITH_NAME_IN_JSON)
def test_a_call_without_arguments_is_refused(name: str) -> None:
    text = re.sub(r', "(arguments|parameters)": \{[^}]*\}', "", written(name), count=1)
    assert "it cannot be read" in problem(name, text)


@pytest.mark.parametrize("name", WITH_CLOSING_TAG)
def test_a_missing_closing_tag_is_refused(name: str) -> None:
    text = written(name)
    last = next(one for one in OUTPUT_FORMS[name].marks if text.endswith(one))
    assert "gives another text" in problem(name, text.removesuffix(last))


@pytest.mark.parametrize("name", WITH_TAGS_AROUND_CALLS)
def test_text_between_and_after_calls_is_never_lost(name: str) -> None:
    closing = {
        "cohere": "<|END_ACTION|>",
        "deepseek": "<｜tool▁call▁end｜>",
        "gpt_oss": "<|call|>",
        "qwen": "</tool_call>",
    }
    end = closing.get(name, "<end_function_call>")
    assert "gives another text" in problem(name, written(name).replace(end, f"{end}and", 1))
    assert "gives another text" in problem(
        name, written(name) + "and more" if name != "gpt_oss" else written(name) + "x"
    )


@names
def test_a_cut_output_is_refused(name: str) -> None:
    assert problem(name, written(name).removesuffix("<|call|>")[:-3])


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("qwen", "I thought</think>\n\nHello", "the tag '</think>'"),
        ("qwen", "Hello<|im_end|>\n<|im_start|>user", "the tag '<|im_end|>'"),
        ("qwen", '[TOOL_CALLS] [{"name": "f", "arguments": {}}]', "a call in another form"),
        ("llama3", '{"zz": 1, "name": "f", "parameters": {}}', "a call in another form"),
        ("llama3", '{"name": "f", "parameters": {}}; {"name": "g", "parameters": {}}', "it cannot be read"),
        ("mistral", '[TOOL_CALLS] {"name": "f", "arguments": {}}', "it cannot be read"),
        ("mistral", '[TOOL_CALLS] [{"name": 3, "arguments": {}}]', "a call whose name is not text"),
        ("mistral", '[TOOL_CALLS] [{"name": "f", "arguments": "{}"}]', "whose arguments are not an object"),
        ("gpt_oss", "Hello", "gives another text"),
        ("cohere", "Hello", "gives another text"),
    ],
)
def test_what_is_no_answer_of_the_form_is_refused(name: str, text: str, reason: str) -> None:
    assert reason in problem(name, text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("abé \"\\{}[]:,'\n", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


LIKE_JSON = sorted({*OUTPUT_FORMS} - {"function_gemma"})


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LIKE_JSON), st.dictionaries(st.sampled_from("abc"), json_values))
def test_any_arguments_are_read_back_with_every_way_to_write_json(name: str, arguments: dict[str, Any]) -> None:
    form = OUTPUT_FORMS[name]
    call = WrittenCall("f", arguments)
    text, own = form.write(RawAnswer("", "", (call,))), call.json
    assert form.read(text).calls == (call,)
    assert form.read(text.replace(own, json.dumps(arguments))).calls == (call,)
    assert form.read(text.replace(own, json.dumps(arguments, indent=2))).calls == (call,)
    assert form.read(text.replace(own, json.dumps(arguments, separators=(",", ":")))).calls == (call,)


changes = st.tuples(st.integers(0, 200), st.integers(0, 12), st.sampled_from(["", "}", '"', "x"]))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(OUTPUT_FORMS)), st.integers(0, 200), st.integers(0, 12), st.sampled_from(["", "}", '"', "x"])
)
def test_a_damaged_output_is_refused_or_says_what_it_holds(name: str, start: int, length: int, other: str) -> None:
    form, text = OUTPUT_FORMS[name], EXAMPLES[name]
    damaged = text[:start] + other + text[start + length :]
    try:
        found = form.read(damaged)
    except ModelOutputError:
        return
    assert form.read(form.write(found)) == found
