"""A corrected answer that a person writes as text, and the dialogue that it makes of the one that it corrects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile

from winnow.config.task import Task
from winnow.core.model_vocabulary import CallFormatName
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer, CallFormat, FormatError
from winnow.validators.tools.call_formats.answer import same_answer
from winnow.validators.tools.dialogue import Call, Dialogue, Role
from winnow.validators.tools.grounding.finding import GroundingLevel
from winnow.validators.tools.grounding.ground import ground
from winnow.validators.tools.strict_json import write_json

SHOWN_PROBLEMS = 3
"""So many problems of a corrected answer are named at once: the first explain the others."""

NO_ANSWER = "the dialogue has no answer that could be corrected"


@dataclass(frozen=True)
class InvalidAnswer:
    """A corrected answer that cannot be used."""

    why: str
    """What is wrong, in words for the person who wrote it."""


def text_format(task: Task) -> CallFormat:
    """The format in which people write answers: the task's own or, where calls are no text, fenced JSON."""
    own = CALL_FORMATS[task.call_format]
    return own if own.in_text else CALL_FORMATS[CallFormatName.FENCED_JSON]


def place_of_answer(dialogue: Dialogue) -> int | None:
    """The turn that a corrected answer takes the place of; None if the dialogue has no learned answer.

    It is the last learned answer that calls tools since the user last spoke, else the last learned answer.
    """
    learned = [place for place, turn in enumerate(dialogue.turns) if turn.is_learned]
    last_request = max((place for place, turn in enumerate(dialogue.turns) if turn.role is Role.USER), default=-1)
    calling = [place for place in learned if place > last_request and dialogue.turns[place].calls]
    return max(calling or learned, default=None)


def calls_of_answer(dialogue: Dialogue) -> tuple[Call, ...]:
    """The calls of the answer that would be corrected."""
    place = place_of_answer(dialogue)
    return () if place is None else dialogue.turns[place].calls


def answer_as_text(dialogue: Dialogue, task: Task) -> str:
    """The answer that would be corrected, as a person would write it; empty if there is none, or none in this form."""
    place = place_of_answer(dialogue)
    if place is None:
        return ""
    turn = dialogue.turns[place]
    try:
        return str(text_format(task).render(Answer(turn.content, turn.calls), dialogue.tools))
    except FormatError:
        return ""


@dataclass(frozen=True)
class CorrectedDialogue:
    """A dialogue with a corrected answer."""

    dialogue: Dialogue
    place: int
    """The turn of the corrected answer."""


def corrected_dialogue(
    dialogue: Dialogue, written: str, task: Task, *, only_wording: bool = False
) -> CorrectedDialogue | InvalidAnswer:
    """The dialogue with a corrected answer, unchecked, or how the answer breaks the call format.

    What followed stays where the calls stay the same. Other calls have other results, so that only what the user said
    later is kept. With `only_wording`, an answer without calls takes the place of the last words of the assistant.
    """
    try:
        answer = text_format(task).parse(plain_text(written), dialogue.tools)
    except FormatError as error:
        return InvalidAnswer(first_problems([str(problem) for problem in error.problems]))
    place = place_of_answer(dialogue)
    if only_wording and not answer.calls and dialogue.turns and dialogue.turns[-1].is_learned:
        place = len(dialogue.turns) - 1
    if place is None:
        return InvalidAnswer(NO_ANSWER)
    return CorrectedDialogue(_with_answer(dialogue, place, answer), place)


def ungrounded_values(corrected: CorrectedDialogue, task: Task) -> list[str]:
    """The values of the corrected answer that nothing gives and nothing could, with the reason."""
    names = {call.id: call.name for _, call in corrected.dialogue.calls()}
    return [
        f"{names[one.call_id]}, {one.argument} = {write_json(one.value)}: {one.why}"
        for one in ground(corrected.dialogue, system_prompt=task.system_prompt_text)
        if one.turn == corrected.place and one.level is GroundingLevel.ERROR
    ]


def plain_text(written: str) -> str:
    """What a person typed on a page: without white space around it, and with plain spaces and line ends."""
    return written.replace("\r\n", "\n").replace("\u00a0", " ").strip()


def _with_answer(dialogue: Dialogue, place: int, answer: Answer) -> Dialogue:
    """The dialogue with another answer in a turn; new calls have the next free ids, in order."""
    old, later = dialogue.turns[place], dialogue.turns[place + 1 :]
    if same_answer(Answer("", old.calls), Answer("", answer.calls)):
        turn = replace(old, content=answer.content)
    else:
        before = sum(len(turn.calls) for turn in dialogue.turns[:place])
        calls = tuple(replace(call, id=f"call_{before + n}") for n, call in enumerate(answer.calls, 1))
        turn = replace(old, content=answer.content, calls=calls, reasoning="")
        later = tuple(dropwhile(lambda one: one.role is not Role.USER, later))
    return replace(dialogue, turns=(*dialogue.turns[:place], turn, *later))


def first_problems(problems: Sequence[str]) -> str:
    """The first problems as one text."""
    more = len(problems) - SHOWN_PROBLEMS
    return "; ".join(problems[:SHOWN_PROBLEMS]) + (f"; and {more:,} more" if more > 0 else "")
