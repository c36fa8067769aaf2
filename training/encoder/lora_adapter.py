"""Add LoRA layers to the classifier, save them, and load them merged into the encoder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Precision
from winnow.training.encoder.encoder_classifier import BaseEncoder, EncoderClassifier
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.peft_files import ADAPTER_FOLDER
from winnow.training.run_facts import Hardware

CLASSES_FILE = "classes.json"


def with_adapter(model: EncoderClassifier, settings: EncoderSettings) -> Any:
    """Wrap the classifier in a peft model, with untrained LoRA layers and a trainable copy of the head."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,  # type: ignore[arg-type]  # peft divides it by the rank, so it need not be an integer
        lora_dropout=settings.dropout,
        target_modules=_target_modules(model, settings.target_modules),
        modules_to_save=["head"],
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        known = sorted({name.rsplit(".", 1)[-1] for name in _target_modules(model, "all-linear")})
        found = str(error).splitlines()[0][:160]
        raise WinnowError(Problem("target_modules", found, f"all-linear, or some of {', '.join(known)}")) from None


def _target_modules(model: EncoderClassifier, setting: str) -> list[str]:
    if setting != "all-linear":
        return [name.strip() for name in setting.split(",") if name.strip()]
    return [f"encoder.{name}" for name, part in model.encoder.named_modules() if isinstance(part, nn.Linear)]


def save_adapter(model: Any, classes: Sequence[str], folder: Path) -> None:
    """Write the LoRA layers, the head and the class names."""
    model.save_pretrained(folder / ADAPTER_FOLDER, save_embedding_layers=False)
    (folder / ADAPTER_FOLDER / "README.md").unlink(missing_ok=True)  # peft's empty model card
    (folder / ADAPTER_FOLDER / CLASSES_FILE).write_text(
        json.dumps(list(classes), ensure_ascii=False) + "\n", encoding="utf-8"
    )


def load_classes(folder: Path) -> list[str]:
    """The class names, in the order of the head's outputs."""
    return [str(name) for name in json.loads((folder / ADAPTER_FOLDER / CLASSES_FILE).read_text(encoding="utf-8"))]


def load_merged(base: BaseEncoder, folder: Path, hardware: Hardware) -> EncoderClassifier:
    """The trained model with the LoRA layers merged into the encoder, ready to predict."""
    from peft import PeftModel

    with torch.random.fork_rng():  # new layers are initialized randomly before their weights are loaded
        model = base.classifier(len(load_classes(folder)))
        adapted = PeftModel.from_pretrained(model, str(folder / ADAPTER_FOLDER))
    merged: EncoderClassifier = adapted.merge_and_unload()
    if hardware.precision == Precision.BF16:
        merged.encoder.to(torch.bfloat16)
    return merged.to(hardware.device).eval()
