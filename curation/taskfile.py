"""Reads `winnow.yaml` and reports every fault with its line; changes single settings for "what if"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from curation.task import GOALS, GOALS_BY_LABEL, Task
from validators.facets import BUILT_IN
from validators.faults import Fault, WinnowError
from validators.screening import nearest_name

TASK_FILE = "winnow.yaml"
LARGEST = 1_000_000
"""Values of a task file."""
Place = tuple[str | int, ...]


def read_task(path: Path) -> Task:
    """Read and check a task file.

    Raises WinnowError with all faults, each at its line.
    """
    try:
        return parse_task(path.read_text(encoding="utf-8-sig"), name=path.name)
    except FileNotFoundError:
        fix = "run `winnow init DIR` first, or change to the folder that holds winnow.yaml"
        raise WinnowError(Fault(str(path), "no task file here", "a winnow.yaml", fix)) from None
    except OSError as error:
        raise WinnowError(Fault(str(path), error.strerror or str(error), "a readable file", "check the path")) from None
    except UnicodeDecodeError as error:
        raise WinnowError(Fault(str(path), f"byte {error.start} is not UTF-8", "UTF-8 text", "save as UTF-8")) from None


def parse_task(text: str, *, name: str = TASK_FILE) -> Task:
    """Check the text of a task file. `name` is what faults call it."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is not None and _written_out(root, {}) > LARGEST:
            found = "aliases that stand for more than a million values"
            raise WinnowError(Fault(name, found, "plain YAML", "write it out instead of *alias"))
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        problem = getattr(error, "problem", None) or str(error)
        raise WinnowError(Fault(where, f"not valid YAML ({problem})", "YAML", "check indentation and quotes")) from None
    if not isinstance(raw, dict) or root is None:
        raise WinnowError(Fault(f"{name}:1", "no mapping", "keys such as `name:` and `labels:`", "see `winnow init`"))
    try:
        lines = dict(_lines(root))
    except RecursionError:
        found = "an alias that contains itself, or too deep nesting"
        raise WinnowError(Fault(name, found, "plain YAML", "write it out instead of *alias")) from None
    faults = [(_line(lines, place), fault) for place, fault in _all_problems(root, raw)]
    if faults:
        ordered = sorted(faults, key=lambda pair: pair[0])
        raise WinnowError([Fault(f"{name}:{line}", f.found, f.expected, f.fix) for line, f in ordered])
    return Task.model_validate(raw)


def _written_out(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values a node holds when every alias is written out; what contains itself has no end."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = LARGEST + 1  # until it is counted: an alias that leads here leads round
        parts = [part for item in node.value for part in (item if isinstance(item, tuple) else (item,))]
        known[id(node)] = 1 + sum(_written_out(part, known) for part in parts)
    return known[id(node)]


def changed(task: Task, settings: Sequence[str]) -> Task:
    """The task with gate settings replaced: `leakage.cosine=0.95`, or `leakage=0.2` for a gate's main threshold.

    Bounds are two numbers (`fallback_share=0,0.2`, `mix.human=0.1,1`), licences words (`licences=unknown,own`).
    """
    data = task.model_dump(mode="json")
    for setting in settings:
        key, _, value = setting.partition("=")
        *path, field = _setting_path(data, key, setting)
        node = data
        for part in path:
            node = node[part]
        node[field] = _as_setting(setting, key, value)
    try:
        return Task.model_validate(data)
    except ValidationError as error:
        faults = [Fault(f"--set {'.'.join(map(str, e['loc']))}", str(e["input"]), e["msg"]) for e in error.errors()]
        raise WinnowError(faults) from None


MAIN_THRESHOLD = {
    "duplicates": "gates.duplicates.share_max",
    "leakage": "gates.leakage.share_max",
    "disputed": "gates.disputed.share_max",
    "minimum_per_label": "gates.minimum_per_label.train_rows",
    "label_balance": "gates.label_balance.ratio_max",
    "facet_marginals": "gates.facet_marginals.labels_share_max",
    "fallback_share": "targets.fallback_share",
    "synthetic_share": "targets.synthetic_share_max",
    "traffic_coverage": "gates.traffic_coverage.share_min",
    "licences": "licences.allow",
    **{f"mix.{origin}": f"targets.mix.{origin}" for origin in ("human", "log", "public", "synthetic")},
}
"""The setting that a gate's bare name stands for."""
BOUNDS = ("fallback_share", "mix.human", "mix.log", "mix.public", "mix.synthetic")
"""Settings of two numbers."""


def _setting_path(data: Mapping[str, Any], key: str, setting: str) -> list[str]:
    known = [*MAIN_THRESHOLD, *(f"{gate}.{field}" for gate, fields in data["gates"].items() for field in fields)]
    if key not in known:
        near = nearest_name(key, known)
        fix = f"did you mean {near!r}?" if near else ""
        raise WinnowError(Fault(f"--set {setting}", f"no gate setting {key!r}", ", ".join(known), fix))
    return MAIN_THRESHOLD.get(key, f"gates.{key}").split(".")


def _as_setting(setting: str, key: str, value: str) -> float | list[float] | list[str]:
    parts = [part.strip() for part in value.split(",")]
    if key == "licences":
        return [part for part in parts if part]
    wanted = 2 if key in BOUNDS else 1
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != wanted:
        expected = "GATE=LOWEST,HIGHEST" if wanted == 2 else "GATE=NUMBER"
        raise WinnowError(Fault(f"--set {setting}", f"{value!r}", expected, "correct --set"))
    return numbers if wanted == 2 else numbers[0]


def _all_problems(root: yaml.Node, raw: dict[str, Any]) -> Iterator[tuple[Place, Fault]]:
    yield from _repeated_keys(root)
    try:
        Task.model_validate(raw)
    except ValidationError as error:
        for problem in error.errors():
            yield _place(problem["loc"]), _model_fault(problem)
    yield from _cross_faults(raw)


def _lines(node: yaml.Node, place: Place = ()) -> Iterator[tuple[Place, int]]:
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            yield from _lines(value, inner)
            yield inner, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*place, index))


