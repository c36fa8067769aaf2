"""Grounding of the arguments in public tool-calling data: values by level, and every error.

Run by `python -m benchmarks.argument_grounding [--errors]`. Needs the public data.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.texts import PUBLIC, ROOT
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn
from winnow.validators.tools.grounding.finding import GroundingFinding, GroundingLevel
from winnow.validators.tools.grounding.ground import ground
from winnow.validators.tools.schemas.read_tools import read_tools

TUNED_ROWS = 500
"""The rules were written while looking at the first rows of xLAM; the others were left out."""

ASSISTANT = ROOT / "examples" / "assistant"

SPEAKERS = {"human": Role.USER, "gpt": Role.ASSISTANT, "function_call": Role.ASSISTANT, "observation": Role.TOOL}


def xlam_dialogues() -> list[Dialogue]:
    """One query and its calls a row."""
    lines = (PUBLIC / "xlam_60k_raw" / "xlam_1000.jsonl").read_text(encoding="utf-8").splitlines()
    return [xlam_dialogue(json.loads(line)) for line in lines]


def xlam_dialogue(row: dict[str, Any]) -> Dialogue:
    answers = json.loads(row["answers"])
    calls = tuple(Call(f"call_{n}", one["name"], one["arguments"]) for n, one in enumerate(answers, 1))
    return Dialogue((Turn(Role.USER, row["query"]), Turn(Role.ASSISTANT, calls=calls)), read_tools(row["tools"]).tools)


def sharegpt_dialogues(rows: list[dict[str, Any]]) -> Iterator[Dialogue]:
    """Rows of ShareGPT turns with `function_call` and `observation`."""
    for row in rows:
        turns = tuple(_turn(turn) for turn in row["conversations"])
        yield Dialogue(turns, read_tools(row.get("tools") or []).tools)


def _turn(turn: dict[str, str]) -> Turn:
    role = SPEAKERS[turn["from"]]
    if turn["from"] != "function_call":
        return Turn(role, turn["value"])
    calls = json.loads(turn["value"])
    found = calls if isinstance(calls, list) else [calls]
    return Turn(role, calls=tuple(Call(f"call_{n}", one["name"], one["arguments"]) for n, one in enumerate(found, 1)))


def assistant_dialogues() -> list[Dialogue]:
    """The written dialogues of the example, none of which has a value that nothing gives."""
    tools = read_tools((ASSISTANT / "tools.json").read_text(encoding="utf-8")).tools
    lines = (ASSISTANT / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    return [Dialogue(read_dialogue(json.loads(line)["messages"]).turns, tools) for line in lines]


def report(name: str, dialogues: list[Dialogue], system_prompt: str = "", *, errors: bool) -> None:
    """One row of the table, and the errors."""
    start = time.perf_counter()
    found = [(dialogue, ground(dialogue, system_prompt=system_prompt)) for dialogue in dialogues]
    seconds = time.perf_counter() - start
    levels = Counter(one.level for _, findings in found for one in findings)
    wrong = sum(any(one.level is GroundingLevel.ERROR for one in findings) for _, findings in found)
    cells = " | ".join(f"{levels[level]:,}" for level in GroundingLevel)
    print(f"| {name} | {len(dialogues):,} | {levels.total():,} | {cells} | {wrong} | {seconds:.1f} s |")
    if errors:
        for number, (dialogue, findings) in enumerate(found):
            for one in findings:
                if one.level is GroundingLevel.ERROR:
                    _show(number, dialogue, one)


def _show(number: int, dialogue: Dialogue, one: GroundingFinding) -> None:
    call = next(call for turn, call in dialogue.calls() if (turn, call.id) == (one.turn, one.call_id))
    print(f"  {number} {one.rule} {call.name} {one.argument}: {one.why}")
    for turn in dialogue.turns[: one.turn]:
        if turn.role is Role.USER:
            print(f"      user: {turn.content}")


def main() -> None:
    errors = "--errors" in sys.argv
    levels = " | ".join(GroundingLevel)
    print(f"| data | dialogues | values | {levels} | dialogues with an error | time |\n" + "|---" * 9 + "|")
    xlam = xlam_dialogues()
    report(f"xLAM, rows 1–{TUNED_ROWS}", xlam[:TUNED_ROWS], errors=errors)
    report(f"xLAM, rows {TUNED_ROWS + 1}–{len(xlam)}", xlam[TUNED_ROWS:], errors=errors)
    glaive: Path = PUBLIC / "llamafactory_toolcall" / "glaive_toolcall_en_demo.json"
    rows = json.loads(glaive.read_text(encoding="utf-8"))
    report("LLaMA-Factory, English", list(sharegpt_dialogues(rows)), errors=errors)
    tau: Path = PUBLIC / "tau_bench" / "apigen_mt_layout_reconstructed.jsonl"
    rows = [json.loads(line) for line in tau.read_text(encoding="utf-8").splitlines()]
    prompt = (PUBLIC / "tau_bench" / "airline_wiki.md").read_text(encoding="utf-8")
    report("τ-bench, airline", list(sharegpt_dialogues(rows)), prompt, errors=errors)
    prompt = (ASSISTANT / "system_prompt.txt").read_text(encoding="utf-8")
    report("examples/assistant", assistant_dialogues(), prompt, errors=errors)


if __name__ == "__main__":
    main()
