"""What prompts about dialogues show of the task and its dialogues."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.config.task import Task
from winnow.core.hashing import keyed_shuffle
from winnow.generators.dialogues.written_turns import shown_turns
from winnow.generators.prompts.prompt_file import load_prompt
from winnow.generators.prompts.prompt_task import LANGUAGES
from winnow.generators.proposal import PromptContext
from winnow.validators.kinds.tools import TOOLS, dialogue_of, offered_by_task
from winnow.validators.tools.call_formats import CALL_FORMATS
from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.prompt import with_tools
from winnow.validators.tools.signatures import signatures
from winnow.validators.tools.strict_json import JsonValue

ShownDialogue = list[dict[str, JsonValue]]
"""A dialogue in a prompt: its turns."""


def offered_tools(task: Task) -> tuple[Tool, ...]:
    """The tools that written dialogues offer: those of the task without the ones that only test may call."""
    return tuple(tool for tool in offered_by_task(task) if tool.name not in task.splits.hold_out_tools)


def shown_tools(task: Task) -> list[JsonValue]:
    """The tools as training prompts show them: as signatures where calls are text, otherwise as JSON Schemas."""
    tools = offered_tools(task)
    if CALL_FORMATS[task.call_format].in_text:
        return [signatures([tool]) for tool in tools]
    return [{"name": one.name, "description": one.description, "parameters": dict(one.parameters)} for one in tools]


def shared_dialogue_prompt(task: Task, name: str = "dialogue_task") -> str:
    """The part that all requests of a run share, worded for a writer or for a judge."""
    tools = {tool.name for tool in offered_tools(task)}
    known = tools | {*TOOLS.targets(task)} - {*task.splits.hold_out_tools}
    return load_prompt(name).render(
        name=task.name,
        language=LANGUAGES.get(task.language, task.language),
        system_prompt=with_tools(task.system_prompt_text, ""),
        tools=shown_tools(task),
        call_format=task.call_format,
        confusable=[pair for pair in task.confusable if known.issuperset(pair)],
    )


def shown_dialogues(prompt_context: PromptContext, label: str, count: int, *parts: object) -> list[ShownDialogue]:
    """Real dialogues of a tool or a behavior; those that call several tools last. Other `parts` select other ones."""
    fitting = [name for name in prompt_context.seeds if label in TOOLS.target_parts(name)]
    found: list[ShownDialogue] = []
    for name in sorted(fitting, key=lambda name: (name != label, name)):
        shuffled = keyed_shuffle(prompt_context.seeds[name], prompt_context.key, name, *parts)
        found += [shown_turns(dialogue_of(seed.content)) for seed in shuffled[: count - len(found)]]
    return found


def near_texts(prompt_context: PromptContext, label: str, texts: Sequence[str], count: int) -> list[str]:
    """What is said in the dialogues of a label that are nearest to the texts, cut to the first lines of each."""
    return [text.split("\n", 1)[0] for text in prompt_context.near(label, texts)][:count]
