"""All that was found in a file of dialogues, and the tools and the section of `sources` that a task takes from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from winnow.config.source_options import SourceOptions
from winnow.curation.engine.unread_texts import EmbedderReading
from winnow.curation.file_findings.column_findings import ColumnFinding
from winnow.curation.file_findings.file_findings import Decision, GroupFindings, TimeFindings
from winnow.curation.file_findings.text_findings import TextFindings
from winnow.validators.tools.dialogue import Dialogue


class ToolsFrom(StrEnum):
    """Where the tools of a task come from."""

    ROWS = "rows"
    """The rows of the file declare them."""
    CALLS = "calls"
    """No row declares any: a draft from the calls."""
    NOWHERE = "nowhere"
    """The file has no tools and no calls."""


@dataclass(frozen=True)
class ToolFinding:
    """One tool of a file."""

    name: str
    """As it is called."""
    arguments: tuple[str, ...]
    """The names of its arguments."""
    offered: int
    """Dialogues whose rows declare it."""
    calls: int
    """Calls in the dialogues."""


@dataclass(frozen=True)
class DialogueFindings:
    """What a file of dialogues holds, and what was decided about it."""

    name: str
    """The name of the file."""
    format: str
    """The format that it was read as."""
    rows: int
    """Rows; of a table of messages, conversations. Those that cannot be read are among them."""
    dialogues: int
    """Dialogues that can be read, requests without an answer included."""
    requests: int
    """Dialogues in which only the user speaks."""
    several_requests: int
    """Dialogues with two or more turns of the user."""
    layouts: dict[str, int]
    """The forms in which the rows hold dialogues, and the rows of each."""
    turns: dict[str, int]
    """Turns by role."""
    behaviors: dict[str, int]
    """Label, as the content shows it, to dialogues: tools that are called, or what the assistant does instead."""
    unlabeled: int
    """Dialogues whose behavior people have to decide."""
    tools: tuple[ToolFinding, ...]
    """The tools of the task, those with most calls first."""
    tools_from: ToolsFrom
    """Where they come from."""
    tools_text: str
    """The file of tools as it is written; empty if there is none."""
    system_prompts: int
    """Different system prompts."""
    system_prompt: str
    """The one that all dialogues have, if the task takes it; else empty."""
    columns: tuple[ColumnFinding, ...]
    """The columns, in the order of the file."""
    texts: TextFindings
    """What users say first."""
    section: SourceOptions
    """How `add` reads the file, as `sources` says it."""
    language: str | None
    """The language of most texts; None if no language has most of them."""
    times: TimeFindings | None = None
    """None without a column of times."""
    groups: GroupFindings | None = None
    """None without a column of users or sessions."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Rows that `add` would drop, by reason."""
    first_dropped: str = ""
    """The first of them, and why."""
    notes: tuple[str, ...] = ()
    """What the reader said."""
    decisions: tuple[Decision, ...] = ()
    """What was decided that is not certain."""
    encoding: str = ""
    """The text encoding; empty for a binary format."""
    separator: str = ""
    """What separates the cells of delimited text; empty for other formats."""
    compared: tuple[str, ...] = ()
    """What dedup and leakage compare of each dialogue; not a part of the JSON form."""
    embedder: EmbedderReading | None = None
    """What the embedder does not read of the texts; None where it reads all of them."""

    def json_form(self) -> dict[str, Any]:
        """The findings as values of JSON."""
        from dataclasses import asdict

        unread = self.embedder.model_dump() | {"notes": self.embedder.notes()} if self.embedder else None
        section = self.section.model_dump(exclude_defaults=True, mode="json")
        values = asdict(self) | {"section": section, "embedder": unread}
        del values["compared"]
        return values


class TaskTools(NamedTuple):
    """The tools that a task takes from a file."""

    source: ToolsFrom
    text: str
    """The file of tools; empty if there is none."""
    decisions: Sequence[Decision]


def tool_findings(dialogues: Sequence[Dialogue], tools: Iterator[tuple[str, tuple[str, ...]]]) -> list[ToolFinding]:
    """The tools of a task, by name and arguments, and how often dialogues offer and call them; most calls first."""
    offered = Counter(tool.name for dialogue in dialogues for tool in dialogue.tools)
    calls = Counter(call.name for dialogue in dialogues for _, call in dialogue.calls())
    found = [ToolFinding(name, arguments, offered[name], calls[name]) for name, arguments in tools]
    return sorted(found, key=lambda one: (-one.calls, one.name))
