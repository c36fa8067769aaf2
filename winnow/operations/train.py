"""Train on a release, or estimate in a dry run what training would take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.errors import GateError, Parameter, Problem, WinnowError
from winnow.operations._context import Context
from winnow.operations.find_teacher import find_teacher

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.releases.release import Release
    from winnow.training.adapter.adapter_plan import AdapterPlan
    from winnow.training.encoder.dry_run import DryRunEstimate
    from winnow.training.packaging.target_rules import TargetRules
    from winnow.training.runs import CreatedRun


def train(  # noqa: PLR0913  (the options of the command)
    context: Context,
    name_or_path: str | Path,
    *,
    method: str = "linear",
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    teacher: str | None = None,
    report_to: str | None = None,
    target: TargetRules | None = None,
    folds: int | None = None,
    progress: Progress | None = None,
) -> CreatedRun:
    """Train on a release by any method; a release folder is all it needs. The same settings give the same run.

    `teacher` is the setting of this name: the id or path of a run, or for an adapter a file of answers.
    With `target`, the rules of a runtime, nothing is trained that it would refuse. With `folds`, the method is also
    cross-validated on train, as `stored_folds` of the run then says.
    Raises GateError with everything that it would refuse.
    """
    from winnow.training.folds.cross_validation import cross_validate, require_folds
    from winnow.training.methods import train as train_method

    release = context.release(name_or_path)
    taught = find_teacher(context, method, settings, teacher)
    if folds is not None:
        require_folds(release, method=method, folds=folds, settings=taught.settings)
    if target is not None:
        _require_target(release, method=method, seed=seed, settings=taught.settings, target=target)
    created = train_method(
        release,
        context.runs_folder,
        method=method,
        seed=seed,
        settings=taught.settings,
        embedder=context.embedder(),
        vectors_cache=context.vectors_cache,
        report_to=report_to,
        progress=progress,
        **taught.teacher,
    )
    context.record_run(created.run)
    if folds is not None:
        cross_validate(created.run, release, folds=folds, vectors_cache=context.vectors_cache, progress=progress)
    return created


def _require_target(
    release: Release, *, method: str, seed: int, settings: Mapping[str, Any] | None, target: TargetRules
) -> None:
    from winnow.training.methods import check_target

    checked = check_target(release, method=method, seed=seed, settings=settings, target=target)
    if checked.faults:
        raise GateError([Problem(one.where, one.found, one.expected, one.fix) for one in checked.faults])


def target_rules(target: str | None, rules: Path | None) -> TargetRules | None:
    """The rules of a runtime, from a file if one is given; None without a runtime.

    Raises WinnowError for an unknown runtime or a file that holds no rules of it.
    """
    from winnow.training.packaging.target_rules import rules_of

    if target is None:
        if rules is not None:
            raise WinnowError(Problem(Parameter("rules"), "rules without a runtime", "a runtime, too", "name it"))
        return None
    return rules_of(target, rules)


def estimate_training(
    context: Context,
    name_or_path: str | Path,
    *,
    method: str,
    seed: int,
    settings: Mapping[str, Any] | None = None,
    teacher: str | None = None,
    target: TargetRules | None = None,
) -> DryRunEstimate | AdapterPlan:
    """Take ten steps of a training and estimate the seconds and memory of the whole; nothing is kept.

    With `target`, the plan of an adapter also says what this runtime would refuse.
    """
    from winnow.training.methods import dry_run

    release = context.release(name_or_path)
    taught = find_teacher(context, method, settings, teacher)
    return dry_run(release, method=method, seed=seed, settings=taught.settings, target=target, **taught.teacher)


def method_settings(method: str, *, file: Path | None, changes: Sequence[str]) -> dict[str, Any]:
    """The settings of a method, from a file, or the shipped one of this name, and `KEY=VALUE` overrides."""
    from winnow.training.methods import method_named
    from winnow.training.settings_file import read_settings
    from winnow.training.sizing.shipped_settings import settings_path

    return read_settings(method_named(method).settings, file=file and settings_path(file), changes=changes)
