"""The model of a run in 32 bits: what the graph and the weights of a package are written from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Device, Pooling, Precision, TrainingMethod
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.embedders.model_files import refuse_pickles
from winnow.curation.engine.linear_probe import LinearProbe, load_probe
from winnow.training.encoder.batched_inference import compute_logits
from winnow.training.encoder.encoder_classifier import BaseEncoder, EncoderClassifier, load_base_encoder
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.lora_adapter import load_classes, load_merged
from winnow.training.hardware import detect_hardware
from winnow.training.linear import MODEL_FILE
from winnow.training.predictions import Predictions
from winnow.training.run_facts import EncoderRunFacts, Hardware, LinearRunFacts
from winnow.training.runs import Run
from winnow.training.settings_file import check_settings

PLAIN_POOLINGS = (Pooling.MEAN, Pooling.CLS)
"""The ways to pool that `route.py` knows."""


@dataclass(frozen=True)
class ClassifierSource:
    """A run's classifier, computed in 32 bits on the CPU."""

    model: EncoderClassifier
    classes: list[str]
    """The outputs of its head."""
    tokenizer: Any
    pooling: Pooling
    max_length: int
    """Tokens of a text that are read."""
    base_folder: str
    """The folder of the sentence encoder that the run was trained on."""
    base_name: str | None
    """The folder or hub id as it was requested; None for the bundled model."""
    base_hash: str
    """Hash of its files."""
    computed_here: str
    """How Winnow computes the run's predictions on this machine."""
    exact_here: bool
    """Whether that is in 32 bits too."""
    exact: Callable[[Sequence[str]], Predictions]
    """The run's predictions in 32 bits, by the code that predicts, text for text without padding."""


def open_source(run: Run) -> ClassifierSource:
    """The classifier of a run.

    Raises WinnowError when its encoder cannot be loaded, or is a pipeline that no package can hold.
    """
    return SOURCES[run.facts.method](run)


def _encoder_source(run: Run) -> ClassifierSource:
    facts = run.facts_of(EncoderRunFacts)
    settings = check_settings(EncoderSettings, facts.settings)
    embedder = open_embedder(facts.base.model, backend="torch")
    base = _load_base(run, embedder.folder, facts.pooling, prompt=settings.prompt)
    model, classes = load_merged(base, run.path, _exact_hardware()), load_classes(run.path)
    here = detect_hardware(settings.precision)

    def exact(texts: Sequence[str]) -> Predictions:
        from scipy.special import softmax

        tokens = base.tokenize(texts, settings.max_length)
        return Predictions(classes, softmax(compute_logits(model, tokens), axis=1))

    return ClassifierSource(
        model=model,
        classes=classes,
        tokenizer=base.tokenizer,
        pooling=base.pooling,
        max_length=min(settings.max_length, base.max_tokens),
        base_folder=embedder.folder,
        base_name=facts.base.model,
        base_hash=embedder.weights_hash,
        computed_here=f"{here.precision} (torch, {here.device})",
        exact_here=here.precision == Precision.F32,
        exact=exact,
    )


def _linear_source(run: Run) -> ClassifierSource:
    stated = run.facts_of(LinearRunFacts).embedder
    here = open_embedder(stated.model, backend=stated.backend)
    pipeline = open_embedder(stated.model, backend="torch")
    base = _load_base(run, pipeline.folder, Pooling.OWN, prompt="")  # method `linear` embeds without a prompt
    probe = load_probe(run.path / MODEL_FILE)
    return ClassifierSource(
        model=_with_head(base, probe),
        classes=probe.classes,
        tokenizer=base.tokenizer,
        pooling=base.pooling,
        max_length=min(pipeline.max_tokens, base.max_tokens),
        base_folder=pipeline.folder,
        base_name=stated.model,
        base_hash=pipeline.weights_hash,
        computed_here=f"{here.precision} ({here.backend})",
        exact_here=here.precision == Precision.F32,
        exact=lambda texts: Predictions(
            probe.classes, probe.probabilities(pipeline.encode(list(texts))).astype("float64")
        ),
    )


def _with_head(base: BaseEncoder, probe: LinearProbe) -> EncoderClassifier:
    with torch.random.fork_rng():  # a new head is initialized randomly
        model = base.classifier(len(probe.classes))
    model.head.load_state_dict({"weight": torch.from_numpy(probe.weights), "bias": torch.from_numpy(probe.bias)})
    return model.eval()


def _load_base(run: Run, folder: str, pooling: Pooling, *, prompt: str | None) -> BaseEncoder:
    """The encoder in a folder, with its own prompt for None.

    Raises WinnowError when it does more than a package computes.
    """
    refuse_pickles(Path(folder))
    base = load_base_encoder(folder, pooling=pooling, prompt=prompt)
    more = {
        f"the prompt {base.prompt!r}": bool(base.prompt),
        "a projection": base.projection is not None,
        f"pooling {base.pooling}": base.pooling not in PLAIN_POOLINGS,
    }
    if any(more.values()):
        found = f"its encoder has {' and '.join(what for what, has_it in more.items() if has_it)}"
        expected = f"an encoder with pooling {' or '.join(PLAIN_POOLINGS)}, without prompt and projection"
        fix = "serve the run with Winnow, or train on another encoder"
        raise WinnowError(Problem(run.id, found, expected, fix))
    return base


def _exact_hardware() -> Hardware:
    return Hardware(device=Device.CPU, precision=Precision.F32, threads=torch.get_num_threads())


SOURCES: dict[str, Callable[[Run], ClassifierSource]] = {
    TrainingMethod.LINEAR: _linear_source,
    TrainingMethod.ENCODER: _encoder_source,
}
"""The methods whose runs are packed as classifiers."""
