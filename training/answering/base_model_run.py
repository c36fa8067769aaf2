"""Method `prompt` for dialogues: the base model with the prompt of the task, as the baseline of an adapter.

Nothing is fitted. The run records what the model reads before a dialogue, and how long its answers may be.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import stable_hash
from winnow.core.model_vocabulary import PromptBackend
from winnow.core.vocabulary import Split
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, open_chat_tokenizer
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.releases.release import Release
from winnow.training.answering.answer_limit import answer_limit
from winnow.training.answering.answer_request import AnswerRequest, requests_of_rows
from winnow.training.answering.expected_answer import expected_text
from winnow.training.answering.native_notation import native_reader
from winnow.training.answering.request_prompts import prompt_texts, require_texts
from winnow.training.answering.run_base import base_name
from winnow.training.causal_models import LocalBase, local_base
from winnow.training.prompted.prompt_settings import PromptSettings
from winnow.training.run_facts import BaseModelFacts, EmbedderFacts, PromptLength, PromptRunFacts, RunIdentity
from winnow.training.runs import RESULT_PACKAGES, CreatedRun, create_run, versions
from winnow.validators.kinds.tools import offered_by_task
from winnow.validators.tools.call_formats import CALL_FORMATS
from winnow.validators.tools.dialogue import Dialogue, Role, Turn
from winnow.validators.tools.openai_messages import openai_tools
from winnow.validators.tools.prompt import prompt_of

PROMPT_FILE = "prompt.json"


def train_base_model(
    release: Release, folder: Path, *, settings: PromptSettings, seed: int, embedder: Embedder | None
) -> CreatedRun:
    """A run of a local model as it is; also returns whether the run is new.

    Raises WinnowError for another backend, or a model whose template cannot write the prompt of the task.
    """
    started = time.perf_counter()
    _require_local(release, settings)
    base, task = local_base(base_name(release, settings.model)), release.task()
    chat = open_chat_tokenizer(base.folder, name=base.requested or "")
    asked = _shortest_request(task)
    prompt = require_texts(prompt_texts([asked], chat))[0]
    if not CALL_FORMATS[task.call_format].in_text:
        native_reader(chat)

    def fill_folder(part: Path, identity: RunIdentity) -> PromptRunFacts:
        (part / PROMPT_FILE).write_text(_prompt_json(asked), encoding="utf-8")
        return _facts(identity, release, chat, base, prompt, embedder, started)

    depends_on = versions((*RESULT_PACKAGES, "peft", "transformers")) | {
        "prompt": stable_hash(prompt, length=16),
        "model": base.weights_hash,
    }
    return create_run(
        folder,
        release,
        method="prompt",
        settings=settings.affecting_answers,
        seed=seed,
        fill_folder=fill_folder,
        depends_on=depends_on,
    )


def longest_answer(requests: list[AnswerRequest], chat: ChatTokenizer) -> int:
    """Tokens of the longest expected answer, as the call format writes it; 0 if there is none."""
    texts = [chat.marked(text) for one in requests if (text := expected_text(one))]
    return max(map(len, chat.token_ids(texts)), default=0) if texts else 0


def _require_local(release: Release, settings: PromptSettings) -> None:
    if settings.backend == PromptBackend.LOCAL:
        return
    place = str(release.path)
    local = command("train", place, method="prompt", set=["backend=local", "model=FOLDER"])
    imported = command("evaluate", place, predictions="FILE", name="NAME")
    fix = f"use a model on this machine, `{local}`, or import what the service answered, `{imported}`"
    found = f"backend={settings.backend}, which only labels texts"
    raise WinnowError(Problem("settings", found, "backend=local for dialogues", fix))


def _shortest_request(task: Task) -> AnswerRequest:
    dialogue = Dialogue((Turn(Role.USER, "?"), Turn(Role.ASSISTANT, "?")), offered_by_task(task))
    return AnswerRequest("prompt", 1, dialogue, "", prompt_of(dialogue, task, Split.TEST), task.call_format)


def _prompt_json(asked: AnswerRequest) -> str:
    facts = {
        "system": asked.prompt.system,
        "tools": openai_tools(asked.prompt.tools),
        "call_format": asked.call_format,
    }
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


def _facts(
    identity: RunIdentity,
    release: Release,
    chat: ChatTokenizer,
    base: LocalBase,
    prompt: str,
    embedder: Embedder | None,
    started: float,
) -> PromptRunFacts:
    from winnow.training.hardware import measure_peak_memory

    task = release.task()
    near = embedder or open_embedder(task.embedder.model, backend=task.embedder.backend)
    learned = requests_of_rows(release.rows(Split.TRAIN), task, Split.TRAIN)
    return PromptRunFacts(
        **dict(identity),
        method="prompt",
        trained_at=utc_now(),
        train_rows=0,
        left_out=0,
        prompts="",
        routes=task.routes,
        embedder=EmbedderFacts.of(near),
        peak_memory=measure_peak_memory(),
        seconds=round(time.perf_counter() - started, 3),
        base=BaseModelFacts.of(base),
        prompt=PromptLength(tokens=len(chat.token_ids([prompt])[0]), counted="by the model's tokenizer"),
        template_sha256=chat.template_sha256,
        call_format=task.call_format,
        answer_limit=answer_limit(longest_answer(learned, chat)),
    )
