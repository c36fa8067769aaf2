"""The model card of a classifier's package, in the format of the Hugging Face hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from winnow.core.package_vocabulary import PackageTarget
from winnow.curation.releases.card import HUB_LICENSES
from winnow.training.packaging.classifiers.classifier_contents import ClassifierContents
from winnow.training.packaging.classifiers.router_file import RouterFile
from winnow.training.packaging.package_contents import render_text
from winnow.training.packaging.stated_license import stated_license

BUNDLED = "sentence-transformers/all-MiniLM-L6-v2"
"""Hub id of the encoder that is installed with Winnow."""

REQUIREMENTS = {
    PackageTarget.HUGGINGFACE: "torch transformers safetensors",
    PackageTarget.ONNX: "onnxruntime tokenizers numpy",
}
"""What is installed where the package answers."""

LIBRARIES = {PackageTarget.HUGGINGFACE: "transformers", PackageTarget.ONNX: "onnx"}
"""The library as the hub names it."""

SHOWN_LABELS = 200
"""Labels that the card lists; `router.json` has all of them."""


def classifier_card(contents: ClassifierContents, router: RouterFile) -> str:
    """The card as Markdown with front matter."""
    base, release = base_model(contents), contents.release
    return render_text(
        "classifier_card.md",
        {
            "front": _front_matter(contents),
            "name": contents.name,
            "target": str(contents.target),
            "requirements": REQUIREMENTS[contents.target],
            "router": router,
            "rule": contents.rule,
            "base": base,
            "base_hash": contents.source.base_hash,
            "base_license": stated_license(Path(contents.source.base_folder)),
            "method": contents.run.facts.method,
            "example": json.dumps(_example(router), ensure_ascii=False),
            "labels": contents.labels[:SHOWN_LABELS],
            "more_labels": max(0, len(contents.labels) - SHOWN_LABELS),
            "never": contents.never_predicted,
            "counts": release.counts,
            "sources": release.manifest.sources,
            "language": release.task().language,
            "figures": contents.figures,
            "looks": contents.run.looks_at_test(),
        },
    )


def base_model(contents: ClassifierContents) -> str:
    """The encoder's hub id, or the name of its folder: no path of this machine."""
    named = contents.source.base_name
    if named is None:
        return BUNDLED
    return Path(named).name if Path(named).is_dir() else named


def _front_matter(contents: ClassifierContents) -> str:
    named = contents.source.base_name
    front: dict[str, Any] = {
        "license": _hub_license(contents),
        "language": [contents.release.task().language],
        "library_name": LIBRARIES[contents.target],
        "pipeline_tag": "text-classification",
        "tags": ["intent-classification", "routing", "winnow"],
    }
    if named is None or not Path(named).is_dir():
        front["base_model"] = base_model(contents)
    return yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=10_000)


def _hub_license(contents: ClassifierContents) -> str:
    """The one license of base model and sources, as the hub names it; several, or an unknown one, are `other`."""
    base = stated_license(Path(contents.source.base_folder))
    names = {one.license.casefold() for one in contents.release.manifest.sources if one.records} | {base.casefold()}
    only = names.pop() if len(names) == 1 else ""
    return only if only in HUB_LICENSES else "other"


def _example(router: RouterFile) -> dict[str, Any]:
    """The form of an answer."""
    label = router.classes[0]
    return {"label": label, "route": router.routes[label], "confidence": 0.93, "decided_by": "model"}
