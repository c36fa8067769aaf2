"""What stands in a prompt: the system prompt with the signatures of the tools that are offered."""

from __future__ import annotations

from typing import Any

import pytest

from winnow.config.load import parse_task
from winnow.config.task import Task
from winnow.validators.tools.dialogue import Dialogue, Role, Tool, Turn
from winnow.validators.tools.prompt import Prompt, prompt_of, with_tools
from winnow.validators.tools.signatures import signatures


def tool(name: str = "find", description: str = "", **parameters: Any) -> Tool:
    return Tool(name, description, {"type": "object", **parameters})


FIND = tool("find", "Find a\n thing.", properties={"what": {"type": "string"}}, required=["what"])
CLOSE = tool("close")
TURNS = (Turn(Role.USER, "Please."), Turn(Role.ASSISTANT, "Yes."))
DIALOGUE = Dialogue(TURNS, (CLOSE, FIND))


def task(text: str, prompt: str = "Be kind.\n") -> Task:
    return parse_task(f"name: t\nkind: tools\n{text}\n").with_document_texts({"system_prompt": prompt})


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date"}, "date"),
        ({}, "any"),
        ({"enum": ["low", 3, None]}, '"low" | 3 | null'),
        ({"const": True}, "true"),
        ({"type": ["integer", "null"]}, "integer | null"),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "integer | string"),
        ({"type": "array", "items": {"type": "string"}}, "string[]"),
        ({"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 1}, '("a" | "b")[] (minItems 1)'),
        ({"type": "array"}, "any[]"),
        ({"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}]}, "[number, string]"),
        ({"type": "object"}, "object"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "{[name]: number}"),
        (
            {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]},
            "{a: string, b?: any}",
        ),
        ({"type": "integer", "minimum": 1, "maximum": 9, "default": 3}, "integer (minimum 1, maximum 9) = 3"),
        ({"type": "string", "default": "é"}, 'string = "é"'),
        ({"$ref": "#/$defs/Node"}, "{next?: Node}"),
        ({"allOf": [{"type": "string"}, {"minLength": 2}]}, "string & any (minLength 2)"),
    ],
)
def test_a_signature_states_the_type_of_every_argument(schema: dict[str, Any], written: str) -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}
    one = tool(properties={"it": schema}, **{"$defs": {"Node": node}})
    assert signatures([one]) == f"find(it?: {written})"


def test_descriptions_are_one_line_each() -> None:
    described = tool("f", "Do\nit.", properties={"a": {"type": "string", "description": "Any\n word."}}, required=["a"])
    assert signatures([described, CLOSE]) == "f(a: string): Do it.\n  a: Any word.\nclose()"


@pytest.mark.parametrize(
    ("prompt", "documentation", "whole"),
    [
        ("Be kind.\n", "f()", "Be kind.\n\nf()"),
        ("Be kind.\n", "", "Be kind.\n"),
        ("", "f()", "f()"),
        ("Tools:\n{tools}\nBe kind.\n", "f()", "Tools:\nf()\nBe kind.\n"),
        ("Be kind.\n\n{tools}\n\nAnswer.", "", "Be kind.\n\nAnswer."),
        ("Be kind.\n\n{tools}\n", "", "Be kind."),
    ],
)
def test_the_documentation_takes_its_place_or_follows(prompt: str, documentation: str, whole: str) -> None:
    assert with_tools(prompt, documentation) == whole


def test_a_prompt_documents_the_offered_tools_once() -> None:
    documented = "Be kind.\n\nclose()\nfind(what: string): Find a thing."
    assert prompt_of(DIALOGUE, task("call_format: hermes_tags"), "train") == Prompt(documented)
    assert prompt_of(Dialogue(TURNS), task(""), "train") == Prompt("Be kind.\n")
    assert prompt_of(DIALOGUE, task("tools_in_prompt: false"), "train") == Prompt("Be kind.\n")
    native = task("call_format: openai_tool_calls", "Be kind.\n\n{tools}\n")
    assert prompt_of(DIALOGUE, native, "train") == Prompt("Be kind.", (CLOSE, FIND))


@pytest.mark.parametrize("call_format", ["fenced_json", "openai_tool_calls"])
def test_a_tool_that_is_held_out_is_only_in_prompts_of_test(call_format: str) -> None:
    held_out = task(f"call_format: {call_format}\nsplits: {{hold_out_tools: [find]}}")
    known = task(f"call_format: {call_format}")
    without = prompt_of(Dialogue(TURNS, (CLOSE,)), known, "train")
    assert [prompt_of(DIALOGUE, held_out, split) for split in ("train", "validation")] == [without, without]
    assert prompt_of(DIALOGUE, held_out, "test") == prompt_of(DIALOGUE, known, "train")
