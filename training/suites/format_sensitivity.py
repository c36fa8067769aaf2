"""Format sensitivity: how often an answer is right with one form of the prompt and wrong with another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from winnow.config.task import Task
from winnow.core.atomic import write_json_file
from winnow.core.errors import Problem, WinnowError
from winnow.core.evaluation_vocabulary import PromptVariant
from winnow.core.result import Measured
from winnow.training.answering.answer_request import AnswerRequest
from winnow.training.answering.answer_source import AnswersOf
from winnow.training.evaluation.tools import answer_counts
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.judge_results import judged_results
from winnow.training.runs import Run
from winnow.training.suites.prompt_variants import prompt_tools, variants_of, varied
from winnow.training.suites.suite_facts import FormatSensitivity, VariantMeasures
from winnow.validators.stats.clustered_share import clustered_proportion, count_by_cluster

FORMAT_FILE = "format-{name}.json"
"""In the folder `evaluation` of a run; the name is that of a split or of a suite's results."""


def measure_format_sensitivity(
    run: Run,
    requests: Sequence[AnswerRequest],
    task: Task,
    answer: AnswersOf,
    *,
    asked: str,
    split: str,
    record_look: Callable[[FormatSensitivity], None],
) -> FormatSensitivity:
    """Ask for the same answers with every variant of the prompt, and write the result into the run.

    `record_look` notes that somebody sees the score, before it is written.
    Raises WinnowError where no variant applies to the task, or no request offers tools.
    """
    offering = [one for one in requests if prompt_tools(one, task, split)]
    variants = variants_of(task)
    if not variants or not offering:
        found = "no dialogue offers tools" if variants else "its system prompt documents the tools itself"
        expected = "prompts in which Winnow writes the tools"
        raise WinnowError(Problem(f"task {task.name}", found, expected, "remove `tools_in_prompt: false`"))
    plain = judged_results(offering, answer(offering), task)
    by_variant = {
        variant: judged_results(offering, answer([varied(one, variant, task, split) for one in offering]), task)
        for variant in variants
    }
    measured = compare_variants(run.id, plain, by_variant, asked=asked)
    record_look(measured)
    write_json_file(run.path / "evaluation" / FORMAT_FILE.format(name=asked), measured.model_dump(mode="json"))
    return measured


def compare_variants(
    run: str, plain: Sequence[AnswerResult], by_variant: Mapping[PromptVariant, Sequence[AnswerResult]], *, asked: str
) -> FormatSensitivity:
    """The verdicts with each variant against those with the prompt as it is, in the same order. Pure."""
    right = [one.is_right for one in plain]
    differs = {name: [a != b.is_right for a, b in zip(right, own, strict=True)] for name, own in by_variant.items()}
    accuracies = [_accuracy(plain), *(_accuracy(own) for own in by_variant.values())]
    values = [one.value for one in accuracies]
    return FormatSensitivity(
        run=run,
        asked=asked,
        answers=len(plain),
        accuracy=accuracies[0],
        variants=[
            VariantMeasures(
                variant=name,
                accuracy=_accuracy(own),
                gained=sum(b.is_right and not a for a, b in zip(right, own, strict=True)),
                lost=sum(a and not b.is_right for a, b in zip(right, own, strict=True)),
                flipped=_share(plain, lambda place, flips=differs[name]: flips[place]),  # type: ignore[misc]
            )
            for name, own in by_variant.items()
        ],
        range=max(values) - min(values),
        flipped=_share(plain, lambda place: any(flips[place] for flips in differs.values())),
    )


def _accuracy(results: Sequence[AnswerResult]) -> Measured:
    return _measured(answer_counts.share_of(results, answer_counts.accuracy))


def _share(results: Sequence[AnswerResult], holds: Callable[[int], bool]) -> Measured:
    """A share of answers, of which those of one dialogue depend on each other."""
    counts = count_by_cluster((one.id, holds(place), 1) for place, one in enumerate(results))
    return _measured(clustered_proportion(counts))


def _measured(share: object) -> Measured:
    if not isinstance(share, Measured):  # there is at least one answer
        raise TypeError("a share without answers")
    return share
