"""A brief for every dialogue to write: the grid of queries, with forms, optional arguments, and what is missing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.core.hashing import keyed_choice, keyed_hash, keyed_shuffle
from winnow.generators.dialogues.dialogue_forms import COMPOUND, first_tools, forms_of
from winnow.generators.diversity_grid import WORDINGS, QueryBrief, query_briefs
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.dialogue_composition import changes_by_id

OPTIONAL_EVERY = 2
"""One brief in this many gives optional arguments, where the tool has some."""

MAX_OPTIONAL = 2
"""Optional arguments that one brief asks for."""


def dialogue_briefs(
    label: str,
    count: int,
    *,
    tools: Sequence[Tool],
    about: Sequence[str] = (),
    sources: Sequence[str] = (),
    cells: Sequence[Mapping[str, Any]] = (),
    key: str,
    slots: Mapping[str, Sequence[str]] | None = None,
) -> list[QueryBrief]:
    """`count` briefs for a tool or a behavior, which follow from `key`.

    `about` are tools that dialogues without a call are about; all where it is empty. `sources` are tools that are known
    to return ids for the tool. `cells` name what is missing: a `count` and any parts of a brief, such as `form`,
    `optional` or `phrasing`, `length`.
    """
    wordings = [cell for cell in cells if {"phrasing", "length"} <= cell.keys()]
    drafts = query_briefs(count, key=key, cells=wordings, slots=slots)
    own = next((tool for tool in tools if tool.name == label), None)
    more = _call_parts(own, tools, sources, key) if own else _text_parts(label, _chosen(tools, about), key)
    wanted = [_without_count(cell) for cell in cells for _ in range(int(cell["count"]))]
    return [
        _long_enough({**draft, **parts, **cell}, key)
        for draft, parts, cell in zip(drafts, more, itertools.chain(wanted, itertools.repeat({})), strict=False)
    ]


def _without_count(cell: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in cell.items() if name != "count"}


def _chosen(tools: Sequence[Tool], about: Sequence[str]) -> list[Tool]:
    return [tool for tool in tools if not about or tool.name in about]


def _long_enough(brief: QueryBrief, key: str) -> QueryBrief:
    """The brief with a longer wording where values have to be said."""
    if brief.get("length") == "short" and (brief.get("optional") or brief.get("form") == COMPOUND.name):
        longer = [one for one in WORDINGS if one[1] != "short"]
        phrasing, length = keyed_choice(longer, key, "longer", brief["brief"])
        return {**brief, "phrasing": phrasing, "length": length}
    return brief


def _call_parts(tool: Tool, tools: Sequence[Tool], sources: Sequence[str], key: str) -> Iterator[dict[str, Any]]:
    """The parts of briefs for dialogues that call a tool: all forms in their proportions, shuffled again and again."""
    partners = [one.name for one in tools if one.name != tool.name and not changes_by_id(one)]
    for number in itertools.count():
        for place, form in enumerate(keyed_shuffle(forms_of(tool, partners, sources), key, "forms", number)):
            parts = {"form": form.name, "tool": tool.name, "optional": _optional(tool, key, number, place)}
            if first := first_tools(form, sources):
                parts["first"] = keyed_choice(first, key, "first", number, place)
            if form is COMPOUND:
                parts["also"] = keyed_choice(partners, key, "also", number, place)
            yield parts


def _optional(tool: Tool, *key: object) -> list[str]:
    """The optional arguments that a brief asks for, in the order of the schema."""
    names = [name for name in tool.properties if name not in tool.required]
    if not names or keyed_hash(*key, "optional?") % OPTIONAL_EVERY:
        return []
    size = 1 + keyed_hash(*key, "how many") % min(MAX_OPTIONAL, len(names))
    chosen = keyed_shuffle(names, *key, "which")[:size]
    return [name for name in names if name in chosen]


def _text_parts(behavior: str, tools: Sequence[Tool], key: str) -> Iterator[dict[str, Any]]:
    """The parts of briefs for dialogues without a call, the tools in turn."""
    lacking = [(tool.name, name) for tool in tools for name in tool.required]
    for number in itertools.count():
        if behavior == Behavior.ASK:
            if not lacking:
                return
            for name, argument in keyed_shuffle(lacking, key, "missing", number):
                yield {"tool": name, "missing": argument}
        else:
            if not tools:
                return
            for place, tool in enumerate(keyed_shuffle(tools, key, "about", number)):
                yield _about(behavior, tool.name, place + number)


def _about(behavior: str, tool: str, place: int) -> dict[str, Any]:
    """Every other request that no tool serves is far from all of them."""
    if behavior != Behavior.UNABLE:
        return {"tool": tool}
    return {"scope": "near", "tool": tool} if place % 2 == 0 else {"scope": "far"}
