"""The classifier: a sentence encoder, pooling to one unit vector per text, and a linear head."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Pooling


class EncoderClassifier(nn.Module):
    """Pools token states to one unit vector per text; a linear head computes logits from it."""

    def __init__(self, encoder: nn.Module, *, classes: int, dimensions: int, pooling: str) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(dimensions, classes)
        self.pooling = pooling
        self.label_smoothing = 0.0
        self.class_weights: Tensor | None = None
        """Shape (classes,). Like label_smoothing only used in the loss, and not saved with the model."""

    def embed(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Unit vectors, shape (texts, dimensions), from token ids and their mask, shape (texts, tokens)."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.float()
        if self.pooling == Pooling.CLS:
            return functional.normalize(states[:, 0], dim=-1)
        mask = attention_mask.unsqueeze(-1).float()
        return functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor | None = None) -> dict[str, Tensor]:
        """`logits`, shape (texts, classes), and with `labels` the mean cross-entropy as `loss`."""
        vectors = self.embed(input_ids, attention_mask)
        with torch.autocast(vectors.device.type, enabled=False):  # the head is cheap, and bf16 would round its logits
            logits = self.head(vectors)
        if labels is None:
            return {"logits": logits}
        weights = None if self.class_weights is None else self.class_weights.to(logits.device)
        loss = functional.cross_entropy(logits, labels, weight=weights, label_smoothing=self.label_smoothing)
        return {"loss": loss, "logits": logits}


@dataclass(frozen=True)
class BaseEncoder:
    """The pretrained encoder in a folder, and its tokenizer."""

    encoder: nn.Module
    tokenizer: Any
    pooling: Pooling
    dimensions: int
    max_tokens: int
    """The encoder's maximum input length."""

    def classifier(self, classes: int) -> EncoderClassifier:
        """The encoder with an untrained head."""
        return EncoderClassifier(self.encoder, classes=classes, dimensions=self.dimensions, pooling=self.pooling)

    def tokenize(self, texts: Sequence[str], max_length: int) -> list[list[int]]:
        """Token ids, truncated to `max_length` and to the encoder's maximum."""
        limit = min(max_length, self.max_tokens)
        return [list(ids) for ids in self.tokenizer(list(texts), truncation=True, max_length=limit)["input_ids"]]


def load_base_encoder(folder: str, *, pooling: str) -> BaseEncoder:
    """Load an encoder from its folder; pickled weights are refused.

    Raises WinnowError when transformers cannot load it as an encoder.
    """
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        # On a CPU, eager attention on short texts takes half the time of torch's fused kernels.
        encoder = AutoModel.from_pretrained(
            folder, use_safetensors=True, dtype=torch.float32, attn_implementation="eager", local_files_only=True
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        fix = "name a folder or hub id of a sentence encoder with weights in safetensors"
        found = f"cannot be loaded ({str(error).splitlines()[0][:160]})"
        raise WinnowError(Problem(f"model {folder}", found, "an encoder", fix)) from None
    if hasattr(encoder, "pooler"):
        encoder.pooler = None  # BERT's pooler is for another task and unused here: it would get useless updates
    positions = getattr(encoder.config, "max_position_embeddings", tokenizer.model_max_length)
    max_tokens = int(min(positions, tokenizer.model_max_length))
    return BaseEncoder(encoder, tokenizer, _pooling(Path(folder), pooling), int(encoder.config.hidden_size), max_tokens)


def _pooling(folder: Path, setting: str) -> Pooling:
    """`mean` or `cls`; `own` is the pooling in the folder's sentence-transformers settings, by default `mean`."""
    path = folder / "1_Pooling" / "config.json"
    if setting != Pooling.OWN or not path.is_file():
        return Pooling.MEAN if setting == Pooling.OWN else Pooling(setting)
    stored = json.loads(path.read_text(encoding="utf-8"))
    uses_first = stored.get("pooling_mode_cls_token") or stored.get("pooling_mode") == Pooling.CLS
    return Pooling.CLS if uses_first else Pooling.MEAN
