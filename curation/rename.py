"""Rename: a label gets another name, or is merged into another label. History stays; it is read anew.

One row says it: every decision for the old name that was made before counts for the new one. Records, reserves and old
releases are untouched, and the task file is changed in place, comments and all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from curation.clock import now
from curation.folder import Folder, replacing
from curation.store import Store
from curation.store import tables as t
from curation.task import GOALS_BY_LABEL, Task
from curation.taskfile import TASK_FILE, parse_task
from validators.faults import Fault, WinnowError
from validators.screening import nearest_name

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./ -]*")
"""A name that YAML reads as it is written, if it reads it back so."""


@dataclass(frozen=True)
class Renaming:
    """One renaming, as derived labels need it."""

    old: str
    new: str
    last_decision: int
    """Decisions up to this one count for the new name."""


@dataclass(frozen=True)
class Renamed:
    """What a renaming changed."""

    old: str
    new: str
    merged: bool
    """The new name was a label already."""
    records: int
    """Records that a decision gave the old name."""
    already: bool
    """It was renamed before; nothing changed."""
    notes: list[str]


def renamings(connection: Connection) -> list[Renaming]:
    """All renamings, the oldest first."""
    query = select(t.renaming.c.old, t.renaming.c.new, t.renaming.c.last_decision).order_by(t.renaming.c.id)
    return [Renaming(*row) for row in connection.execute(query)]


def current(label: str, known: Sequence[Renaming], *, decision: int = 0) -> str:
    """What a label is called now, if the decision for it has this number."""
    for one in known:
        if label == one.old and decision <= one.last_decision:
            label = one.new
    return label


def rename(store: Store, folder: Folder, old: str, new: str, *, why: str) -> Renamed:
    """Rename or merge a label in decisions and task file. Running it again finishes what a kill left.

    Raises WinnowError when the old name is unknown, the new one badly formed, or the task file cannot be edited safely.
    """
    with store.writing() as connection:  # the task file is read under the lock: another rename may be about it
        text = folder.task_file.read_text(encoding="utf-8-sig")
        task = parse_task(text)
        known = renamings(connection)
        records = _records(connection, old, known)
        stood = old in task.label_names
        done_before = not stood and new in task.label_names and any((r.old, r.new) == (old, new) for r in known)
        if not done_before:
            _check(task, old, new, stood=stood, records=records)
            last = connection.execute(select(func.coalesce(func.max(t.decision.c.id), 0))).scalar_one()
            values = {"old": old, "new": new, "last_decision": last, "why": why, "at": now()}
            connection.execute(insert(t.renaming).values(**values))
        if stood:
            edited = renamed_text(text, task, old, new)
            with replacing(folder.task_file) as temporary:
                temporary.write_text(edited, encoding="utf-8")
    merged = stood and new in task.label_names
    return Renamed(old, new, merged, records, done_before, _notes(task, old, new) if merged else [])


def renamed_text(text: str, task: Task, old: str, new: str) -> str:
    """The text of a task file with a label renamed or merged, all else as it stands.

    Raises WinnowError when the edited text would not read as exactly that task.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    edits = sorted(_edits(text, root, old, new, merge=new in task.label_names), reverse=True)
    for start, end, piece in edits:
        text = text[:start] + piece + text[end:]
    try:
        sound = parse_task(text) == renamed_task(task, old, new)
    except WinnowError:
        sound = False
    if not sound:
        fix = f"rename {old!r} to {new!r} in {TASK_FILE} by hand, then run this command again"
        raise WinnowError(Fault(TASK_FILE, "a layout that cannot be edited safely", "one label a line", fix))
    return text


def renamed_task(task: Task, old: str, new: str) -> Task:
    """The task with a label renamed, or merged into another: then the other's entry stands."""
    data = task.model_dump()
    if new in task.label_names:
        data["labels"] = [label for label in data["labels"] if label["name"] != old]
    swap = {old: new}
    for label in data["labels"]:
        label["name"] = swap.get(label["name"], label["name"])
        if label["near_miss"]:
            label["near_miss"]["label"] = swap.get(label["near_miss"]["label"], label["near_miss"]["label"])
    pairs = [tuple(swap.get(name, name) for name in pair) for pair in data["confusable"]]
    data["confusable"] = _distinct(pairs)
    data["fallback"] = swap.get(task.fallback or "", task.fallback)
    data["goals"] = _renamed_goals(task.goals, old, new)
    return Task.model_validate(data)


def _renamed_goals(goals: Mapping[str, float], old: str, new: str) -> dict[str, float]:
    """Goals by the label's new name; where that has one of its own, it stands."""
    named = {f"{measure}.{old}": f"{measure}.{new}" for measure in GOALS_BY_LABEL}
    kept = {name: goal for name, goal in goals.items() if named.get(name) not in goals}
    return {named.get(name, name): goal for name, goal in kept.items()}


