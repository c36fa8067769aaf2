"""What identifies a generation run: the same request for the same task continues it."""

from __future__ import annotations

from typing import Any

from winnow.config.task import Task
from winnow.core.hashing import file_sha256, stable_hash
from winnow.core.model_vocabulary import GeneratorName
from winnow.curation.store.generation_runs import RunSpec
from winnow.generators.generation_request import GenerationRequest
from winnow.generators.llm.model_roles import ModelRoles
from winnow.generators.plan import GenerationPlan
from winnow.generators.prompts.prompt_file import prompt_versions
from winnow.validators.kinds import kind_of

QUERY_PROMPTS = {GeneratorName.CONTRASTS: ("contrasts", "judge"), GeneratorName.NEGATIVES: ("negatives",)}
"""The prompts of generators for queries; the others have that of the kind of queries."""

DIALOGUE_PROMPTS = {
    GeneratorName.DIALOGUES: ("dialogues", "dialogue_results", "dialogue_continuations"),
    GeneratorName.CONTRASTS: ("dialogue_contrasts", "dialogue_judge"),
}

PLANNED_SETTINGS = ("judge", "effort", "task", "assistant")
"""What identifies a run that carries out a part of a plan, besides the part."""


def run_spec(task: Task, request: GenerationRequest, model_roles: ModelRoles, plan: GenerationPlan | None) -> RunSpec:
    """The specification of a run. Budget, batch API and polling are not part of it."""
    settings = {
        "labels": list(request.labels),
        "pairs": [list(pair) for pair in request.pairs],
        "kind": request.kind,
        "count": request.count,
        "until": request.until,
        "plan": file_sha256(request.plan)[:16] if request.plan else "",
        "judge": model_roles.judge.choice.model if model_roles.judge else "",
        "effort": model_roles.writer.choice.effort,
        "task": stable_hash(task.model_dump_json(include={"labels", "fallback"}), length=16),
    }
    settings |= _of_dialogues(task, request)
    if request.part is not None:
        kept = (name for name in PLANNED_SETTINGS if name in settings)
        settings = {name: settings[name] for name in kept} | dict(request.part.facts)
    generator = request.generator if request.kind == "examples" else request.kind
    return RunSpec(generator, _versions(task, request, plan), model_roles.writer.choice.model, settings)


def _of_dialogues(task: Task, request: GenerationRequest) -> dict[str, Any]:
    """What else identifies a run that writes dialogues."""
    if not kind_of(task).holds_dialogues:
        return {}
    assistant = (task.tool_schemas_text, task.system_prompt_text, task.call_format, *task.splits.hold_out_tools)
    named = {"tools": list(request.tools), "behaviors": list(request.behaviors)}
    return {**named, "assistant": stable_hash(*assistant, length=16)}


def _versions(task: Task, request: GenerationRequest, plan: GenerationPlan | None) -> str:
    if kind_of(task).holds_dialogues:
        return prompt_versions(*DIALOGUE_PROMPTS[GeneratorName(request.generator)], "dialogue_task")
    own = QUERY_PROMPTS.get(GeneratorName(request.generator))
    names = own or (request.kind, *(["regions"] if plan and plan.regions else []))
    return prompt_versions(*names, "task")
