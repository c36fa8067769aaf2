"""What a run of the method `prompt` sends: the task with train rows as examples, saved in full with the run."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from winnow.config.task import EndpointConfig, Task
from winnow.core.example import fold_key
from winnow.core.hashing import keyed_hash
from winnow.core.model_vocabulary import PromptBackend
from winnow.core.vocabulary import HOLD_OUT_SPLITS
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.curation.checks.task_texts import without_hold_out_texts
from winnow.curation.releases.release import Release
from winnow.generators.llm.model_roles import chosen_effort
from winnow.generators.llm.request import CLAUDE, LlmRequest, ModelChoice, list_schema, make_request
from winnow.generators.prompts.prompt_file import PromptFile, load_prompt, prompt_versions
from winnow.generators.prompts.prompt_task import shared_prompt
from winnow.training.prompted.prompt_settings import PromptSettings

ROUTER_PROMPT_FILE = "prompt.json"

ANSWER_FIELDS = {"query": int, "reason": str, "target": str}
"""Fields of an answer and their types; `confidence` is a number of either kind."""


@dataclass(frozen=True)
class RouterPrompt:
    """Everything that determines the requests, saved with the run: a newer Winnow sends an older run's wording."""

    backend: str
    model: str
    effort: str
    cached: bool
    per_request: int
    classes: list[str]
    """In the order of the class ids."""
    fallback: str | None
    shared: str
    """The task and its labels."""
    own: str
    """The template of the part about the texts."""
    prompts: str
    """Versions of the prompt files."""
    shown: list[str]
    """Ids of the train rows that the prompt shows."""
    left_out: int
    """Texts of the task file that are not shown, or only in part, because a hold-out row repeats them."""

    provider: str = CLAUDE
    """Whose wire format requests are sent in."""

    def request(self, texts: list[str]) -> LlmRequest:
        """The request for some texts: the same texts, the same request."""
        model_choice = ModelChoice(self.model, self.effort, self.cached, self.provider)
        asked = [{"query": number, "text": text} for number, text in enumerate(texts)]
        return make_request(
            model_choice,
            shared=self.shared,
            own=self.render(queries=asked),
            schema=self._schema(),
            items=len(texts),
        )

    def render(self, **values: object) -> str:
        """The part of the request about the texts."""
        return PromptFile("own", "", "", self.own).render(**values)

    def _schema(self) -> dict[str, Any]:
        """The reason precedes the target, so that the model reasons before it decides."""
        return list_schema(
            "routes",
            {
                "query": {"type": "integer"},
                "reason": {"type": "string"},
                "target": {"type": "string", "enum": self.classes},
                "confidence": {"type": "number"},
            },
        )


def build_router_prompt(release: Release, settings: PromptSettings, *, seed: int) -> RouterPrompt:
    """Render the prompt from the release's own task file.

    No hold-out text is shown: what the task file repeats of one, and train rows that repeat one, are left out.
    """
    task = release.task()
    local = settings.backend == PromptBackend.LOCAL
    endpoint = settings.endpoint or task.generate.endpoint
    remote = endpoint if settings.backend == PromptBackend.ENDPOINT else EndpointConfig()
    hold_out = HoldOutTexts.of_texts(text for split in HOLD_OUT_SPLITS for text in release.rows(split)["text"])
    shown_task, left_out = without_hold_out_texts(task, hold_out)
    chosen = _rows_to_show(
        release, settings.examples_per_label, seed, known=set(_examples(shown_task)), hold_out=hold_out
    )
    labels = [
        one.model_copy(update={"examples": [*one.examples, *(text for _, text in chosen.get(one.name, ()))]})
        for one in shown_task.labels
    ]
    names = ("router_local" if local else "router", "router_task")
    return RouterPrompt(
        backend=settings.backend,
        model=settings.model or ("" if local else task.generate.model),
        effort=settings.effort or chosen_effort(task.generate, remote),
        cached=task.generate.cache,
        per_request=settings.per_request,
        classes=release.labels,
        fallback=task.fallback,
        shared=shared_prompt(task.model_copy(update={"labels": labels}), "router_task"),
        own=load_prompt(names[0]).text,
        prompts=prompt_versions(*names),
        shown=sorted(identity for rows in chosen.values() for identity, _ in rows),
        left_out=len(left_out),
        provider=remote.provider,
    )


def save_router_prompt(router: RouterPrompt, folder: Path) -> None:
    """Save the prompt in a run's folder."""
    text = json.dumps(asdict(router), indent=1, ensure_ascii=False)
    (folder / ROUTER_PROMPT_FILE).write_text(text + "\n", encoding="utf-8")


def load_router_prompt(folder: Path) -> RouterPrompt:
    """Load the prompt of a run."""
    return RouterPrompt(**json.loads((folder / ROUTER_PROMPT_FILE).read_text(encoding="utf-8")))


def _examples(task: Task) -> Iterable[str]:
    return (fold_key(text) for label in task.labels for text in label.examples)


def _rows_to_show(
    release: Release, per_label: int, seed: int, *, known: Set[str], hold_out: HoldOutTexts
) -> dict[str, list[tuple[str, str]]]:
    """Ids and texts of train rows by label: synthetic rows last, otherwise in an order that follows from the seed."""
    if not per_label:
        return {}
    rows = release.rows("train")
    columns = (rows[name] for name in ("id", "text", "label", "origin"))
    ranked = sorted(
        zip(*columns, strict=True), key=lambda row: (row[3] == "synthetic", keyed_hash(seed, row[0]))
    )  # rows are sorted by id, and equal keys keep that order
    chosen: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for identity, text, label, _ in ranked:
        if len(chosen[label]) < per_label and fold_key(text) not in known and not hold_out.contain(text):
            chosen[label].append((identity, text))
    return chosen