def _distinct(pairs: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Pairs of two labels, each pair once, whichever way round."""
    once = {frozenset(pair): pair for pair in reversed(pairs) if len(set(pair)) == 2}
    return [pair for pair in dict.fromkeys(pairs) if once.get(frozenset(pair)) == pair]


def _check(task: Task, old: str, new: str, *, stood: bool, records: int) -> None:
    faults = []
    if not stood and not records:
        near = nearest_name(old, task.label_names)
        fix = f"did you mean {near!r}?" if near else "winnow status lists the labels"
        faults.append(Fault(f"rename {old}", "no such label", "a label of the task", fix))
    if not stood and records and new not in task.label_names:
        fix = f"put {old!r} back into {TASK_FILE} first, or name a label of the task"
        faults.append(Fault(f"rename {old} {new}", f"neither is in {TASK_FILE}", "a label of the task", fix))
    if old == new:
        faults.append(Fault(f"rename {old} {new}", "the same name twice", "another name", ""))
    if not new.strip() or new != new.strip() or not new.isprintable() or len(new) > 200:
        faults.append(Fault("rename", repr(new), "a printable name of at most 200 characters", "choose another"))
    if faults:
        raise WinnowError(faults)


def _edits(text: str, root: Any, old: str, new: str, *, merge: bool) -> list[tuple[int, int, str]]:
    """Pieces of the text to replace: start, end, replacement."""
    keys = {key.value: value for key, value in root.value}
    written = new if PLAIN.fullmatch(new) and yaml.safe_load(new) == new else json.dumps(new, ensure_ascii=False)
    names = [keys["fallback"]] if "fallback" in keys else []
    edits = []
    for entry in keys["labels"].value:
        fields = {key.value: value for key, value in entry.value}
        if merge and fields["name"].value == old:
            edits.append((*_lines_of(text, entry), ""))
            continue
        near_miss = {key.value: value for key, value in fields["near_miss"].value} if "near_miss" in fields else {}
        names += [node for node in (fields["name"], near_miss.get("label")) if node is not None]
    edits += [(n.start_mark.index, n.end_mark.index, written) for n in names if n.value == old]
    return edits + _pair_edits(keys.get("confusable"), old, new) + _goal_edits(keys.get("goals"), old, new)


def _goal_edits(node: Any, old: str, new: str) -> list[tuple[int, int, str]]:
    """The goals, written anew on one line if one of them changes."""
    goals = {key.value: float(value.value) for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
    kept = _renamed_goals(goals, old, new)
    if kept == goals:
        return []
    return [(node.start_mark.index, _last_word(node), json.dumps(kept, ensure_ascii=False))]


def _pair_edits(node: Any, old: str, new: str) -> list[tuple[int, int, str]]:
    """The confusable pairs, written anew on one line if one of them changes."""
    pairs = [tuple(name.value for name in pair.value) for pair in node.value] if node is not None else []
    if not any(old in pair for pair in pairs):
        return []
    kept = _distinct([tuple(new if name == old else name for name in pair) for pair in pairs])
    flow = json.dumps(kept, ensure_ascii=False)
    if not node.flow_style:
        return [(node.start_mark.index, node.end_mark.index, flow + "\n")]
    return [(node.start_mark.index, node.end_mark.index, flow)]


def _lines_of(text: str, entry: Any) -> tuple[int, int]:
    """Where the lines of one entry of a block sequence begin and end; comments after it belong to the next."""
    start = text.rfind("\n", 0, entry.start_mark.index) + 1
    end = text.find("\n", _last_word(entry))
    return start, len(text) if end < 0 else end + 1


def _last_word(node: Any) -> int:
    """Where the last thing that is written in a node ends; a block's own mark lies behind the comments after it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _last_word(last[1] if isinstance(node, yaml.MappingNode) else last)


def _records(connection: Connection, label: str, known: Sequence[Renaming]) -> int:
    """Records with a decision for what is called this label now."""
    query = select(t.decision.c.id, t.decision.c.record_id, t.decision.c.value).where(t.decision.c.kind == "label")
    return len(
        {
            record
            for number, record, value in connection.execute(query)
            if current(value, known, decision=number) == label
        }
    )


def _notes(task: Task, old: str, new: str) -> list[str]:
    """What a person should look at after a merge."""
    routes: Mapping[str, str | None] = task.routes
    notes = []
    if routes[old] != routes[new]:
        sent = (
            f"{old} was sent to {routes[old] or 'nobody'}; merged, it goes where {new} goes: {routes[new] or 'nobody'}"
        )
        notes.append(sent)
    if any(label.name == new and label.near_miss and label.near_miss.label == old for label in task.labels):
        notes.append(f"the near miss of {new} was {old}, and is {new} itself now: mend it in {TASK_FILE}")
    return notes
