"""The training methods by name. To add one, write its module and its settings/NAME.yaml, and add it to METHODS.

Its name is in winnow.core.vocabulary, so that the command line offers it without loading the method.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winnow.core.choices import check_choice
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.model_vocabulary import TrainingMethod
from winnow.core.teacher_vocabulary import TeacherKind
from winnow.curation.releases.release_use import run_command, use_command
from winnow.training import linear
from winnow.training.adapter import adapter_dry_runs, adapter_method
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.distillation.teacher_run import Teacher
from winnow.training.encoder import encoder_method
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.experiment_trackers import require_tracker
from winnow.training.predictions import Predictions
from winnow.training.prompted import prompt_method, prompt_settings
from winnow.training.runs import CreatedRun, Run, open_run
from winnow.training.settings_file import check_settings
from winnow.validators.kinds import KINDS

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.releases.release import Release
    from winnow.training.adapter.adapter_plan import AdapterPlan, TargetCheck
    from winnow.training.encoder.dry_run import DryRunEstimate
    from winnow.training.packaging.target_rules import TargetRules


@dataclass(frozen=True)
class Method:
    """How a method trains on a release, and how its runs predict."""

    settings: type[Any]
    """The dataclass of its settings."""
    train: Callable[..., CreatedRun]
    predict: Callable[..., Predictions]
    dry_run: Callable[..., DryRunEstimate | AdapterPlan] | None = None
    """Only for methods that train in steps; these can also report to an experiment tracker (`report_to`)."""
    check_target: Callable[..., TargetCheck] | None = None
    """Only for methods whose runs are packaged for runtimes; their dry run takes a `target`."""
    teacher: TeacherKind | None = None
    """Only for methods that learn from a teacher: what the setting `teacher` names."""


MAX_SEED = 2**32 - 1
"""NumPy's generator, which scikit-learn and PyTorch's trainer seed too, takes no larger one."""

METHODS: dict[str, Method] = {
    TrainingMethod.LINEAR: Method(linear.LinearSettings, linear.train, linear.predict, teacher=TeacherKind.RUN),
    TrainingMethod.ENCODER: Method(
        EncoderSettings,
        encoder_method.train,
        encoder_method.predict,
        encoder_method.dry_run,
        teacher=TeacherKind.RUN,
    ),
    TrainingMethod.ADAPTER: Method(
        AdapterSettings,
        adapter_method.train,
        adapter_method.predict,
        adapter_dry_runs.dry_run,
        adapter_dry_runs.check_target,
        TeacherKind.FILE,
    ),
    TrainingMethod.PROMPT: Method(prompt_settings.PromptSettings, prompt_method.train, prompt_method.predict),
}


def train(
    release: Release,
    folder: Path,
    *,
    method: str,
    seed: int,
    settings: Mapping[str, Any] | None = None,
    report_to: str | None = None,
    **how: Any,
) -> CreatedRun:
    """Train with a method into a folder of runs; also returns whether the run is new.

    `how` is passed on to the method: `embedder`, `vectors_cache`, `progress`, and the `teacher` that the settings name,
    which is otherwise opened by its path. Raises WinnowError for an unknown method, and for each setting that is
    unknown or out of range, the seed included, or an experiment tracker that is not installed.
    """
    chosen = method_named(method)
    _require_trained_kind(release, method)
    checked = _checked_settings(chosen, settings, seed)
    if report_to:
        _require_step_training(chosen, method, "report_to")
        require_tracker(report_to)
        how["report_to"] = report_to
    how |= _teacher(chosen, checked, how)
    return chosen.train(release, folder, settings=checked, seed=seed, **how)


def dry_run(
    release: Release,
    *,
    method: str,
    seed: int,
    settings: Mapping[str, Any] | None = None,
    target: TargetRules | None = None,
    **how: Any,
) -> DryRunEstimate | AdapterPlan:
    """Train ten steps and estimate the seconds and memory of the whole training; nothing is kept.

    `how` may be the `teacher`, as in `train`. With `target`, the result also says what that runtime would refuse.
    Raises WinnowError for an unknown method or setting, or for a method that does not train in steps or is not
    packaged.
    """
    chosen = method_named(method)
    _require_trained_kind(release, method)
    checked = _checked_settings(chosen, settings, seed)
    estimate = _require_step_training(chosen, method, "dry_run")
    if target is None:
        return estimate(release, settings=checked, seed=seed, **_teacher(chosen, checked, how))
    _require_packaged(chosen, method)
    return estimate(release, settings=checked, seed=seed, target=target)


def check_target(
    release: Release, *, method: str, seed: int, settings: Mapping[str, Any] | None = None, target: TargetRules
) -> TargetCheck:
    """What a runtime would refuse about a run before it is trained.

    Raises WinnowError for an unknown method or setting, or for a method that is not packaged.
    """
    chosen = method_named(method)
    _require_trained_kind(release, method)
    checked = _checked_settings(chosen, settings, seed)
    return _require_packaged(chosen, method)(release, settings=checked, seed=seed, target=target)


def predict(
    run: Run, texts: Sequence[str], *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> Predictions:
    """Predict labels with a run's model, of any method."""
    return METHODS[run.facts.method].predict(run, texts, vectors_cache=vectors_cache, progress=progress)


