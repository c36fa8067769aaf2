"""A package for transformers: the encoder's weights with LoRA merged, the head, and the program that calls them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.package_vocabulary import PackageTarget
from winnow.core.progress import Progress
from winnow.training.encoder.encoder_folder import read_encoder_folder
from winnow.training.encoder.pretrained_encoder import ENCODER_CLASSES
from winnow.training.packaging.classifiers.classifier_contents import ClassifierContents, write_labels, write_tokenizer
from winnow.training.packaging.classifiers.equality_check import ComparedRows, check_package
from winnow.training.packaging.classifiers.packed_router import ROUTE_FILE, packed_probabilities
from winnow.training.packaging.classifiers.router_file import RouterFile
from winnow.training.packaging.package_contents import render_text
from winnow.training.packaging.package_files import state_files

HEAD_FILE = "head.safetensors"
"""`weight`, shape (classes, dimensions), and `bias`; the order is that of `classes` in `router.json`."""


def fill_huggingface_package(
    contents: ClassifierContents, part: Path, rows: ComparedRows, progress: Progress | None
) -> RouterFile:
    """Write weights, head, tokenizer and program, and compare what they answer with the run."""
    from safetensors.torch import save_file

    source = contents.source
    transformer = read_encoder_folder(Path(source.base_folder)).transformer
    encoder = _whole_encoder(contents.run.id, transformer, source.model.encoder)
    write_labels(contents, encoder.config)
    encoder.save_pretrained(part)
    head = {name: weights.detach().contiguous() for name, weights in source.model.head.state_dict().items()}
    save_file(head, part / HEAD_FILE, metadata={"format": "pt"})
    write_tokenizer(contents, part)
    (part / ROUTE_FILE).write_text(render_text(f"route_{PackageTarget.HUGGINGFACE}.py.txt", {}), encoding="utf-8")
    router = contents.router_file()
    router.write(part)
    state_files(part, {})
    packed = packed_probabilities(part, rows.texts, progress=progress)
    return router.model_copy(update={"check": check_package(contents, rows, packed)})


def _whole_encoder(run: str, transformer: Path, trained: Any) -> Any:
    """The base model with the trained weights, and with layers that classifiers do not use, such as BERT's pooler.

    Without these, transformers would warn that they are new whenever the package is loaded. Raises WinnowError for the
    encoder of a model that also has a decoder, which AutoModel would load.
    """
    import torch
    from transformers import AutoModel

    if (kind := trained.config.model_type) in ENCODER_CLASSES:
        found = f"a model of type {kind}, which AutoModel loads with a decoder"
        fix = f"try `{command('package', run, for_=PackageTarget.ONNX.value)}`, which compares the package with the run"
        raise WinnowError(Problem(run, found, "an encoder that AutoModel loads", fix))
    with torch.random.fork_rng():
        torch.manual_seed(0)  # layers that the base model does not have either are the same in every package
        whole = AutoModel.from_pretrained(transformer, dtype=torch.float32, use_safetensors=True, local_files_only=True)
    whole.load_state_dict(trained.state_dict(), strict=False)
    return whole
