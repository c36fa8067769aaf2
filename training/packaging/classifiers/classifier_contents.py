"""What the package of a classifier is written from: the run, its release, its rule, and its model in 32 bits."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.package_vocabulary import PackageTarget, PackedFormat
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import Release
from winnow.training.evaluation.confidence_facts import FallbackThreshold, FittedParameters
from winnow.training.evaluation.temperature import MIN_PROBABILITY
from winnow.training.packaging.classifiers.classifier_source import ClassifierSource
from winnow.training.packaging.classifiers.router_file import FittedOn, PackedRelease, RouterFile
from winnow.training.packaging.package_figures import CardFigure
from winnow.training.routing.answer_rule import AnswerRule, fitted_rule
from winnow.training.runs import Run

TOKENIZER_FILE = "tokenizer.json"


@dataclass(frozen=True)
class ClassifierContents:
    """A run that labels texts, and what its package says."""

    run: Run
    release: Release
    target: PackageTarget
    name: str
    source: ClassifierSource
    fitted: FittedParameters
    figures: Sequence[CardFigure]
    quantize: PackedFormat | None = None
    """A further number format of the weights."""
    vectors_cache: Path | None = None
    """Where Winnow keeps vectors of texts, for the comparison with the run."""

    @property
    def rule(self) -> AnswerRule:
        """Temperature, threshold and fallback label, as they were fitted."""
        return fitted_rule(self.fitted)

    @property
    def labels(self) -> list[str]:
        """Every label of the release, in the order of the class ids."""
        return self.release.labels

    @property
    def never_predicted(self) -> list[str]:
        """Labels without a train row."""
        return [label for label in self.labels if label not in set(self.source.classes)]

    def router_file(self, **more: Any) -> RouterFile:
        """What `router.json` states; `more` are the fields of the target."""
        rule, facts = self.rule, self.run.facts
        return RouterFile(
            run=self.run.id,
            method=facts.method,
            release=PackedRelease.of(facts.release),
            labels=self.labels,
            classes=self.source.classes,
            routes={label: facts.routes.get(label) for label in self.labels},
            pooling=self.source.pooling,
            max_length=self.source.max_length,
            pad_id=int(self.source.tokenizer.pad_token_id or 0),
            temperature=rule.temperature,
            smallest_probability=MIN_PROBABILITY,
            threshold=rule.threshold,
            fallback=rule.fallback,
            fitted_on=FittedOn(split=self.fitted.split, rows=self.fitted.rows),
            rule=rule_in_words(rule, self.fitted.fallback_threshold),
            **more,
        )


def rule_in_words(rule: AnswerRule, fitted: FallbackThreshold | NotMeasured) -> str:
    """What becomes of the logits of a text; for a model that always answers, why no threshold was fitted."""
    calibrated = f"The logits are divided by the temperature {rule.temperature:.4g}, which gives the probabilities."
    if rule.threshold <= 0:
        why = f" ({fitted.why})" if isinstance(fitted, NotMeasured) else ""
        return f"{calibrated} The most likely label is the answer, without a threshold{why}."
    fallback = "no label" if rule.fallback is None else f"`{rule.fallback}`"
    return (
        f"{calibrated} The most likely label is the answer where its probability is at least {rule.threshold:.4g}; "
        f"below that, the answer is {fallback}."
    )


def write_labels(contents: ClassifierContents, config: Any) -> None:
    """State the labels of the release in the configuration of an encoder, in the order of the class ids."""
    config.id2label = dict(enumerate(contents.labels))
    config.label2id = {label: place for place, label in enumerate(contents.labels)}


def write_tokenizer(contents: ClassifierContents, folder: Path) -> None:
    """Write the tokenizer that the run reads with, as both libraries read it: transformers, and tokenizers alone."""
    tokenizer = deepcopy(contents.source.tokenizer)
    tokenizer.model_max_length = contents.source.max_length
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.save_pretrained(folder)
