"""Pack a run that labels texts: files, program, card, and a comparison of the written package with the run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import GateError, Problem
from winnow.core.hashing import json_hash
from winnow.core.model_vocabulary import TrainingMethod
from winnow.core.package_vocabulary import PackageTarget, PackedFormat
from winnow.core.progress import Progress
from winnow.training.evaluation.fit_on_validation import load_or_fit
from winnow.training.packaging.built_package import CARD, BuiltPackage
from winnow.training.packaging.classifiers.classifier_card import REQUIREMENTS, classifier_card
from winnow.training.packaging.classifiers.classifier_contents import ClassifierContents
from winnow.training.packaging.classifiers.classifier_figures import classifier_figures
from winnow.training.packaging.classifiers.classifier_source import open_source
from winnow.training.packaging.classifiers.equality_check import ComparedRows, compared_rows
from winnow.training.packaging.classifiers.graph_export import PACKAGES, require_onnx
from winnow.training.packaging.classifiers.huggingface_package import fill_huggingface_package
from winnow.training.packaging.classifiers.onnx_package import fill_onnx_package
from winnow.training.packaging.classifiers.router_file import RouterFile, read_router_file
from winnow.training.packaging.package_files import write_package
from winnow.training.run_release import release_of
from winnow.training.runs import Run, versions

Fill = Callable[[ClassifierContents, Path, ComparedRows, Progress | None], RouterFile]

FILL_CLASSIFIER: dict[PackageTarget, Fill] = {
    PackageTarget.HUGGINGFACE: fill_huggingface_package,
    PackageTarget.ONNX: fill_onnx_package,
}
"""What writes and compares the files of each target."""

REQUIRE: dict[PackageTarget, Callable[[], None]] = {PackageTarget.ONNX: require_onnx}
"""What has to be installed to write the files of a target."""

WRITING_PACKAGES = {
    PackageTarget.HUGGINGFACE: ("safetensors", "tokenizers", "torch", "transformers", "winnow"),
    PackageTarget.ONNX: (*PACKAGES, "tokenizers", "torch", "transformers", "winnow"),
}
"""Packages whose version can change a byte of what is written."""

IN_32_BITS: dict[str, str] = {
    TrainingMethod.LINEAR: "`embedder: {backend: torch}` in winnow.yaml",
    TrainingMethod.ENCODER: f"`{command('train', 'RELEASE', method='encoder', set='precision=f32')}`",
}
"""How Winnow computes the runs of a method in 32 bits, as packages do."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
"""Names of models on the hub."""


def classifier_contents(
    run: Run,
    target: PackageTarget,
    *,
    name: str,
    used_names: Mapping[str, str],
    quantize: PackedFormat | None = None,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> ClassifierContents:
    """Everything that a package of a run is written from.

    Temperature and threshold are those fitted on validation, which is predicted once. Raises GateError for a name that
    the target does not take or that another run had, and WinnowError for a run whose encoder no package can hold.
    """
    require = REQUIRE.get(target)
    if require is not None:
        require()
    if faults := _name_faults(target, name, run.id, used_names):
        raise GateError(faults)
    release = release_of(run)
    fitted = load_or_fit(run, release, vectors_cache=vectors_cache, progress=progress)
    return ClassifierContents(
        run=run,
        release=release,
        target=target,
        name=name,
        source=open_source(run),
        fitted=fitted,
        figures=classifier_figures(run.path, fallback=fitted.fallback),
        quantize=quantize,
        vectors_cache=vectors_cache,
    )


def build_classifier_package(
    contents: ClassifierContents, folder: Path, *, progress: Progress | None = None
) -> BuiltPackage:
    """Write a package into a folder, and compare it with the run before it appears there.

    Raises WinnowError when something else is there, and GateError with the rows that the package answers otherwise.
    """

    def fill_folder(part: Path) -> None:
        rows = compared_rows(contents, progress=progress)
        router = FILL_CLASSIFIER[contents.target](contents, part, rows, progress)
        router.write(part)
        (part / CARD).write_text(classifier_card(contents, router), encoding="utf-8")

    written = write_package(folder, _stated(contents), fill_folder)
    commands = f"pip install {REQUIREMENTS[contents.target]}\npython {written.folder / 'route.py'} 'a text'\n"
    findings = comparison_sentences(read_router_file(written.folder))
    return BuiltPackage(written.folder, written.new, str(contents.target), contents.name, commands, findings)


def comparison_sentences(router: RouterFile) -> list[str]:
    """What the comparison of a package with its run found."""
    check = router.check
    if check is None:
        return []
    found = [
        f"compared with the run in 32 bits on {counted(check.rows, 'row')} of {check.split}: the same labels, "
        f"{counted(check.decisions_different, 'other answer')} after the threshold, probabilities differ by at most "
        f"{check.max_difference:.1e}",
        f"compared with the run as Winnow computes it here, {check.computed_here}: "
        f"{counted(check.here_labels_different, 'other label')}, "
        f"{counted(check.here_decisions_different, 'other answer')} after the threshold, "
        f"probabilities differ by at most "
        f"{check.here_max_difference:.1e}",
    ]
    if changed := check.here_decisions_different:
        found.append(
            f"evaluate measures the run as Winnow computes it: {changed} of "
            f"{counted(check.rows, 'answer')} of the package are "
            f"other ones than were measured; a run that is trained with {IN_32_BITS[router.method]} is measured as it "
            "is packed"
        )
    if int8 := router.int8:
        found.append(
            f"weights in int8 change {int8.decisions_changed} of {counted(int8.rows, 'answer')} after the threshold; "
            f"{router.model} is in use"
        )
    return found


def _name_faults(target: str, name: str, run: str, used_names: Mapping[str, str]) -> list[Problem]:
    fix = "give the package another name"
    faults = []
    if not NAME.fullmatch(name):
        expected = "letters, digits, dots, hyphens and underscores"
        faults.append(Problem(f"{target} name", f"name {name!r}", expected, fix))
    if used_names.get(name) not in (None, run):
        found = f"name {name!r} is that of run {used_names[name]}"
        faults.append(Problem(f"{target} new_name", found, "a name that no other run had: names are never reused", fix))
    return faults


def _stated(contents: ClassifierContents) -> dict[str, Any]:
    """What `package.json` says about the package: everything that its bytes depend on."""
    facts = contents.run.facts
    return {
        "name": contents.name,
        "target": str(contents.target),
        "run": facts.run,
        "release": {"name": facts.release.name, "sha256": facts.release.sha256},
        "base_hash": contents.source.base_hash,
        "weights": facts.weights,
        "rule": vars(contents.rule),
        "quantize": contents.quantize,
        "evaluations_sha256": json_hash([vars(one) for one in contents.figures]),
        "looks_at_test": contents.run.looks_at_test(),
        "computed_here": contents.source.computed_here,
        "versions": versions(WRITING_PACKAGES[contents.target]),
    }
