"""A package for Ollama: weights merged into the base model, and a Modelfile with the template and the stop texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from winnow.core.model_vocabulary import Device, Precision
from winnow.training.causal_models import load_network
from winnow.training.packaging.ollama_template import ollama_texts
from winnow.training.packaging.package_contents import PackageContents, render_text
from winnow.training.run_facts import Hardware

MODEL_FOLDER = "model"
"""Merged weights and tokenizer, as transformers loads them without peft."""

MODELFILE = "Modelfile"


def fill_ollama_package(contents: PackageContents, part: Path) -> None:
    """Write the merged model and the Modelfile."""
    network = merged_network(contents.base_folder, contents.adapter.folder, stated=contents.base.config.dtype)
    network.save_pretrained(part / MODEL_FOLDER)
    contents.chat.tokenizer.save_pretrained(part / MODEL_FOLDER)
    texts = ollama_texts(contents.chat)
    values = {**contents.values(), "go_template": texts.go_template()}
    (part / MODELFILE).write_text(render_text(MODELFILE, values), encoding="utf-8")


def merged_network(base_folder: str, adapter: Path, *, stated: Any = None) -> Any:
    """The base model with the adapter merged into its weights, in the number format that its configuration states.

    Weights are added in f32 and rounded once: in bf16, small changes of a weight are lost.
    """
    import torch

    exact = Hardware(device=Device.CPU, precision=Precision.F32, threads=torch.get_num_threads())
    network = load_network(base_folder, exact, adapter=adapter).merge_and_unload()
    return network.to(stated if isinstance(stated, torch.dtype) else torch.float32)
