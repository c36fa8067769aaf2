"""What lets a dropped row in: the setting or the edit, for one row or for all rows with the same reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from winnow.core.commands import command
from winnow.core.interaction_vocabulary import InteractionDrop
from winnow.core.layout import TASK_FILE
from winnow.core.vocabulary import DropReason
from winnow.curation.ingest.screen import DroppedRow
from winnow.curation.io.readers.columns import NO_COLUMN

MAX_NAMES = 5
"""Labels that a fix names."""


def fixes_by_reason(dropped: Sequence[DroppedRow]) -> dict[str, str]:
    """The fix of each reason for which rows were dropped, most frequent reason first."""
    rows: defaultdict[str, list[DroppedRow]] = defaultdict(list)
    for one in dropped:
        rows[one.drop.reason].append(one)
    ordered = sorted(rows.items(), key=lambda item: -len(item[1]))
    return {reason: fix_of(same) for reason, same in ordered}


def fix_of(rows: Sequence[DroppedRow]) -> str:
    """The setting or the edit that lets in rows which were dropped for the same reason."""
    fix = FIXES.get(rows[0].drop.reason, "none: it came from a generator, which can be run again")
    return fix if isinstance(fix, str) else fix(rows)


def _raise_limit(rows: Sequence[DroppedRow]) -> str:
    longest = max(
        (len(value) for one in rows for value in one.row.content.values() if isinstance(value, str)), default=0
    )
    return f"set screen.max_characters in {TASK_FILE}: `screen: {{max_characters: {longest}}}`; or shorten the text"


def _name_label(rows: Sequence[DroppedRow]) -> str:
    labels = list(dict.fromkeys(str(label).strip() for one in rows for label in one.row.given_labels))
    named = ", ".join(map(repr, labels[:MAX_NAMES])) + (" and others" if len(labels) > MAX_NAMES else "")
    return f"correct the label, or add {named} to `labels` in {TASK_FILE}"


FIXES: dict[str, str | Callable[[Sequence[DroppedRow]], str]] = {
    DropReason.EMPTY: "write the text, or delete the line",
    DropReason.NOT_TEXT: "write the text in quotes",
    DropReason.TOO_LONG: _raise_limit,
    DropReason.UNDECODABLE: "write the character that was meant, or add the original file with its encoding",
    DropReason.CONTROL_CHARACTER: "remove the control character",
    DropReason.MOJIBAKE: "write the text as it was meant, or export the original file again as UTF-8",
    DropReason.WINNOW_MARK: "write the whole text, from the original file",
    DropReason.UNKNOWN_LABEL: _name_label,
    DropReason.SEVERAL_LABELS: (
        "write the one label by which the query is routed; or split the query into several rows, with one intent each"
    ),
    DropReason.LABEL_CONTRADICTS_CONTENT: "write the behavior that the calls show, or nothing; or correct the calls",
    DropReason.MALFORMED_DIALOGUE: "correct the messages or the tools in `row`",
    DropReason.UNMAPPED_TOOL: (
        "map the tool in the tool mapping; if the file is added already, first "
        f"`{command('retract', 'SOURCE')}`, then `{command('add', 'FILE', tool_mapping='MAPPING')}`"
    ),
    DropReason.PART_OF_DIALOGUE: "nothing: the dialogue is read from the row of its last answer",
    DropReason.INVALID_CALL: f"correct the call, or the tool in the row or in the file `tools` of {TASK_FILE}",
    DropReason.SUPERSEDES_UNKNOWN: (
        f"write the id that `{command('show', 'TEXT')}` prints, or nothing; if the column means something else, first "
        f"`{command('retract', 'SOURCE')}`, then `{command('add', 'FILE', supersedes_column=NO_COLUMN)}`"
    ),
    DropReason.SUPERSEDES_ITSELF: "correct the answer, or leave `supersedes` empty",
    DropReason.SUPERSEDES_IN_CYCLE: f"leave `supersedes` empty, or first `{command('retract', 'SOURCE')}`",
    DropReason.SUPERSEDES_OTHER_REQUEST: "keep the user's turns and the tools, or leave `supersedes` empty",
    DropReason.SUPERSEDES_HOLD_OUT: "let a person write the correction, and add it with origin human; or leave it out",
    DropReason.ROUTE_CONTRADICTS_TASK: f"correct the label or the route, or the route of the label in {TASK_FILE}",
    DropReason.UNKNOWN_SPLIT: "write train, validation or test, or nothing",
    DropReason.MALFORMED_ROW: "correct the line in `raw`, or write the columns in `row`",
    DropReason.PRIVATE_DATA: (
        f"set this entity to replace under `private: policy:` in {TASK_FILE} and add the original file again, "
        "or write the text without it"
    ),
    InteractionDrop.MALFORMED: "correct the fields in `row`; what is not listed there belongs into `metadata`",
    InteractionDrop.FAILED: (
        f"set `interactions: {{failures: negative}}` or another minimum in {TASK_FILE}, or give the right answer in "
        "`feedback.corrections`"
    ),
    InteractionDrop.OTHER_AGENT: f"add the role to `interactions: {{agent_roles: [...]}}` in {TASK_FILE}",
    InteractionDrop.UNKNOWN: "give the file with the interaction together with this one, or first",
    InteractionDrop.CHANGED: "give the line an id of its own; a correction belongs into `feedback.corrections`",
    DropReason.SURROGATE_UNFIT: (
        f"allow this entity under `private: policy:` in {TASK_FILE}, or widen the schema of the argument, and add the "
        "original file again"
    ),
    DropReason.FORGOTTEN: "none: a forgotten record is never added again",
}
"""The fix of each reason."""