def method_named(name: str) -> Method:
    """A method by its name.

    Raises WinnowError when there is no such method.
    """
    return METHODS[check_choice("method", name, METHODS)]


def _require_trained_kind(release: Release, method: str) -> None:
    """Raises WinnowError for a release of a kind that the method trains no models for."""
    kind = release.kind
    if method in kind.training_methods:
        return
    found, place = f"kind: {kind.name}", str(release.path)
    if kind.training_methods:
        expected = f"a method for it: {', '.join(kind.training_methods)}"
        fix = f"run `{use_command(kind, place)}`"
        raise WinnowError(Problem(f"release {release.name}", f"{found}, method {method}", expected, fix))
    trained = ", ".join(name for name, one in KINDS.items() if one.training_methods)
    fix = (
        f"export it with `{use_command(kind, place)}` and train with other software; "
        f"`{run_command(kind, place)}` reads the labels that it predicts"
    )
    raise WinnowError(Problem(f"release {release.name}", found, f"a kind that models are trained for: {trained}", fix))


def _checked_settings(chosen: Method, settings: Mapping[str, Any] | None, seed: int) -> Any:
    """The settings of a method. Raises WinnowError with all that is wrong with them and with the seed."""
    problems = []
    if not 0 <= seed <= MAX_SEED:
        problems.append(Problem(Parameter("seed"), str(seed), f"a whole number from 0 to {MAX_SEED}"))
    try:
        checked = check_settings(chosen.settings, settings or {})
    except WinnowError as error:
        raise WinnowError([*problems, *error.problems]) from None
    if problems:
        raise WinnowError(problems)
    return checked


def _teacher(chosen: Method, settings: Any, how: Mapping[str, Any]) -> dict[str, Teacher]:
    """The run that the settings name as teacher, as a keyword argument; nothing without one."""
    if chosen.teacher != TeacherKind.RUN or settings.teacher is None:
        return {}
    return {"teacher": Teacher(how.get("teacher") or open_run(Path(settings.teacher)), predict)}


def _require_packaged(chosen: Method, name: str) -> Callable[..., TargetCheck]:
    if chosen.check_target is None:
        known = ", ".join(known for known, one in METHODS.items() if one.check_target)
        found = f"runs of method {name} are not packaged"
        raise WinnowError(Problem(Parameter("for"), found, f"one of the methods {known}", "leave it out"))
    return chosen.check_target


def _require_step_training(chosen: Method, name: str, parameter: str) -> Callable[..., DryRunEstimate | AdapterPlan]:
    if chosen.dry_run is None:
        known = ", ".join(known for known, one in METHODS.items() if one.dry_run)
        found = f"method {name} does not train in steps"
        raise WinnowError(Problem(Parameter(parameter), found, f"one of the methods {known}", "leave it out"))
    return chosen.dry_run
