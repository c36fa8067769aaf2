from __future__ import annotations

import json
from typing import Any

import pytest

from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.prompt_tools import tools_in_prompt
from winnow.validators.tools.dialects.system_rows import SYSTEM_ROWS
from winnow.validators.tools.schemas.read_tools import read_tools

F = {"name": "f", "description": "Does f.", "parameters": {"type": "object", "properties": {}}}
G = {**F, "name": "g"}
GLAIVE = "You are a helpful assistant with access to the following functions. Use them if required -\n"


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        (f"Signatures stand within <tools></tools> tags: <tools> {json.dumps([F, G])} </tools> Call them.", "fg"),
        (f"Within <tools> tags.\n<tools>\n{[F, G]}\n</tools>", "fg"),
        (f"# Tools\n<tools>\n{json.dumps(F)}\n{json.dumps({'type': 'function', 'function': G})}\n</tools>", "fg"),
        (f"{GLAIVE}{json.dumps(F, indent=4)}\n\n{json.dumps(G, indent=4)}\n", "fg"),
        (f"{GLAIVE}{json.dumps(F)}\n\nTo use these functions respond with: <functioncall> {{...}}", "f"),
        ("You are a helpful assistant, with no access to external functions.", ""),
    ],
)
def test_tools_are_read_from_the_prompt(prompt: str, names: str) -> None:
    offered = read_tools(tools_in_prompt(prompt))
    assert ("".join(tool.name for tool in offered.tools), offered.problems) == (names, ())


@pytest.mark.parametrize(
    "prompt", ["", "Be kind.", "Write <tools>hammer and saw</tools>.", "Use these functions: f, g"]
)
def test_another_prompt_declares_nothing(prompt: str) -> None:
    assert tools_in_prompt(prompt) is None


@pytest.mark.parametrize("prompt", [f"<tools>[{json.dumps(F)}, </tools>", GLAIVE + '{"name": "f", '])
def test_declarations_that_cannot_be_read_are_a_problem_of_the_tools(prompt: str) -> None:
    assert "the tools are not JSON" in str(read_tools(tools_in_prompt(prompt)).problems[0])


def test_the_prompt_of_messages_in_every_form_declares_tools() -> None:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Hello!"}]
    assert read_dialogue(messages).tools is None
    system = {"role": "system", "content": f"<tools>{json.dumps([F])}</tools>"}
    assert read_dialogue([system, *messages]).tools == [[F]]


def test_the_prompt_in_a_column_is_kept_and_declares_tools_for_conversations() -> None:
    system = f"Be kind. <tools>{json.dumps([F])}</tools>"
    row = {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "Hello!"}], "system": system}
    assert SYSTEM_ROWS.recognizes(row)
    arranged = SYSTEM_ROWS.arrange(row)
    assert not isinstance(arranged, Drop)
    found = read_dialogue(arranged.content["messages"])
    assert (found.system, found.tools) == (system, [[F]])
