"""How many test records call tools that are held out, and how many call only the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.core.counted import counted
from winnow.core.record import Record
from winnow.core.vocabulary import Split
from winnow.validators.kinds.tools import dialogue_of
from winnow.validators.tools.held_out_tools import called_tools

if TYPE_CHECKING:
    import pandas as pd


class HeldOutToolsFacts(Record):
    """The test records of a split by unseen tools, so that evaluation can report known and unseen tools apart."""

    tools: dict[str, int]
    """Test records that call each tool that is held out, by its name; a record that calls two counts for both."""
    unseen_records: int
    """Test records that call a tool that is held out."""
    unseen_groups: int
    """Groups of these records."""
    known_records: int
    """Test records that call only other tools."""
    no_call_records: int
    """Test records that call no tool."""


def measure_held_out_tools(selected: pd.DataFrame, task: Task) -> HeldOutToolsFacts | None:
    """The counts over the selected test rows; None for a task that holds no tools out."""
    held_out = frozenset(task.splits.hold_out_tools)
    if not held_out:
        return None
    test = selected[selected["split"] == Split.TEST]
    called = [called_tools(dialogue_of(content)) for content in test["content"]]
    unseen = [not names.isdisjoint(held_out) for names in called]
    counts = Counter(name for names in called for name in names & held_out)
    return HeldOutToolsFacts(
        tools={name: counts[name] for name in sorted(held_out)},
        unseen_records=sum(unseen),
        unseen_groups=int(test.loc[unseen, "group"].nunique()),
        known_records=sum(bool(names) for names in called) - sum(unseen),
        no_call_records=sum(not names for names in called),
    )


def held_out_sentence(facts: HeldOutToolsFacts) -> str:
    """The counts as one sentence, without a period."""
    tools = ", ".join(f"{name} {count:,}" for name, count in facts.tools.items())
    unseen = f"{counted(facts.unseen_records, 'record')} in {counted(facts.unseen_groups, 'group')}"
    return (
        f"test calls held-out tools in {unseen} ({tools}), "
        f"only other tools in {facts.known_records:,}, and no tool in {facts.no_call_records:,}"
    )


def held_out_notes(facts: HeldOutToolsFacts, task: Task) -> Iterator[str]:
    """The counts, and what keeps held-out tools from being measured or from being unseen."""
    yield held_out_sentence(facts)
    unmeasured = [name for name, count in facts.tools.items() if not count]
    if unmeasured:
        yield f"no test record calls {', '.join(unmeasured)}: held out, but not measured"
    named = [name for name in facts.tools if _is_named(name, task.system_prompt_text)]
    if named:
        yield f"{task.system_prompt} names {', '.join(named)}: a model reads held-out tools in the prompts of train"


def _is_named(tool: str, text: str) -> bool:
    """Whether a text has the name as a word of its own."""
    return re.search(rf"(?<![\w-]){re.escape(tool)}(?![\w-])", text) is not None
