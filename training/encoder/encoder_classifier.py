"""The classifier: a sentence encoder, pooling to one unit vector per text, and a linear head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from winnow.core.model_vocabulary import Pooling
from winnow.training.encoder.encoder_folder import read_encoder_folder, stated_pooling
from winnow.training.encoder.pooled_states import pool_states
from winnow.training.encoder.pretrained_encoder import load_pretrained_encoder, reads_from_left
from winnow.training.encoder.projection import load_projection
from winnow.training.encoder.teacher_loss import TeacherTargets


class EncoderClassifier(nn.Module):
    """Pools token states to one unit vector per text; a linear head computes logits from it."""

    def __init__(
        self,
        encoder: nn.Module,
        *,
        classes: int,
        dimensions: int,
        pooling: str,
        projection: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.projection = projection or nn.Identity()
        """The layers after the pooling that the encoder brings along; they are not trained."""
        self.head = nn.Linear(dimensions, classes)
        self.pooling = pooling
        self.label_smoothing = 0.0
        self.class_weights: Tensor | None = None
        """Shape (classes,). Like label_smoothing only used in the loss, and not saved with the model."""
        self.teacher: TeacherTargets | None = None
        """What a teacher says about the train rows; only used in the loss too."""

    def embed(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Unit vectors, shape (texts, dimensions), from token ids and their mask, shape (texts, tokens)."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.float()
        pooled = pool_states(states, attention_mask, self.pooling)
        with torch.autocast(pooled.device.type, enabled=False):
            return functional.normalize(self.projection(pooled), dim=-1)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor | None = None, row: Tensor | None = None
    ) -> dict[str, Tensor]:
        """`logits`, shape (texts, classes), and with `labels` the mean loss as `loss`.

        The loss is the cross-entropy; with a teacher, for the train rows `row`, also the divergence from it.
        """
        vectors = self.embed(input_ids, attention_mask)
        with torch.autocast(vectors.device.type, enabled=False):  # the head is cheap, and bf16 would round its logits
            logits = self.head(vectors)
        if labels is None:
            return {"logits": logits}
        weights = None if self.class_weights is None else self.class_weights.to(logits.device)
        loss = functional.cross_entropy(logits, labels, weight=weights, label_smoothing=self.label_smoothing)
        if self.teacher is not None and row is not None:
            loss = self.teacher.loss(logits, row, cross_entropy=loss)
        return {"loss": loss, "logits": logits}


@dataclass(frozen=True)
class BaseEncoder:
    """The pretrained encoder in a folder, and its tokenizer."""

    encoder: nn.Module
    tokenizer: Any
    pooling: Pooling
    dimensions: int
    """Of its vectors, after the projection."""
    max_tokens: int
    """The encoder's maximum input length."""
    projection: nn.Module | None = None
    """The layers after the pooling; None without any."""
    prompt: str = ""
    """What stands before each text."""

    def classifier(self, classes: int) -> EncoderClassifier:
        """The encoder with an untrained head."""
        return EncoderClassifier(
            self.encoder,
            classes=classes,
            dimensions=self.dimensions,
            pooling=self.pooling,
            projection=self.projection,
        )

    def tokenize(self, texts: Sequence[str], max_length: int) -> list[list[int]]:
        """Token ids, truncated to `max_length` and to the encoder's maximum."""
        limit = min(max_length, self.max_tokens)
        prompted = [self.prompt + text for text in texts]
        return [list(ids) for ids in self.tokenizer(prompted, truncation=True, max_length=limit)["input_ids"]]


def load_base_encoder(folder: str, *, pooling: str, prompt: str | None = None) -> BaseEncoder:
    """Load an encoder from its folder; pickled weights are refused.

    `pooling` and `prompt` replace what the folder states; `own` and None keep it.

    Raises WinnowError when transformers cannot load it as an encoder, and for a step of the folder that is not applied.
    """
    stated = read_encoder_folder(Path(folder))
    before = stated.query_prompt() if prompt is None else prompt
    own = stated_pooling(stated, prompt=before) if pooling == Pooling.OWN else Pooling(pooling)
    loaded = load_pretrained_encoder(stated)
    projection = load_projection(stated.projections, loaded.dimensions)
    return BaseEncoder(
        encoder=loaded.encoder,
        tokenizer=loaded.tokenizer,
        pooling=own or (Pooling.LAST if reads_from_left(loaded.encoder) else Pooling.MEAN),
        dimensions=projection.dimensions,
        max_tokens=loaded.max_tokens,
        projection=projection.layers if stated.projections else None,
        prompt=before,
    )
