"""Pack a run for the runtime that serves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.choices import check_choice
from winnow.core.commands import command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.model_vocabulary import TrainingMethod
from winnow.core.package_vocabulary import ADAPTER_TARGETS, CLASSIFIER_TARGETS, PackageTarget, PackedFormat
from winnow.operations._context import Context, WorkspaceContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from winnow.core.progress import Progress
    from winnow.training.packaging.built_package import BuiltPackage
    from winnow.training.packaging.target_rules import TargetRules
    from winnow.training.runs import Run

PACKAGES_FOLDER = "packages"
"""Where packages are written, in the workspace or in the folder of the command."""

TARGETS_OF_METHODS: dict[str, tuple[PackageTarget, ...]] = {
    TrainingMethod.LINEAR: CLASSIFIER_TARGETS,
    TrainingMethod.ENCODER: CLASSIFIER_TARGETS,
    TrainingMethod.ADAPTER: ADAPTER_TARGETS,
}
"""What the runs of a method are packed for; runs of other methods have no weights of their own."""


@dataclass(frozen=True)
class PackageRequest:
    """What is packed and how."""

    target: PackageTarget
    rules: TargetRules | None = None
    """The rules of a target of adapters."""
    quantize: PackedFormat | None = None
    """A further number format of the weights."""
    vectors_cache: Path | None = None
    progress: Progress | None = None


@dataclass(frozen=True)
class PackageToWrite:
    """A run that was checked; `write` writes its package into a folder."""

    write: Callable[[Path], BuiltPackage]


def package(
    context: Context,
    id_or_path: str | Path,
    *,
    target: str,
    name: str | None = None,
    out: Path | None = None,
    rules: Path | None = None,
    quantize: str | None = None,
    progress: Progress | None = None,
) -> BuiltPackage:
    """Write the package of a run for a target, by default to `packages/NAME-TARGET`.

    `rules` is a file that replaces the rules of a target of adapters; `quantize` adds weights in another number format.
    In a workspace, a run that lies elsewhere is copied into it first, and the name is recorded before anything is
    written, and never given to another run; elsewhere there is no record of names. Raises GateError with every rule
    that the run violates or row that the package answers otherwise, and WinnowError for a run that cannot be packed for
    the target; nothing is written then.
    """
    from winnow.operations.adopt_runs import copy_into_workspace
    from winnow.training.packaging.built_package import default_name

    request = _checked_request(target, rules, quantize, context.vectors_cache, progress)
    run = context.run(id_or_path)
    _require_target(run, request.target)
    if isinstance(context, WorkspaceContext):
        run = copy_into_workspace(context, run)
    named = name if name is not None else default_name(run.id)
    prepared = _PREPARE[request.target](run, request, named, _used_names(context, target))
    if isinstance(context, WorkspaceContext):
        _record_name(context, run.id, target, named)
    root = context.folder.root if isinstance(context, WorkspaceContext) else Path()
    return prepared.write(out or root / PACKAGES_FOLDER / f"{named}-{target}")


def _checked_request(
    target: str, rules: Path | None, quantize: str | None, vectors_cache: Path | None, progress: Progress | None
) -> PackageRequest:
    """The request.

    Raises WinnowError for an unknown target or number format, for parts that do not go together, and for a file that
    holds no rules of the target.
    """
    from winnow.training.packaging.target_rules import rules_of

    chosen = check_choice("for", target, PackageTarget)
    weights = check_choice("quantize", quantize, PackedFormat) if quantize is not None else None
    if rules is not None and chosen not in ADAPTER_TARGETS:
        expected = f"one of the targets {', '.join(ADAPTER_TARGETS)}"
        raise WinnowError(Problem(Parameter("rules"), f"{chosen} has no rules", expected, "leave it out"))
    if weights is not None and chosen != PackageTarget.ONNX:
        found = f"weights for {chosen} are not quantized here"
        raise WinnowError(Problem(Parameter("quantize"), found, f"the target {PackageTarget.ONNX}", "leave it out"))
    own_rules = rules_of(chosen, rules) if chosen in ADAPTER_TARGETS else None
    return PackageRequest(chosen, own_rules, weights, vectors_cache, progress)


def _require_target(run: Run, target: PackageTarget) -> None:
    """Raises WinnowError for a run whose method is not packed for the target, with what it is packed for."""
    possible = TARGETS_OF_METHODS.get(run.facts.method, ())
    if target in possible:
        return
    methods = ", ".join(method for method, targets in TARGETS_OF_METHODS.items() if target in targets)
    fix = f"name a run of method {methods}"
    if possible:
        fix = f"run `{command('package', run.id, for_=possible[-1].value)}`, or {fix}"
    expected = f"one of {', '.join(possible)}" if possible else "a run with weights of its own"
    raise WinnowError(Problem(run.id, f"a run of method {run.facts.method}, for {target}", expected, fix))


def _prepare_adapter(run: Run, request: PackageRequest, name: str, used_names: Mapping[str, str]) -> PackageToWrite:
    from winnow.training.packaging.build_package import build_package, package_contents

    assert request.rules is not None  # every target of adapters has them
    contents = package_contents(run, request.rules, name=name, used_names=used_names)
    return PackageToWrite(lambda folder: build_package(contents, folder))


def _prepare_classifier(run: Run, request: PackageRequest, name: str, used_names: Mapping[str, str]) -> PackageToWrite:
    from winnow.training.packaging.classifiers.build_classifier_package import (
        build_classifier_package,
        classifier_contents,
    )

    contents = classifier_contents(
        run,
        request.target,
        name=name,
        used_names=used_names,
        quantize=request.quantize,
        vectors_cache=request.vectors_cache,
        progress=request.progress,
    )
    return PackageToWrite(lambda folder: build_classifier_package(contents, folder, progress=request.progress))


Prepare = Callable[["Run", PackageRequest, str, "Mapping[str, str]"], PackageToWrite]

_PREPARE: dict[PackageTarget, Prepare] = {
    **dict.fromkeys(ADAPTER_TARGETS, _prepare_adapter),
    **dict.fromkeys(CLASSIFIER_TARGETS, _prepare_classifier),
}
"""What checks a run for a target and then writes its package."""


def _used_names(context: Context, target: str) -> dict[str, str]:
    from winnow.curation.store.remote_names import used_names

    if not isinstance(context, WorkspaceContext):
        return {}
    with context.store.reading() as connection:
        return used_names(connection, target)


def _record_name(workspace: WorkspaceContext, run: str, target: str, name: str) -> None:
    """Record the name of a run in a runtime. Raises WinnowError when another process gave it to another run."""
    from winnow.curation.store.remote_names import RemotePlace, store_remote_name, used_names

    with workspace.store.writing() as connection:
        user = used_names(connection, target).get(name)
        if user not in (None, run):
            found, fix = f"name {name!r} is that of run {user}", "give the package another name"
            raise WinnowError(Problem(target, found, "a name that no other run had", fix))
        store_remote_name(connection, RemotePlace(target, name), run)
