"""Turns a generation request into a job: how many queries of which label, pair or region are missing now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.model_vocabulary import GeneratorName
from winnow.core.quota_names import CONTRASTS_PER_PAIR, QUERIES_PER_REGION
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.generators.allocation import allocate
from winnow.generators.generation_request import GenerationRequest
from winnow.generators.job import GenerationJob
from winnow.generators.llm.request import ModelChoice
from winnow.generators.plan import GenerationPlan, LabelNeed
from winnow.generators.query_request import neighbor_labels
from winnow.operations.dialogue_job import plan_dialogues
from winnow.operations.proposal_intake import ProposalIntake

MIN_MISCLASSIFIED = 3
"""Misclassified train rows that a label must have before queries are written to fix its errors."""

MisclassifiedByLabel = Callable[[], Mapping[str, Sequence[Mapping[str, str]]]]
"""Train rows that the out-of-fold probe misclassifies: label to `text` and `predicted`."""


def plan_job(
    request: GenerationRequest,
    plan: GenerationPlan | None,
    intake: ProposalIntake,
    misclassified: MisclassifiedByLabel,
    judge: ModelChoice | None,
    note: Callable[[str], None],
) -> GenerationJob:
    """The job that a request means for the current dataset. Raises WinnowError when nothing is missing.

    `note` receives how many texts of the plan are left out because they repeat a hold-out record.
    """
    if request.generator == GeneratorName.DIALOGUES:
        return plan_dialogues(request, plan, intake, judge)
    per_request = intake.task.generate.per_request
    wanted = request.count or request.until
    if request.generator == "contrasts":
        pairs = dict.fromkeys(request.pairs) or (plan.pairs if plan else dict.fromkeys(intake.task.confusable))
        if not pairs:
            fix = f"run `{command('generate contrasts', pair='A,B')}`, or name pairs under `confusable:`"
            raise WinnowError(Problem(Parameter("pair"), "no pair of labels", "confusable pairs or a plan", fix))
        counts = (
            allocate(wanted, {pair: 2 * (n or 0) for pair, n in pairs.items()})
            if wanted
            else {p: 2 * (n or CONTRASTS_PER_PAIR) for p, n in pairs.items()}
        )
        return GenerationJob(
            GeneratorName.CONTRASTS,
            pairs=[(pair, max(1, n // 2)) for pair, n in counts.items()],
            per_request=per_request,
            until=request.until,
            judge=judge,
        )
    nearby = intake.nearby()
    plan = _without_hold_out(plan, nearby.hold_out_texts, note)
    needs, regions = _label_needs(request, plan, intake, nearby.hold_out_texts, misclassified, wanted), []
    if plan and not request.labels and request.generator == "examples":
        texts = {row.id: row.text for row in nearby.train}
        for region in plan.regions:
            shown = [texts[record] for record in region.records if record in texts]
            if shown:
                regions.append((region, shown, QUERIES_PER_REGION))
    if not needs and not regions:
        raise WinnowError(_nothing_to_do(request))
    generator = GeneratorName(request.generator if request.generator == GeneratorName.NEGATIVES else request.kind)
    return GenerationJob(generator, needs, regions=regions, per_request=per_request, until=request.until, judge=judge)


def _without_hold_out(
    plan: GenerationPlan | None, hold_out: HoldOutTexts, note: Callable[[str], None]
) -> GenerationPlan | None:
    """The plan without the texts that repeat a hold-out record."""
    if plan is None:
        return None
    needs = [replace(need, misclassified=_not_in_hold_out(need.misclassified, hold_out)) for need in plan.needs]
    before, after = (sum(len(need.misclassified) for need in listed) for listed in (plan.needs, needs))
    if before > after:
        note(f"{before - after} of {counted(before, 'text')} of the plan repeat hold-out records, and are not sent.")
    return replace(plan, needs=needs)


def _not_in_hold_out(rows: Sequence[Mapping[str, str]], hold_out: HoldOutTexts) -> list[Mapping[str, str]]:
    """The rows whose `text` does not repeat a hold-out record."""
    return [row for row in rows if not hold_out.contain(row["text"])]


def _nothing_to_do(request: GenerationRequest) -> Problem:
    """Why no query is needed."""
    where = f"generate {request.generator}"
    if request.kind == "fixes":
        found = f"no label has {MIN_MISCLASSIFIED} train rows that the probe misclassifies"
        return Problem(where, found, "errors to fix", f"run `{command('generate examples', kind='ambiguous')}`")
    if request.kind == "ambiguous":
        fix = "name pairs under `confusable:`, or near misses"
        return Problem(where, "no label is confusable with another", "similar labels", fix)
    return Problem(where, "nothing is missing", "labels with too few records", f"run `{command(where, count='N')}`")


def _label_needs(
    request: GenerationRequest,
    plan: GenerationPlan | None,
    intake: ProposalIntake,
    hold_out: HoldOutTexts,
    misclassified: MisclassifiedByLabel,
    wanted: int | None,
) -> list[LabelNeed]:
    """How many queries each label needs: from the plan, else what its target lacks; `wanted` sets the total."""
    task = intake.task
    if request.generator == "negatives":
        labels: Sequence[str] = [task.fallback or ""]
    else:
        labels = request.labels or [name for name in task.label_names if name != task.fallback]
    planned = {need.label: need for need in plan.needs} if plan else {}
    errors: Mapping[str, Sequence[Mapping[str, str]]] = {}
    if request.kind == "fixes":
        errors = {name: _not_in_hold_out(rows, hold_out) for name, rows in misclassified().items()}
        labels = [name for name in labels if len(errors.get(name) or ()) >= MIN_MISCLASSIFIED or name in planned]
    if request.kind == "ambiguous":
        prompt_context = intake.prompt_context()
        labels = [name for name in labels if neighbor_labels(prompt_context, name)]
    have = intake.label_counts()
    missing = {name: max(0, task.targets.per_label - have.get(name, 0)) for name in labels}
    if plan and request.generator != "negatives":
        missing = {name: planned[name].count for name in labels if name in planned}
    counts = allocate(wanted, missing) if wanted else missing
    return [
        replace(
            planned.get(name) or LabelNeed(name, count),
            count=count,
            misclassified=errors.get(name) or (planned[name].misclassified if name in planned else ()),
        )
        for name, count in counts.items()
        if count
    ]
