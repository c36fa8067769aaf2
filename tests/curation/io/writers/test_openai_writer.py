"""OpenAI chat has the tools under a key of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from winnow.curation.io.writers.openai_writer import write_openai
from winnow.validators.tools.dialogue import Dialogue, Role, Tool, Turn, messages_json, tools_json


def test_the_place_of_the_tools_in_the_system_prompt_is_left_out(tmp_path: Path) -> None:
    turns = (Turn(Role.USER, "Please."), Turn(Role.ASSISTANT, "Yes."))
    dialogue = Dialogue(turns, (Tool("close", "", {"type": "object"}),))
    row = {"messages": messages_json(dialogue), "tools": tools_json(dialogue), "system_prompt": "Be kind.\n\n{tools}\n"}
    write_openai(pd.DataFrame([row]), [], tmp_path / "train.jsonl")
    (line,) = (tmp_path / "train.jsonl").read_text(encoding="utf-8").splitlines()
    written = json.loads(line)
    assert written["messages"][0] == {"role": "system", "content": "Be kind."}
    assert [tool["function"]["name"] for tool in written["tools"]] == ["close"]
