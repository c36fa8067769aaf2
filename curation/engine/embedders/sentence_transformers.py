"""The fallback backend, and the only module that imports sentence-transformers."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.curation.engine.embedders.model_files import refuse_pickles
from winnow.curation.engine.vectors import Vectors

EmbeddedBatches = Generator[tuple[list[int], Vectors], None, None]
"""Batches of positions with their vectors."""


class TorchModel:
    """The original sentence-transformers pipeline."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.dimensions: int = model.get_embedding_dimension()
        self.max_tokens: int = model.max_seq_length

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, truncated to the model's maximum length."""
        encoded = self._model.tokenizer(list(texts), truncation=True, max_length=self._model.max_seq_length)
        return [list(ids) for ids in encoded["input_ids"]]

    def run(self, batches: Iterator[list[int]], tokens: Sequence[Sequence[int]]) -> EmbeddedBatches:
        """Embed batches of positions; yields each batch with its vectors, which are not normalized."""
        import torch

        for batch in batches:
            ids = torch.tensor([tokens[i] for i in batch])
            with torch.inference_mode():
                output = self._model({"input_ids": ids, "attention_mask": torch.ones_like(ids)})
            yield batch, output["sentence_embedding"].float().numpy()


def load_sentence_transformer(folder: str) -> Any:
    """The pipeline of a model folder, on the CPU; a local folder never reaches for the network.

    Raises WinnowError when it cannot be loaded or has pickled weights.
    """
    if Path(folder).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        refuse_pickles(Path(folder))
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        return SentenceTransformer(folder, device="cpu", model_kwargs={"use_safetensors": True}).eval()
    except (OSError, ValueError) as error:
        fix = "correct embedder.model in winnow.yaml; offline, give a folder"
        found = f"cannot be loaded ({str(error).splitlines()[0]})"
        raise WinnowError(Problem(f"embedder {folder}", found, "a sentence-transformers model", fix)) from None
