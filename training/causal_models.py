"""Causal language models on this machine: found and hashed without being loaded."""

from __future__ import annotations

from pathlib import Path

from winnow.core.errors import Problem, WinnowError
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.engine.embedders.model_files import refuse_pickles


def local_base(model: str | None) -> Embedder:
    """A local model's folder and the hash of its files.

    Raises WinnowError when no model is named, or the name is neither a folder nor a model on the hub.
    """
    if model is None:
        fix = "set `model` to a folder or hub id"
        raise WinnowError(Problem("settings", "no model is named", "a causal language model", fix))
    try:
        base = open_embedder(model, backend="torch")  # finds and hashes the model's files without loading them
    except WinnowError as error:
        raise unusable_model(model, error.problems[0].found) from None
    refuse_pickles(Path(base.folder))
    return base


def unusable_model(name: str, why: str) -> WinnowError:
    """The error for something that is not a causal language model."""
    fix = "name a folder or hub id of a causal language model with weights in safetensors"
    found = f"cannot be loaded ({why.splitlines()[0][:160]})"
    return WinnowError(Problem(f"model {name}", found, "a causal language model", fix))
