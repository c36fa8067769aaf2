"""Checking of arguments: 100,000 dialogues of two calls each, with ten tools.

Run by `python -m benchmarks.argument_checks [DIALOGUES]`; the tools are those of `examples/assistant`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn
from winnow.validators.tools.schemas.check_arguments import argument_problems
from winnow.validators.tools.schemas.read_tools import read_tools
from winnow.validators.tools.structure import structure_problems

TOOLS = Path(__file__).parents[1] / "examples" / "assistant" / "tools.json"

DIALOGUES = 100_000


def dialogue(number: int, text: str) -> Dialogue:
    """A dialogue of two calls with values of its own."""
    task = Call("call_1", "create_task", {"title": f"task {number}", "due_date": "2026-03-05"})
    event = Call("call_2", "create_event", {"title": f"event {number}", "date": "2026-03-06", "start_time": "14:30"})
    turns = (
        Turn(Role.USER, "A task and an appointment, please."),
        Turn(Role.ASSISTANT, calls=(task,)),
        Turn(Role.TOOL, "{}", call_id="call_1"),
        Turn(Role.ASSISTANT, calls=(event,)),
    )
    return Dialogue(turns, read_tools(text).tools)


def main(count: int = DIALOGUES) -> None:
    """Print the time that each check takes."""
    text = TOOLS.read_text(encoding="utf-8")
    dialogues = [dialogue(number, text) for number in range(count)]
    for check in (structure_problems, argument_problems):
        start = time.process_time()
        problems = sum(len(check(one)) for one in dialogues)
        seconds = time.process_time() - start
        print(f"{check.__name__}: {count:,} dialogues, {problems} problems, {seconds:.1f} s of CPU time")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DIALOGUES)
