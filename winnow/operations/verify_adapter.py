"""Check that an adapter is in use: base and adapter must not give the same answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.counted import counted
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.hashing import keyed_shuffle
from winnow.core.vocabulary import Split
from winnow.operations._context import Context

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.training.answering.answer_request import AnswerRequest
    from winnow.training.answering.answering_model import AnsweringModel
    from winnow.training.packaging.adapter_check import AdapterCheck
    from winnow.training.packaging.served_answers import Messages
    from winnow.training.runs import Run

DEFAULT_PROMPTS = 20
"""Prompts that are asked: an adapter that learned anything changes most of their answers."""


@dataclass(frozen=True)
class ServedModel:
    """Where a served adapter answers."""

    endpoint: str
    """Address of the API, up to `/v1`."""
    model: str
    """Name of the adapter there."""
    base: str | None = None
    """Name of the base model there; None: the base model of this machine answers."""


def verify_adapter(
    context: Context,
    id_or_path: str | Path,
    *,
    count: int = DEFAULT_PROMPTS,
    files: Sequence[Path] = (),
    served: ServedModel | None = None,
    progress: Progress | None = None,
) -> AdapterCheck:
    """Compare the answers of base and adapter to prompts of validation.

    Both are asked on this machine. With `served`, the server is asked for the adapter, and its answers are compared
    with those of the adapter here too. `files` are answers of base and adapter that were collected elsewhere.
    `AdapterCheck.require_differences` refuses equal answers. Raises WinnowError for a run without an
    adapter or prompts, and ServiceError when the server fails.
    """
    from winnow.training.packaging.adapter_check import compare_answers

    run = context.run(id_or_path)
    if files:
        return compare_answers(run.id, *_answers_in_files(files))
    requests = _requests(run, count)
    adapter, base = _models(run)
    here = _asked(adapter, requests, progress)
    if served is None:
        return compare_answers(run.id, _asked(base, requests, progress), here)
    from winnow.training.packaging.served_answers import served_answers

    prompts, limit = _messages(adapter, requests), adapter.limit
    adapted = served_answers(served.endpoint, served.model, prompts, max_tokens=limit, progress=progress)
    if served.base is None:
        return compare_answers(run.id, _asked(base, requests, progress), adapted, here=here)
    plain = served_answers(served.endpoint, served.base, prompts, max_tokens=limit, progress=progress)
    return compare_answers(run.id, plain, adapted, here=here)


def served_model(endpoint: str | None, model: str | None, base: str | None) -> ServedModel | None:
    """The server to ask; None when none is named. Raises WinnowError for an address or a name without the other."""
    if endpoint is None and model is None and base is None:
        return None
    named = {"endpoint": endpoint, "model": model}
    problems = [
        Problem(Parameter(name), "missing", "the address of a server and the name of the adapter there", "name both")
        for name, value in named.items()
        if not value
    ]
    if problems:
        raise WinnowError(problems)
    return ServedModel(str(endpoint), str(model), base)


def write_adapter_prompts(context: Context, id_or_path: str | Path, path: Path, *, count: int = DEFAULT_PROMPTS) -> int:
    """Write prompts of validation for a runtime that is asked elsewhere; returns how many."""
    from winnow.curation.checks.chat_template.control_texts import separated_at_marks
    from winnow.training.answering.request_prompts import prompt_texts, require_texts
    from winnow.training.packaging.answer_lines import write_prompts

    run = context.run(id_or_path)
    requests = _requests(run, count)
    adapter, _ = _models(run)
    texts = map(separated_at_marks, require_texts(prompt_texts(requests, adapter.chat)))
    keys = [one.key for one in requests]
    write_prompts(path, _messages(adapter, requests), dict(zip(keys, texts, strict=True)))
    return len(requests)


def _requests(run: Run, count: int) -> list[AnswerRequest]:
    """Some answers of validation, the same ones for the same run."""
    from winnow.training.answering.answer_request import requests_of_rows
    from winnow.training.run_facts import AdapterRunFacts
    from winnow.training.run_release import release_of, task_of_run

    release = release_of(run)
    if not isinstance(run.facts, AdapterRunFacts) or not release.kind.holds_dialogues:
        found = f"a run of method {run.facts.method} on a release of kind {release.kind.name}"
        fix = "name a run of method adapter that answers in dialogues"
        raise WinnowError(Problem(run.id, found, "a run with an adapter", fix))
    if count < 1:
        raise WinnowError(Problem(Parameter("count"), str(count), "at least 1 prompt"))
    every = requests_of_rows(release.rows(Split.VALIDATION), task_of_run(run, release), Split.VALIDATION)
    if not every:
        found = "validation has no answer that is learned"
        raise WinnowError(Problem(f"release {release.name}", found, "prompts to ask", "freeze a larger release"))
    return keyed_shuffle(every, run.id)[:count]


def _models(run: Run) -> tuple[AnsweringModel, AnsweringModel]:
    """The model with the adapter, and the base model alone."""
    from winnow.core.model_vocabulary import Precision
    from winnow.training.answering.answering_model import answering_hardware, open_answering_model
    from winnow.training.answering.run_base import base_of_run
    from winnow.training.causal_models import load_network

    adapter = open_answering_model(run)
    on = answering_hardware(Precision(str(run.facts.settings.get("precision", Precision.AUTO))))
    return adapter, replace(adapter, network=load_network(base_of_run(run).folder, on))


def _asked(model: AnsweringModel, requests: Sequence[AnswerRequest], progress: Progress | None) -> dict[str, str]:
    from winnow.training.answering.answer import answers_of_model

    found = answers_of_model(model, requests, progress=progress)
    return {request.key: answer.text for request, answer in zip(requests, found, strict=True)}


def _messages(model: AnsweringModel, requests: Sequence[AnswerRequest]) -> dict[str, Messages]:
    """What a server gets: the messages with roles folded that the template refuses, and control texts separated."""
    from winnow.curation.checks.chat_template.chat_messages import folded
    from winnow.curation.checks.chat_template.role_probe import refused_roles
    from winnow.validators.tools.call_formats import CALL_FORMATS

    refused = refused_roles(model.chat, CALL_FORMATS[requests[0].call_format])
    fields = {one.key: [message.fields for message in folded(one.messages(), refused)] for one in requests}
    return {key: model.chat.for_runtimes(messages) for key, messages in fields.items()}


def _answers_in_files(files: Sequence[Path]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    from winnow.training.packaging.answer_lines import read_answers, require_same_prompts

    if len(files) != 2:
        expected = "two files: the answers of the base model, then those with the adapter"
        raise WinnowError(Problem(Parameter("file"), counted(len(files), "file"), expected, "name both"))
    base, adapter = (read_answers(one) for one in files)
    if files[0] == files[1]:
        raise WinnowError(Problem(Parameter("file"), f"{files[0]} twice", "two files", "name both"))
    require_same_prompts({files[0]: base, files[1]: adapter})
    return base, adapter
