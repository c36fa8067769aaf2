"""Queries in the formats of language models, in the prompt template of the task or of the option."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from winnow.config.load import parse_task
from winnow.core.errors import WinnowError
from winnow.core.prompt_template import PromptTemplate, parse_template, template_fault
from winnow.workspace import Workspace

CHAT = [{"role": "user", "content": "P {a}: Q"}, {"role": "assistant", "content": "L"}]
LINES: dict[str, Any] = {
    "chat": {"messages": CHAT},
    "openai": {"messages": CHAT},
    "anthropic": {"messages": CHAT},
    "trl_messages": {"messages": CHAT},
    "trl": {"prompt": CHAT[:1], "completion": CHAT[1:]},
    "sharegpt": {"conversations": [{"from": "human", "value": "P {a}: Q"}, {"from": "gpt", "value": "L"}]},
    "alpaca": {"instruction": "P {a}: Q", "input": "", "output": "L"},
}


@pytest.mark.parametrize("name", LINES)
def test_a_query_is_written_in_the_template(frozen_example: Workspace, tmp_path: Path, name: str) -> None:
    result = frozen_example.export("first", name, out=tmp_path / name, prompt_template="P {a}: {text}")
    first = frozen_example.release("first").rows("test").iloc[0]
    line = json.loads((tmp_path / name / "test.jsonl").read_text().split("\n")[0])
    expected = json.dumps(LINES[name]).replace("Q", "\0").replace('"L"', json.dumps(first["label"]))
    assert line == json.loads(expected.replace("\\u0000", "\0").replace("\0", json.dumps(first["text"])[1:-1]))
    assert result.rows["test.jsonl"] == frozen_example.release("first").counts["test"]


def test_a_prompt_has_its_text_back() -> None:
    template = parse_template("Classify {this}: {text}!")
    assert template == PromptTemplate("Classify {this}: ", "!")
    for text in ("", "{text}", "a!", "Classify {this}: x!"):
        assert template.text_of(template.fill(text)) == text
    assert template.text_of("Another prompt") == "Another prompt"
    assert parse_template("ab{text}ba").text_of("aba") == "aba"  # shorter than the template


@pytest.mark.parametrize(
    ("template", "fault"), [("{text}", ""), ("none", "{text} is missing"), ("{text} {text}", "{text} occurs 2 times")]
)
def test_a_template_has_exactly_one_place(frozen_example: Workspace, tmp_path: Path, template: str, fault: str) -> None:
    assert template_fault(template) == fault
    task = f"name: t\nkind: intents\nlabels: [{{name: a}}]\nprompt_template: '{template}'\n"
    if not fault:
        assert parse_task(task).prompt_template == template
        return
    with pytest.raises(WinnowError) as refused:
        parse_task(task)
    assert refused.value.problems[0].where == "winnow.yaml:4"
    assert fault in refused.value.problems[0].expected
    with pytest.raises(WinnowError) as refused:
        frozen_example.export("first", "chat", out=tmp_path / "x", prompt_template=template)
    assert refused.value.problems[0].where == "prompt_template"
    assert not (tmp_path / "x").exists()


def test_dialogues_have_no_template() -> None:
    with pytest.raises(WinnowError) as refused:
        parse_task("name: t\nkind: tools\nprompt_template: 'x {text}'\n")
    assert refused.value.problems[0].expected == "a task of kind intents"