def _line(lines: Mapping[Place, int], place: Place) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _repeated_keys(node: yaml.Node, place: Place = ()) -> Iterator[tuple[Place, Fault]]:
    if isinstance(node, yaml.MappingNode):
        counts = Counter(str(key.value) for key, _ in node.value)
        for key, count in counts.items():
            if count > 1:
                yield (
                    (*place, key),
                    Fault("", f"key {key!r} stands {count} times", "each key once", "keep one"),
                )
        for key, value in node.value:
            yield from _repeated_keys(value, (*place, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _repeated_keys(value, (*place, index))


def _place(loc: tuple[int | str, ...]) -> Place:
    return tuple(part for part in loc if isinstance(part, int) or not part.startswith("function-"))


def _model_fault(problem: Any) -> Fault:
    loc = _place(problem["loc"])
    key = ".".join(str(part) for part in loc)
    if problem["type"] == "extra_forbidden":
        known = _known_keys(loc[:-1])
        near = nearest_name(str(loc[-1]), known)
        return Fault("", f"unknown key {key!r}", ", ".join(known), f"did you mean {near!r}?" if near else "remove it")
    if problem["type"] == "missing":
        return Fault("", f"key {key!r} is missing", "it is required", f"add `{loc[-1]}:`")
    message = problem["msg"].removeprefix("Input should be ").replace("Input should", "it to")
    fix = "put it in quotes" if problem["type"] == "string_type" else ""
    return Fault("", f"{key} is {problem['input']!r}"[:200], message, fix)


def _known_keys(loc: Place) -> list[str]:
    """The field names of the model that stands at a place of the task."""
    model: Any = Task
    for part in loc:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[part].annotation
        inner = [a for a in get_args(model) if isinstance(a, type) and issubclass(a, BaseModel)]
        model = inner[0] if inner else model
    return list(model.model_fields)


def _cross_faults(raw: dict[str, Any]) -> Iterator[tuple[Place, Fault]]:
    """Faults between keys. Runs on raw data, so that they show beside the faults within keys."""
    entries = raw.get("labels")
    labels = [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    names = [str(entry["name"]) for entry in labels if "name" in entry]
    seen: set[str] = set()
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        name = entry.get("name") if isinstance(entry, dict) else None
        if name is not None and str(name) in seen:
            yield (
                ("labels", index, "name"),
                Fault("", f"label {name!r} stands twice", "each label once", "remove one"),
            )
        seen.add(str(name))
        near_miss = entry.get("near_miss") if isinstance(entry, dict) else None
        if isinstance(near_miss, dict) and "label" in near_miss:
            yield from _names_a_label(("labels", index, "near_miss", "label"), near_miss["label"], names)
    if raw.get("kind") == "intents" and not names:
        yield ("labels",), Fault("", "no labels", "at least one label", "or run `winnow init --from FILE`")
    if raw.get("fallback") is not None and names:
        yield from _names_a_label(("fallback",), raw["fallback"], names)
    confusable = raw.get("confusable")
    for index, pair in enumerate(confusable if isinstance(confusable, list) else []):
        for side, name in enumerate(pair if isinstance(pair, list) else []):
            yield from _names_a_label(("confusable", index, side), name, names)
        if isinstance(pair, list) and len(pair) == 2 and pair[0] == pair[1]:
            yield (
                ("confusable", index),
                Fault("", f"the pair names {pair[0]!r} twice", "two labels", "name another"),
            )
    yield from _goal_faults(raw, names)
    yield from _share_faults(raw)


def _goal_faults(raw: dict[str, Any], labels: list[str]) -> Iterator[tuple[Place, Fault]]:
    goals = raw.get("goals")
    known = [*GOALS, *(f"{measure}.{label}" for measure in GOALS_BY_LABEL for label in labels)]
    for name in goals if isinstance(goals, dict) else ():
        place = ("goals", str(name))
        if name not in known:
            near = nearest_name(str(name), known)
            fix = f"did you mean {near!r}?" if near else "name a measure, and a label of the task"
            yield place, Fault("", f"no goal {name!r}", f"{', '.join(GOALS)}, recall.LABEL, precision.LABEL", fix)
        elif name == "out_of_scope_recall" and raw.get("fallback") is None:
            fix = "name the fallback, or remove the goal"
            yield place, Fault("", "a goal for queries out of scope", "a task with a `fallback` label", fix)


def _names_a_label(place: Place, name: object, names: list[str]) -> Iterator[tuple[Place, Fault]]:
    if str(name) not in names:
        near = nearest_name(str(name), names)
        fix = f"did you mean {near!r}?" if near else "add the label or remove the name"
        yield place, Fault("", f"{name!r} names no label", "one of `labels`", fix)


def _share_faults(raw: dict[str, Any]) -> Iterator[tuple[Place, Fault]]:
    splits = raw.get("splits")
    if isinstance(splits, dict):
        held = [splits.get(key, 0.15) for key in ("validation", "test")]
        if all(isinstance(share, int | float) for share in held) and sum(held) >= 0.8:
            fix = "leave at least 0.2 for train"
            yield ("splits",), Fault("", f"validation + test = {sum(held):g}", "less than 0.8", fix)
    targets = raw.get("targets")
    if isinstance(targets, dict):
        yield from _target_faults(raw, targets)


def _target_faults(raw: dict[str, Any], targets: dict[str, Any]) -> Iterator[tuple[Place, Fault]]:
    mix = targets.get("mix")
    named: dict[Place, Any] = {("fallback_share",): targets.get("fallback_share")}
    named |= {("mix", str(name)): bounds for name, bounds in (mix.items() if isinstance(mix, dict) else ())}
    for place, bounds in named.items():
        numbers = isinstance(bounds, list) and len(bounds) == 2 and all(isinstance(b, int | float) for b in bounds)
        if numbers and bounds[0] > bounds[1]:
            yield ("targets", *place), Fault("", f"{bounds} runs downwards", "[lowest, highest]", "swap them")
    facets, slots, own = targets.get("facets"), raw.get("slots"), raw.get("facets")
    known: dict[str, tuple[str, ...]] = dict(BUILT_IN)
    known |= {f"slot.{name}": () for name in (slots if isinstance(slots, dict) else ())}
    known |= dict.fromkeys(own if isinstance(own, dict) else (), ())
    for name, wanted in facets.items() if isinstance(facets, dict) else ():
        where: Place = ("targets", "facets", str(name))
        if name not in known:
            yield where, _unknown_name("facet", name, list(known))
            continue
        for value in wanted if isinstance(wanted, dict) and known[name] else ():
            if value not in known[name]:
                yield (*where, str(value)), _unknown_name(f"value of {name}", value, known[name])


def _unknown_name(what: str, name: object, known: Sequence[str]) -> Fault:
    near = nearest_name(str(name), known)
    fix = f"did you mean {near!r}?" if near else "correct the name"
    return Fault("", f"no {what} {name!r}", ", ".join(known), fix)
