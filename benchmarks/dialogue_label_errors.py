"""How many planted errors of dialogues the evidence of rules and of the model finds, and what else it suspects.

Run by `python -m benchmarks.dialogue_label_errors [assistant] [FILE.jsonl …]`, not by `make bench`. FILE has rows of
OpenAI chat with `messages` and `tools`. Three kinds of errors are planted: a call under the name of another offered
tool whose schema its arguments fit, a changed argument in a copy of a record, and a changed or failed result.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from winnow.config.load import parse_task
from winnow.core.label_error_evidence import EvidenceKind
from winnow.curation.annotations.label_errors import find_label_errors
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.validators.kinds.tools import TOOLS, content_of, dialogue_of
from winnow.validators.text import Drop
from winnow.validators.tools.behavior import derived_label
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn
from winnow.validators.tools.label_evidence import could_be_labeled, dialogue_evidence
from winnow.validators.tools.same_question import AnsweredDialogue
from winnow.validators.tools.schemas.check_arguments import argument_problems

ASSISTANT = Path(__file__).parents[1] / "examples" / "assistant"

PLANTED = 40
"""Errors of each kind, or as many as a set has room for."""

SEED = 7


@dataclass(frozen=True)
class Example:
    """A dialogue, perhaps with a planted error."""

    dialogue: Dialogue
    label: str
    planted: str = ""
    """The kind of error; empty without one."""


def examples(path: Path, tools: list[Any] | None) -> list[Example]:
    """The valid labeled dialogues of a file."""
    task, found = parse_task("name: benchmark\nkind: tools\n"), []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        content = TOOLS.parse({"tools": tools, **row}, task)
        label = content if isinstance(content, Drop) else TOOLS.target_of(content, row.get("label"), task)
        if isinstance(content, str) and isinstance(label, str):
            found.append(Example(dialogue_of(content), label))
    return found


def with_call(example: Example, change: Callable[[Call], Call | None], kind: str) -> Example | None:
    """A copy whose first call is changed, if the change is possible and valid."""
    place, call = next(example.dialogue.calls(), (0, None))
    changed = change(call) if call else None
    if changed is None:
        return None
    turn = example.dialogue.turns[place]
    turns = list(example.dialogue.turns)
    turns[place] = replace(turn, calls=(changed, *turn.calls[1:]))
    dialogue = replace(example.dialogue, turns=tuple(turns))
    return None if argument_problems(dialogue) else Example(dialogue, derived_label(dialogue).label, kind)


def swapped(example: Example, rng: random.Random) -> Example | None:
    """The first call under the name of another tool, with the arguments that this tool knows."""
    others = list(example.dialogue.tools)
    rng.shuffle(others)
    for tool in others:

        def change(call: Call, tool: Any = tool) -> Call | None:
            arguments = {key: value for key, value in call.arguments.items() if key in tool.properties}
            return (
                None if tool.name == call.name or not arguments else replace(call, name=tool.name, arguments=arguments)
            )

        found = with_call(example, change, "other tool")
        if found:
            return found
    return None


def other_argument(example: Example, rng: random.Random) -> Example | None:
    """A copy of the record with another value of one argument that is no free text."""
    return with_call(example, lambda call: _changed(call, rng), "other argument")


def _changed(call: Call, rng: random.Random) -> Call | None:
    names = [name for name, value in sorted(call.arguments.items()) if _other_value(value) is not None]
    if not names:
        return None
    name = rng.choice(names)
    return replace(call, arguments={**call.arguments, name: _other_value(call.arguments[name])})


def _other_value(value: object) -> Any:
    """The value with its last digit changed; None without a digit."""
    if isinstance(value, bool):
        return not value
    text = str(value) if isinstance(value, str | int | float) else ""
    place = max((index for index, c in enumerate(text) if c.isdigit()), default=-1)
    if place < 0:
        return None
    changed = f"{text[:place]}{(int(text[place]) + 1) % 10 or 1}{text[place + 1 :]}"
    if isinstance(value, str):
        return changed
    return float(changed) if isinstance(value, float) else int(changed)


def other_result(example: Example, rng: random.Random) -> Example | None:
    """The record with a first result that fails, or has another value under the key of an argument."""
    turns = list(example.dialogue.turns)
    place = next((index for index, turn in enumerate(turns) if turn.role is Role.TOOL), None)
    if place is None:
        return None
    changed = _changed_result(example.dialogue, turns[place], rng)
    if changed is None:
        return None
    turns[place] = replace(turns[place], content=changed)
    return replace(example, dialogue=replace(example.dialogue, turns=tuple(turns)), planted="other result")


def _changed_result(dialogue: Dialogue, turn: Turn, rng: random.Random) -> str | None:
    call = next(call for _, call in dialogue.calls() if call.id == turn.call_id)
    try:
        result = json.loads(turn.content)
    except ValueError:
        return None
    keys = [key for key in call.arguments if isinstance(result, dict) and result.get(key) and _other_value(result[key])]
    if keys and rng.random() < 0.5:
        key = rng.choice(sorted(keys))
        return json.dumps({**result, key: _other_value(result[key])})
    return json.dumps({"error": "the service is not available"})


PLANTERS = (swapped, other_argument, other_result)


def planted(clean: Sequence[Example]) -> list[Example]:
    """The set with errors: swapped calls and results in place of records, copies with other arguments added."""
    rng = random.Random(SEED)
    every, taken = list(clean), set[int]()
    for plant in PLANTERS:
        order = rng.sample(range(len(clean)), len(clean))
        count = 0
        for place in order:
            wrong = plant(clean[place], rng) if place not in taken and count < PLANTED else None
            if wrong is None:
                continue
            count += 1
            taken.add(place)
            if plant is other_argument:
                every.append(wrong)
            else:
                every[place] = wrong
    return every


def ranking(every: Sequence[Example], system_prompt: str) -> Iterator[tuple[int, list[str], list[str]]]:
    """Every suspected record as `label-errors` ranks it: its place, its strong and all its kinds of evidence."""
    records = [AnsweredDialogue(f"{i:05d}", one.label, one.dialogue) for i, one in enumerate(every)]
    evidence = dialogue_evidence(records, system_prompt)
    texts = [TOOLS.request_text(content_of(one.dialogue)) if TOOLS.request_text else "" for one in every]
    by_model = find_label_errors(open_embedder().encode(texts), [one.label for one in every], texts)
    scores = {one.position: one.score for one in by_model.ranked}
    proposed = {one.position: one.proposed for one in by_model.suspected}
    found = []
    for place, pieces in enumerate(evidence):
        kinds = {piece.kind.value for piece in pieces}
        if place in proposed and could_be_labeled(every[place].dialogue, proposed[place]):
            kinds.add(EvidenceKind.OUT_OF_FOLD.value)
        if kinds:
            found.append((place, sorted({p.kind.value for p in pieces if p.strong}), sorted(kinds)))
    yield from sorted(found, key=lambda one: (-len(one[1]), -len(one[2]), -scores.get(one[0], 0.0), one[0]))


def table(name: str, clean: Sequence[Example], system_prompt: str) -> None:
    """Print precision among the first k, recall by kind of error, and the first 20 that were not planted."""
    every = planted(clean)
    ranked = list(ranking(every, system_prompt))
    wrong = [bool(every[place].planted) for place, _, _ in ranked]
    strong = [bool(kinds) for _, kinds, _ in ranked]
    total = sum(bool(one.planted) for one in every)
    print(f"\n## {name}: {len(every)} dialogues, {total} with planted errors; {len(ranked)} suspected\n")
    for k in (20, 40, 80, 120):
        print(f"precision at {k}: {sum(wrong[:k])}/{min(k, len(wrong))}")
    print(f"strong evidence: {sum(strong)} records, {sum(w and s for w, s in zip(wrong, strong, strict=True))} planted")
    places = {place: (own, every_kind) for place, own, every_kind in ranked}
    for kind in ("other tool", "other argument", "other result"):
        these = [place for place, one in enumerate(every) if one.planted == kind]
        sure = sum(bool(places.get(place, ([], []))[0]) for place in these)
        first = sum(place in [one for one, _, _ in ranked[:total]] for place in these)
        found = sum(place in places for place in these)
        print(
            f"{kind}: {len(these)} planted, {sure} with strong evidence, {first} in the first {total}, {found} in all"
        )
    for place, own, kinds in [one for one in ranked if not every[one[0]].planted][:20]:
        said = next(turn.content for turn in every[place].dialogue.turns if turn.role is Role.USER)
        print(f"not planted: {every[place].label}: {said[:90]!r}; strong {own}, all {kinds}")


def main(named: Sequence[str]) -> None:
    for name in named or ["assistant"]:
        if name == "assistant":
            tools = json.loads((ASSISTANT / "tools.json").read_text(encoding="utf-8"))
            prompt = (ASSISTANT / "system_prompt.txt").read_text(encoding="utf-8")
            table(name, examples(ASSISTANT / "dialogues.jsonl", tools), prompt)
        else:
            table(Path(name).name, examples(Path(name), None), "")


if __name__ == "__main__":
    main(sys.argv[1:])
