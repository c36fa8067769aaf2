"""Problems between keys of the task file: unknown labels, goals, shares, facets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.config.agent_roles import role_problems
from winnow.config.decision_rules import decision_rule_problems
from winnow.config.goal_checks import goal_problems
from winnow.config.yaml_lines import KeyPath
from winnow.core.errors import Problem
from winnow.core.facet_values import BUILT_IN_FACETS, DIALOGUE_FACETS, SLOT_FACET_PREFIX
from winnow.core.suggest import suggestion


def cross_problems(raw: dict[str, Any], kinds: Mapping[str, Sequence[str]] | None) -> Iterator[tuple[KeyPath, Problem]]:
    """Problems between keys. Checks the raw data, so that they are reported together with problems within keys.

    `kinds` maps every kind to the keys that it requires; None leaves the kind unchecked. Names of tools are checked
    where the file of tools is read (`winnow.validators.kinds.with_known_tools`).
    """
    if kinds is not None and isinstance(raw.get("kind"), str):
        yield from _kind_problems(raw, kinds)
    entries = raw.get("labels")
    labels = [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    names = [str(entry["name"]) for entry in labels if "name" in entry]
    seen: set[str] = set()
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        name = entry.get("name") if isinstance(entry, dict) else None
        if name is not None and str(name) in seen:
            yield (
                ("labels", index, "name"),
                Problem("", f"label {name!r} occurs twice", "each label once", "remove one"),
            )
        seen.add(str(name))
        near_miss = entry.get("near_miss") if isinstance(entry, dict) else None
        if isinstance(near_miss, dict) and "label" in near_miss:
            yield from _unknown_label(("labels", index, "near_miss", "label"), near_miss["label"], names)
    if raw.get("fallback") is not None and names:
        yield from _unknown_label(("fallback",), raw["fallback"], names)
    confusable, has_tools = raw.get("confusable"), raw.get("kind") == "tools" and raw.get("tools")
    for index, pair in enumerate(confusable if isinstance(confusable, list) else []):
        for side, name in enumerate(pair if isinstance(pair, list) and not has_tools else []):
            yield from _unknown_label(("confusable", index, side), name, names)
        if isinstance(pair, list) and len(pair) == 2 and pair[0] == pair[1]:
            yield (
                ("confusable", index),
                Problem("", f"the pair contains {pair[0]!r} twice", "two different labels", "replace one"),
            )
    yield from goal_problems(raw, names)
    if raw.get("prompt_template") and raw.get("kind") == "tools":
        found, fix = (
            "a prompt template, in a task of kind tools",
            "remove it; `system_prompt` names a file for dialogues",
        )
        yield ("prompt_template",), Problem("", found, "a task of kind intents", fix)
    yield from role_problems(raw)
    yield from decision_rule_problems(raw)
    yield from _own_facet_problems(raw)
    yield from _share_problems(raw)


def _kind_problems(raw: dict[str, Any], kinds: Mapping[str, Sequence[str]]) -> Iterator[tuple[KeyPath, Problem]]:
    kind = raw["kind"]
    if kind not in kinds:
        yield ("kind",), unknown_kind(kind, list(kinds))
    for key in kinds.get(kind, ()):
        if raw.get(key) in (None, ""):
            yield (key,), Problem("", f"no {key}", f"{key}, which tasks of kind {kind} need", f"add `{key}:`")


def unknown_kind(kind: str, known: Sequence[str]) -> Problem:
    """A kind of task that this version does not handle."""
    fix = suggestion(kind, known, "change `kind`")
    return Problem("", f"kind: {kind}", f"a kind that this version handles: {', '.join(known)}", fix)


def _unknown_label(key_path: KeyPath, name: object, names: list[str]) -> Iterator[tuple[KeyPath, Problem]]:
    if str(name) not in names:
        fix = suggestion(str(name), names, "add it to `labels`, or remove it here")
        yield key_path, Problem("", f"unknown label {name!r}", "one of `labels`", fix)


def _own_facet_problems(raw: dict[str, Any]) -> Iterator[tuple[KeyPath, Problem]]:
    """An own facet with the name of another one would be measured in its place."""
    own, built_in = raw.get("facets"), _built_in_facets(raw)
    for name in map(str, own if isinstance(own, dict) else ()):
        if name in built_in or name.startswith(SLOT_FACET_PREFIX):
            expected = f"a name other than {', '.join(built_in)} and {SLOT_FACET_PREFIX}NAME"
            yield ("facets", name), Problem("", f"{name!r} is a built-in facet", expected, "rename it")


def _built_in_facets(raw: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The facets of every task of this kind, and their values."""
    return BUILT_IN_FACETS | (DIALOGUE_FACETS if raw.get("kind") == "tools" else {})


def _share_problems(raw: dict[str, Any]) -> Iterator[tuple[KeyPath, Problem]]:
    splits = raw.get("splits")
    if isinstance(splits, dict):
        if splits.get("hold_out_tools") and raw.get("kind") != "tools":
            found = f"tools that are held out, in a task of kind {raw.get('kind')}"
            yield ("splits", "hold_out_tools"), Problem("", found, "a task of kind tools", "remove `hold_out_tools`")
        held = [splits.get(key, 0.15) for key in ("validation", "test")]
        if all(isinstance(share, int | float) for share in held) and sum(held) >= 0.8:
            fix = "leave at least 0.2 for train"
            yield ("splits",), Problem("", f"validation + test = {sum(held):g}", "less than 0.8", fix)
    targets = raw.get("targets")
    if isinstance(targets, dict):
        yield from _target_problems(raw, targets)


def _target_problems(raw: dict[str, Any], targets: dict[str, Any]) -> Iterator[tuple[KeyPath, Problem]]:
    mix = targets.get("mix")
    named: dict[KeyPath, Any] = {("fallback_share",): targets.get("fallback_share")}
    composition = targets.get("composition")
    if isinstance(composition, dict):
        named |= {("composition", key): composition.get(key) for key in ("no_call_share", "general_share")}
    named |= {("mix", str(name)): bounds for name, bounds in (mix.items() if isinstance(mix, dict) else ())}
    for key_path, bounds in named.items():
        numbers = isinstance(bounds, list) and len(bounds) == 2 and all(isinstance(b, int | float) for b in bounds)
        if numbers and bounds[0] > bounds[1]:
            yield (
                ("targets", *key_path),
                Problem("", f"{bounds} is in descending order", "[lowest, highest]", "swap them"),
            )
    facets, slots, own = targets.get("facets"), raw.get("slots"), raw.get("facets")
    known: dict[str, tuple[str, ...]] = _built_in_facets(raw)
    known |= {f"{SLOT_FACET_PREFIX}{name}": () for name in (slots if isinstance(slots, dict) else ())}
    known |= dict.fromkeys(own if isinstance(own, dict) else (), ())
    for name, wanted in facets.items() if isinstance(facets, dict) else ():
        where: KeyPath = ("targets", "facets", str(name))
        if name not in known:
            yield where, _unknown_name("facet", name, list(known))
            continue
        for value in wanted if isinstance(wanted, dict) and known[name] else ():
            if value not in known[name]:
                yield (*where, str(value)), _unknown_name(f"value of {name}", value, known[name])


def _unknown_name(what: str, name: object, known: Sequence[str]) -> Problem:
    fix = suggestion(str(name), known, "correct the name")
    return Problem("", f"unknown {what} {name!r}", ", ".join(known), fix)
