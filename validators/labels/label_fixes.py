"""What fixes a finding about labels, as complete commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from winnow.core.commands import command
from winnow.core.label_vocabulary import LabelFlaw
from winnow.core.layout import TASK_FILE
from winnow.validators.label_cells import listed, separated
from winnow.validators.labels.label_findings import LabelFinding

SHOWN_COMMANDS = 8
"""Commands for one finding; the others follow the same pattern."""


@dataclass(frozen=True)
class LabelSources:
    """Where labels came from, so that a fix can name it."""

    files: Sequence[str] = ()
    """Names of the sources whose rows have these labels."""
    path: str = "FILE"
    """The path of the file to add again, where it is known."""


def label_fix(finding: LabelFinding, sources: LabelSources) -> str:
    """What to do about a finding, with complete commands in backticks."""
    return FIXES[finding.flaw](finding, sources)


def rename_commands(finding: LabelFinding) -> list[str]:
    """The commands that give all labels of a finding the name of the first one."""
    keep, *others = finding.labels
    return [command("rename", other, keep, yes=True) for other in others]


def _merge(finding: LabelFinding, _: LabelSources) -> str:
    return _ticked(rename_commands(finding))


def _merge_if_same(finding: LabelFinding, sources: LabelSources) -> str:
    return f"if they mean the same, {_merge(finding, sources)}; otherwise nothing"


def _no_label(finding: LabelFinding, sources: LabelSources) -> str:
    words = ", ".join(map(repr, finding.labels[:SHOWN_COMMANDS]))
    where = f"the section of {sources.files[0]}" if sources.files else "a section"
    return (
        f"add `no_label: [{words}]` to {where} under `sources` in {TASK_FILE}, remove the label from `labels` there, "
        f"then {_again(sources)}"
    )


def _again(sources: LabelSources) -> str:
    """Retract each source and add its file again."""
    retracted = [command("retract", name) for name in sources.files[:SHOWN_COMMANDS]]
    return " and ".join([*([_ticked(retracted)] if retracted else []), f"`{command('add', sources.path)}`"])


def _one_label(finding: LabelFinding, sources: LabelSources) -> str:
    """A list of one label is that label; several are corrected in the file."""
    items = {label: listed(label) or separated(label) for label in finding.labels}
    one = [command("rename", label, str(found[0]), yes=True) for label, found in items.items() if len(found) == 1]
    if len(one) == len(items):
        return _ticked(one)
    return "; ".join([*([_ticked(one)] if one else []), _correct(sources)])


def _correct(sources: LabelSources) -> str:
    removed = f"remove these names from `labels` in {TASK_FILE}"
    return f"write one label in each of these rows, {removed}, then {_again(sources)}"


def _two_levels(finding: LabelFinding, _: LabelSources) -> str:
    return (
        "if the whole name is the label, give each label its first part as `route` in "
        f"{TASK_FILE}; if the first part alone decides, rename each label to it, such as "
        f"`{command('rename', finding.labels[0], 'NAME', yes=True)}`"
    )


def _single_row(finding: LabelFinding, _: LabelSources) -> str:
    merged = command("rename", finding.labels[0], "OTHER")
    return f"add more rows of them with `{command('add', 'FILE')}`, or merge each into another label: `{merged}`"


def _blank(_: LabelFinding, __: LabelSources) -> str:
    return f"they wait for a person: `{command('push label')}`"


def _ticked(commands: Sequence[str]) -> str:
    more = len(commands) - SHOWN_COMMANDS
    shown = ", ".join(f"`{one}`" for one in commands[:SHOWN_COMMANDS])
    return shown + (f" and {more:,} more like it" if more > 0 else "")


FIXES: Mapping[LabelFlaw, Callable[[LabelFinding, LabelSources], str]] = {
    LabelFlaw.BLANK: _blank,
    LabelFlaw.MISSING_WORD: _no_label,
    LabelFlaw.SEVERAL: _one_label,
    LabelFlaw.CASE_TWIN: _merge,
    LabelFlaw.LOOK_ALIKE: _merge,
    LabelFlaw.PLURAL: _merge_if_same,
    LabelFlaw.ONE_LETTER: _merge_if_same,
    LabelFlaw.TWO_LEVELS: _two_levels,
    LabelFlaw.ONE_ROW: _single_row,
}
"""The fix of each problem."""
