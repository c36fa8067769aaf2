"""A package for transformers: the encoder's weights with LoRA merged, the head, and the program that calls them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from winnow.core.package_vocabulary import PackageTarget
from winnow.core.progress import Progress
from winnow.training.packaging.classifiers.classifier_contents import ClassifierContents, write_tokenizer
from winnow.training.packaging.classifiers.equality_check import ComparedRows, check_package
from winnow.training.packaging.classifiers.packed_router import ROUTE_FILE, packed_probabilities
from winnow.training.packaging.classifiers.router_file import RouterFile
from winnow.training.packaging.package_contents import render_text

HEAD_FILE = "head.safetensors"
"""`weight`, shape (classes, dimensions), and `bias`; the order is that of `classes` in `router.json`."""


def fill_huggingface_package(
    contents: ClassifierContents, part: Path, rows: ComparedRows, progress: Progress | None
) -> RouterFile:
    """Write weights, head, tokenizer and program, and compare what they answer with the run."""
    from safetensors.torch import save_file

    source = contents.source
    encoder = _whole_encoder(source.base_folder, source.model.encoder)
    encoder.config.id2label = dict(enumerate(contents.labels))
    encoder.config.label2id = {label: place for place, label in enumerate(contents.labels)}
    encoder.save_pretrained(part)
    head = {name: weights.detach().contiguous() for name, weights in source.model.head.state_dict().items()}
    save_file(head, part / HEAD_FILE, metadata={"format": "pt"})
    write_tokenizer(contents, part)
    (part / ROUTE_FILE).write_text(render_text(f"route_{PackageTarget.HUGGINGFACE}.py.txt", {}), encoding="utf-8")
    router = contents.router_file()
    router.write(part)
    packed = packed_probabilities(part, rows.texts, progress=progress)
    return router.model_copy(update={"check": check_package(contents, rows, packed)})


def _whole_encoder(base_folder: str, trained: Any) -> Any:
    """The base model with the trained weights, and with layers that classifiers do not use, such as BERT's pooler.

    Without these, transformers would warn that they are new whenever the package is loaded.
    """
    import torch
    from transformers import AutoModel

    with torch.random.fork_rng():
        torch.manual_seed(0)  # layers that the base model does not have either are the same in every package
        whole = AutoModel.from_pretrained(base_folder, dtype=torch.float32, use_safetensors=True, local_files_only=True)
    whole.load_state_dict(trained.state_dict(), strict=False)
    return whole
