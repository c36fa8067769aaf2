"""The model of the method `encoder`: a sentence encoder, one unit vector a text, a linear head; and its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.encoder_settings import Settings
from training.hardware import Hardware
from validators.faults import Fault, WinnowError

ADAPTER = "adapter"
"""Folder of a run: the updates and the head as safetensors, with peft's own description of them."""
CLASSES = "classes.json"
BATCH = 64


class EncoderClassifier(nn.Module):
    """Token states are pooled to one unit vector a text; the head's rows turn it into logits."""

    def __init__(self, encoder: nn.Module, *, classes: int, dimensions: int, pooling: str) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(dimensions, classes)
        self.pooling = pooling
        self.label_smoothing = 0.0
        self.class_weights: Tensor | None = None
        """Shape (classes,); with label_smoothing what the loss is made of, and no part of the model's files."""

    def embed(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Unit vectors, shape (texts, dimensions), of token ids and their mask, shape (texts, tokens)."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.float()
        if self.pooling == "cls":
            return functional.normalize(states[:, 0], dim=-1)
        mask = attention_mask.unsqueeze(-1).float()
        return functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor | None = None) -> dict[str, Tensor]:
        """`logits`, shape (texts, classes), and with `labels` the mean cross-entropy as `loss`."""
        vectors = self.embed(input_ids, attention_mask)
        with torch.autocast(vectors.device.type, enabled=False):  # the head is small, and bf16 would round its logits
            logits = self.head(vectors)
        if labels is None:
            return {"logits": logits}
        weights = None if self.class_weights is None else self.class_weights.to(logits.device)
        loss = functional.cross_entropy(logits, labels, weight=weights, label_smoothing=self.label_smoothing)
        return {"loss": loss, "logits": logits}


@dataclass(frozen=True)
class Base:
    """The untouched encoder of a folder, and its tokenizer."""

    encoder: nn.Module
    tokenizer: Any
    pooling: str
    dimensions: int
    longest: int
    """Tokens that it can read."""

    def classifier(self, classes: int) -> EncoderClassifier:
        """The encoder under a head that knows nothing yet."""
        return EncoderClassifier(self.encoder, classes=classes, dimensions=self.dimensions, pooling=self.pooling)

    def tokenize(self, texts: Sequence[str], max_length: int) -> list[list[int]]:
        """Token ids, cut at `max_length` and at what the encoder can read."""
        cut = min(max_length, self.longest)
        return [list(ids) for ids in self.tokenizer(list(texts), truncation=True, max_length=cut)["input_ids"]]


