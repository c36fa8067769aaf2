"""Diagnostics of a run that calls tools. One file each; to add one, add it to TOOL_DIAGNOSTICS."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from winnow.training.diagnostics.issue import Issues
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.diagnostics.tools.confused_tools import confused_tools
from winnow.training.diagnostics.tools.forgotten_instructions import forgotten_instructions
from winnow.training.diagnostics.tools.memorized_answers import memorized_answers
from winnow.training.diagnostics.tools.missed_calls import missed_calls
from winnow.training.diagnostics.tools.missed_questions import missed_questions
from winnow.training.diagnostics.tools.unfinished_answers import unfinished_answers
from winnow.training.diagnostics.tools.unlearned_answers import unlearned_answers
from winnow.training.diagnostics.tools.unneeded_calls import unneeded_calls
from winnow.training.diagnostics.tools.wrong_arguments import wrong_arguments
from winnow.training.evaluation.tools.answer_results import AnswerResult

ToolDiagnostic = Callable[[Sequence[AnswerResult], AnswerContext], Issues]
"""Takes the judged answers on validation and the context of the run. Its name is the name of the finding."""

TOOL_DIAGNOSTICS: tuple[ToolDiagnostic, ...] = (
    unfinished_answers,
    unlearned_answers,
    memorized_answers,
    wrong_arguments,
    confused_tools,
    unneeded_calls,
    missed_calls,
    missed_questions,
    forgotten_instructions,
)
