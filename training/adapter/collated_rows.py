"""Check, before the first step, what a trainer really makes of the rows: the tokens that are in the loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from winnow.core.counted import agreeing, counted
from winnow.core.model_vocabulary import TemplateFault
from winnow.curation.checks.chat_template.answer_problems import TemplateProblem
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer
from winnow.training.adapter.trained_rows import NOT_TRAINED, RowFault, TrainedRow, refuse_faults


def check_collated(
    rows: Sequence[TrainedRow],
    prepared: Iterable[Mapping[str, Any]],
    collate: Callable[[list[Any]], Mapping[str, Any]],
    chat: ChatTokenizer,
) -> None:
    """Compare each row with what the trainer's dataset and collator made of it.

    Raises WinnowError with the record and turn of every row without a trained token, with an answer that is cut, or
    with a last trained token that ends no answer.
    """
    faults = []
    for row, given in zip(rows, prepared, strict=True):
        labels = collate([given])["labels"].flatten().tolist()
        trained = [label for label in labels if label != NOT_TRAINED]
        faults += [RowFault(row.record, problem) for problem in _problems(row, trained, chat)]
    refuse_faults(faults, chat.model)


def _problems(row: TrainedRow, trained: list[int], chat: ChatTokenizer) -> list[TemplateProblem]:
    if not trained:
        return [TemplateProblem(TemplateFault.NOTHING_TRAINED, row.turn, "no token of the answer is in the loss")]
    found = []
    if trained != row.answer_ids:
        detail = (
            f"{counted(len(trained), 'token')} {agreeing(len(trained), 'is', 'are')} in the "
            f"loss; the answer has {len(row.answer_ids):,}"
        )
        found.append(TemplateProblem(TemplateFault.ANSWER_CUT, row.turn, detail))
    if trained[-1] not in chat.stop_ids:
        last = chat.token_text(trained[-1])
        detail = f"the last token in the loss is {last!r}, which ends no answer"
        found.append(TemplateProblem(TemplateFault.STOP_NOT_TRAINED, row.turn, detail))
    return found
