"""The evidence that rules find against dialogues: nothing here asks a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from winnow.core.counted import counted
from winnow.core.label_error_evidence import EvidenceKind, LabelEvidence
from winnow.validators.tools.behavior import TOOL_SEPARATOR, Behavior
from winnow.validators.tools.dialogue import Dialogue
from winnow.validators.tools.grounding.finding import GroundingLevel
from winnow.validators.tools.grounding.ground import ground
from winnow.validators.tools.result_contradictions import result_contradictions
from winnow.validators.tools.same_question import AnsweredDialogue, Disagreement, disagreements


def dialogue_evidence(dialogues: Sequence[AnsweredDialogue], system_prompt: str) -> list[list[LabelEvidence]]:
    """For each dialogue the evidence of results, of dialogues with the same question, and of grounding."""
    against = disagreements(dialogues)
    return [
        [*_contradicted(one.dialogue), *_same_question(one, others), *_ungrounded(one.dialogue, system_prompt)]
        for one, others in zip(dialogues, against, strict=True)
    ]


def could_be_labeled(dialogue: Dialogue, label: str) -> bool:
    """Whether a dialogue with these offered tools could have a label; a request without an answer has none."""
    if dialogue.is_request:
        return False
    if not dialogue.tools or label == Behavior.GENERAL:
        return not dialogue.tools and label == Behavior.GENERAL
    return label in list(Behavior) or all(dialogue.tool(name) for name in label.split(TOOL_SEPARATOR))


def _contradicted(dialogue: Dialogue) -> Iterator[LabelEvidence]:
    for one in result_contradictions(dialogue):
        yield LabelEvidence(kind=EvidenceKind.RESULT_CONTRADICTS_CALL, strong=True, why=one.why)


def _same_question(own: AnsweredDialogue, against: Sequence[Disagreement]) -> Iterator[LabelEvidence]:
    """One piece of evidence for all dialogues that disagree, with the first of them."""
    if not against:
        return
    first = against[0]
    more = f", and {counted(len(against) - 1, 'more record')} disagree too" if len(against) > 1 else ""
    why = (
        f"turn {first.turn + 1} calls {first.own}; record {first.other.id} with the same turns of the user: "
        f"{first.others}{more}"
    )
    label, _ = Counter(one.other.label for one in against).most_common(1)[0]
    proposed = label if label != own.label else ""
    yield LabelEvidence(kind=EvidenceKind.SAME_QUESTION, strong=first.clear, why=why, proposed=proposed)


def _ungrounded(dialogue: Dialogue, system_prompt: str) -> Iterator[LabelEvidence]:
    """Errors, and as weak evidence what people should look at, in calls that are learned."""
    levels = (GroundingLevel.ERROR, GroundingLevel.REVIEW)
    found = [one for one in ground(dialogue, system_prompt=system_prompt) if one.level in levels]
    for one in sorted(found, key=lambda one: one.level is not GroundingLevel.ERROR):
        if dialogue.turns[one.turn].train:
            why = f"turn {one.turn + 1}, {one.call_id}, {one.argument}: {one.why}"
            yield LabelEvidence(kind=EvidenceKind.GROUNDING, strong=one.level is GroundingLevel.ERROR, why=why)
