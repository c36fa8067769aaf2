"""Variations of dialogues: the first turn of the user is reworded, and a value that changes there changes in calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from winnow.config.task import Task
from winnow.generators.dialogue_rules.change_value import CHANGE_VALUE
from winnow.generators.dialogue_rules.dialogue_rule import Contrast, DialogueSeed, RuleContext
from winnow.generators.dialogue_rules.single_call import single_call
from winnow.generators.proposal import Proposal, SeedRecord
from winnow.generators.variations.base import Seed, Variation
from winnow.validators.kinds.tools import content_of, dialogue_of
from winnow.validators.tools.behavior import derived_label
from winnow.validators.tools.dialogue import Dialogue, Role
from winnow.validators.tools.grounding.calendar_dates import date_mentions
from winnow.validators.tools.grounding.clock_times import time_mentions
from winnow.validators.tools.grounding.ground import ground
from winnow.validators.tools.grounding.relative_dates import relative_dates

VALUES = "values"
"""The kind that changes an id, a date, a time or a number in the turn and in the call alike."""

DIALOGUE_KINDS = (VALUES, "slots", "frames", "contractions", "abbreviations", "function_words", "casing")
"""The kinds of change that are used on dialogues. Other words (`synonyms`, `times`) could change an argument."""

CALL_WOULD_DIFFER = "call_would_differ"
"""The changed words give another value, or none, for an argument."""

LABEL_WOULD_DIFFER = "label_would_differ"
"""The changed words could be answered in another way."""


@dataclass(frozen=True)
class DialogueVariations:
    """The dialogues of seeds, and what variations of their first turns make of them."""

    contents: Mapping[str, str]
    """The content of each seed, by its id."""
    task: Task
    with_values: dict[tuple[str, str], str] = field(default_factory=dict)
    """The contents with another value, by seed and text; filled when they are asked for."""

    @classmethod
    def of(cls, seeds: Sequence[SeedRecord], task: Task) -> DialogueVariations:
        """The dialogues of these seeds."""
        return cls({seed.id: seed.content for seed in seeds}, task)

    def seeds(self, seeds: Sequence[SeedRecord]) -> list[Seed]:
        """The first turns of the users, as rules vary them."""
        return [
            Seed(seed.id, dialogue.turns[0].content, seed.label, seed.group)
            for seed in seeds
            if (dialogue := dialogue_of(seed.content)).turns[0].role is Role.USER
        ]

    def other_values(self, seeds: Sequence[SeedRecord], key: str) -> list[Variation]:
        """For each seed at most one variation with another value in the turn and in the call."""
        context = RuleContext(f"{key} {VALUES}", self.task.system_prompt_text)
        found = []
        for seed in seeds:
            request = single_call(dialogue_of(seed.content))
            made = CHANGE_VALUE.make(DialogueSeed(seed.id, seed.label, request), context) if request else None
            if isinstance(made, Contrast):
                text = made.dialogue.turns[-2].content
                self.with_values[seed.id, text] = content_of(made.dialogue)
                found.append(Variation(seed.id, text, VALUES, made.change, made.label, seed.group, {}))
        return found

    def proposal(self, one: Variation) -> Proposal | str:
        """The varied dialogue, or why it cannot be one."""
        detail = {"kind": one.kind, "change": one.detail}
        if one.kind == VALUES:
            return Proposal(self.with_values[one.seed_id, one.text], one.label, detail, seed=one.seed_id)
        before = dialogue_of(self.contents[one.seed_id])
        after = _with_slot_value(before, one) if one.kind == "slots" else _with_first_turn(before, one.text)
        if after is None or not (one.kind == "slots" or self._is_called_alike(before, after)):
            return CALL_WOULD_DIFFER
        if one.kind != "slots" and derived_label(before).label != derived_label(after).label:
            return LABEL_WOULD_DIFFER
        return Proposal(content_of(after), one.label, detail, seed=one.seed_id)

    def _is_called_alike(self, before: Dialogue, after: Dialogue) -> bool:
        """Whether the words give the arguments as before."""
        same_level = _levels(before, self.task) == _levels(after, self.task)
        return same_level and _values(before) == _values(after) and _moments(before) == _moments(after)


def _with_first_turn(dialogue: Dialogue, text: str) -> Dialogue:
    return replace(dialogue, turns=(replace(dialogue.turns[0], content=text), *dialogue.turns[1:]))


def _with_slot_value(dialogue: Dialogue, one: Variation) -> Dialogue | None:
    """The dialogue up to the call that has the slot's value, with another one; None where an answer would be wrong."""
    request = single_call(dialogue)
    old, _, new = one.detail.partition(": ")[2].partition(" -> ")
    if request is None or request.before or request.calls_follow:
        return None
    arguments = {name: _replaced(value, old, new) for name, value in request.call.arguments.items()}
    if arguments == request.call.arguments:
        return None
    return request.with_calls(one.text, (replace(request.call, arguments=arguments),), prose=request.plain_prose)


def _replaced(value: Any, old: str, new: str) -> Any:
    """A value that is the old one, apart from case, as the new one; written as it was."""
    if not isinstance(value, str) or value.casefold() != old.casefold():
        return value
    return new.title() if value.istitle() else new


def _values(dialogue: Dialogue) -> Counter[str]:
    """How often each text of an argument stands in the first turn, whatever its case."""
    first = dialogue.turns[0].content.casefold()
    texts = [value for _, call in dialogue.calls() for value in call.arguments.values() if isinstance(value, str)]
    return Counter({text: first.count(text.casefold()) for text in texts})


def _levels(dialogue: Dialogue, task: Task) -> list[tuple[str, str]]:
    """How far each argument follows from what is said."""
    return [(one.argument, one.level) for one in ground(dialogue, system_prompt=task.system_prompt_text)]


def _moments(dialogue: Dialogue) -> list[str]:
    """The dates and times of the first turn, where a call could depend on them."""
    text = dialogue.turns[0].content.casefold()
    if not any(True for _ in dialogue.calls()):
        return []
    dates = [*(one.quoted for one in date_mentions(text)), *(one.quoted for one in relative_dates(text, None))]
    return sorted(quoted.strip() for quoted in (*dates, *(one.quoted for one in time_mentions(text))))
