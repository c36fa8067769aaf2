"""Where answers come from, for what measures them and does not care."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from winnow.training.answering.answer_request import AnswerRequest
from winnow.training.answering.model_answer import ModelAnswer

AnswersOf = Callable[[Sequence[AnswerRequest]], Sequence[ModelAnswer]]
"""Gives an answer to every request, in their order."""