def load_base(folder: str, *, pooling: str) -> Base:
    """Read an encoder from its folder; pickled weights are refused.

    Raises WinnowError when it is no encoder that transformers can read.
    """
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        # Written out, attention over short texts takes half the time of torch's fused kernels on a processor.
        encoder = AutoModel.from_pretrained(
            folder, use_safetensors=True, dtype=torch.float32, attn_implementation="eager", local_files_only=True
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        fix = "name a folder or hub id of a sentence encoder with weights in safetensors"
        found = f"cannot be loaded ({str(error).splitlines()[0][:160]})"
        raise WinnowError(Fault(f"model {folder}", found, "an encoder", fix)) from None
    if hasattr(encoder, "pooler"):
        encoder.pooler = None  # BERT's own, for another task: it would get updates that nothing uses
    positions = getattr(encoder.config, "max_position_embeddings", tokenizer.model_max_length)
    longest = int(min(positions, tokenizer.model_max_length))
    return Base(encoder, tokenizer, _pooling(Path(folder), pooling), int(encoder.config.hidden_size), longest)


def _pooling(folder: Path, told: str) -> str:
    """`mean` or `cls`; `own` is what the folder's sentence-transformers settings say, and mean without any."""
    path = folder / "1_Pooling" / "config.json"
    if told != "own" or not path.is_file():
        return "mean" if told == "own" else told
    stored = json.loads(path.read_text(encoding="utf-8"))
    return "cls" if stored.get("pooling_mode_cls_token") or stored.get("pooling_mode") == "cls" else "mean"


def with_adapter(model: EncoderClassifier, settings: Settings) -> Any:
    """A peft model around it: untrained updates, which change nothing yet, and a copy of the head to train."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]  # peft divides it by the rank, whole or not
        lora_dropout=settings.dropout,
        target_modules=_targets(model, settings.target_modules),
        modules_to_save=["head"],
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        known = sorted({name.rsplit(".", 1)[-1] for name in _targets(model, "all-linear")})
        found = str(error).splitlines()[0][:160]
        raise WinnowError(Fault("target_modules", found, f"all-linear, or of {', '.join(known)}")) from None


def _targets(model: EncoderClassifier, told: str) -> list[str]:
    if told != "all-linear":
        return [name.strip() for name in told.split(",") if name.strip()]
    return [f"encoder.{name}" for name, part in model.encoder.named_modules() if isinstance(part, nn.Linear)]


def save_adapter(model: Any, classes: Sequence[str], folder: Path) -> None:
    """Write updates, head and the names of the classes."""
    model.save_pretrained(folder / ADAPTER, save_embedding_layers=False)
    (folder / ADAPTER / "README.md").unlink(missing_ok=True)  # peft's empty model card
    (folder / ADAPTER / CLASSES).write_text(json.dumps(list(classes), ensure_ascii=False) + "\n", encoding="utf-8")


def load_classes(folder: Path) -> list[str]:
    """The names of the classes, in the order of the head's rows."""
    return [str(name) for name in json.loads((folder / ADAPTER / CLASSES).read_text(encoding="utf-8"))]


def load_merged(base: Base, folder: Path, on: Hardware) -> EncoderClassifier:
    """The trained model, its updates added into the encoder's weights, ready to answer."""
    from peft import PeftModel

    with torch.random.fork_rng():  # new layers draw their weights before they get those of the files
        model = base.classifier(len(load_classes(folder)))
        adapted = PeftModel.from_pretrained(model, str(folder / ADAPTER))
    merged: EncoderClassifier = adapted.merge_and_unload()
    if on.precision == "bf16":
        merged.encoder.to(torch.bfloat16)
    return merged.to(on.device).eval()


def logits_of(
    model: EncoderClassifier, tokens: Sequence[Sequence[int]], *, done: Callable[[int], None] | None = None
) -> NDArray[np.float64]:
    """Logits, shape (texts, classes). Nothing is padded, so that a text's answer does not depend on its neighbours."""
    return _over_batches(lambda ids, mask: model(ids, mask)["logits"], model, tokens, done=done)


def vectors_of(model: EncoderClassifier, tokens: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Unit vectors, shape (texts, dimensions)."""
    return _over_batches(model.embed, model, tokens)


def _over_batches(
    answer: Callable[[Tensor, Tensor], Tensor],
    model: EncoderClassifier,
    tokens: Sequence[Sequence[int]],
    *,
    done: Callable[[int], None] | None = None,
) -> NDArray[np.float64]:
    parts: list[tuple[list[int], NDArray[np.float64]]] = []
    count = 0
    device = model.head.weight.device if isinstance(model.head, nn.Linear) else next(model.parameters()).device
    for batch in _equal_lengths(tokens):
        ids = torch.tensor([list(tokens[i]) for i in batch], device=device)
        with torch.inference_mode():
            parts.append((batch, answer(ids, torch.ones_like(ids)).double().cpu().numpy()))
        count += len(batch)
        if done:
            done(count)
    order = np.argsort([i for batch, _ in parts for i in batch])
    every: NDArray[np.float64] = np.concatenate([rows for _, rows in parts])[order]
    return every


def _equal_lengths(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    for _, group in groupby(sorted(range(len(tokens)), key=lambda i: len(tokens[i])), key=lambda i: len(tokens[i])):
        members = list(group)
        yield from (members[start : start + BATCH] for start in range(0, len(members), BATCH))
