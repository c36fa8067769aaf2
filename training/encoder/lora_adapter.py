"""Add LoRA layers to the classifier, save them, and load them merged into the encoder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.modules.linear import NonDynamicallyQuantizableLinear as ReadByAttention

from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Precision
from winnow.training.causal_models import quiet_libraries
from winnow.training.encoder.encoder_classifier import BaseEncoder, EncoderClassifier
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.pretrained_encoder import UNUSED
from winnow.training.peft_files import ADAPTER_CONFIG, ADAPTER_FOLDER, ADAPTER_WEIGHTS
from winnow.training.run_facts import Hardware

CLASSES_FILE = "classes.json"

HEAD_FILE = "head.safetensors"
"""The head, `weight` and `bias`, which is no part of the encoder that the adapter is loaded on."""

SAVED_MODEL = "base_model.model."
"""What peft puts before the name of a layer in the model that it wraps."""

SAVED_ENCODER, SAVED_HEAD = f"{SAVED_MODEL}encoder.", f"{SAVED_MODEL}head."
"""The same for the encoder and the head of a classifier."""


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
    return [f"encoder.{name}" for name, part in model.encoder.named_modules() if _takes_lora(name, part)]


def _takes_lora(name: str, part: nn.Module) -> bool:
    """Whether a layer is linear and called as one.

    torch's own attention reads the weights of its output layer, so that separate updates would not count.
    """
    return isinstance(part, nn.Linear) and not isinstance(part, ReadByAttention) and UNUSED not in name.split(".")


def save_adapter(model: Any, classes: Sequence[str], folder: Path) -> None:
    """Write the LoRA layers as peft loads them on the encoder alone, the head and the class names in other files."""
    target = folder / ADAPTER_FOLDER
    model.save_pretrained(target, save_embedding_layers=False)
    (target / "README.md").unlink(missing_ok=True)  # peft's empty model card
    _take_out_the_head(target)
    (target / CLASSES_FILE).write_text(json.dumps(list(classes), ensure_ascii=False) + "\n", encoding="utf-8")


def _take_out_the_head(target: Path) -> None:
    """Name the saved layers as in the encoder, without the classifier around it, and move the head to its own file.

    Then `PeftModel.from_pretrained(AutoModel.from_pretrained(BASE), FOLDER)` finds every layer.
    """
    from safetensors.torch import load_file, save_file

    saved = load_file(target / ADAPTER_WEIGHTS)
    head = {name.removeprefix(SAVED_HEAD): saved.pop(name) for name in [*saved] if name.startswith(SAVED_HEAD)}
    layers = {SAVED_MODEL + name.removeprefix(SAVED_ENCODER): tensor for name, tensor in saved.items()}
    save_file(head, target / HEAD_FILE, metadata={"format": "pt"})
    save_file(layers, target / ADAPTER_WEIGHTS, metadata={"format": "pt"})
    config = json.loads((target / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    config |= {
        "auto_mapping": None,
        "modules_to_save": None,
        "target_modules": sorted({name.removeprefix(SAVED_MODEL).partition(".lora_")[0] for name in layers}),
        "task_type": "FEATURE_EXTRACTION",
    }
    (target / ADAPTER_CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def load_classes(folder: Path) -> list[str]:
    """The class names, in the order of the head's outputs."""
    return [str(name) for name in json.loads((folder / ADAPTER_FOLDER / CLASSES_FILE).read_text(encoding="utf-8"))]


def load_merged(base: BaseEncoder, folder: Path, hardware: Hardware) -> EncoderClassifier:
    """The trained model with the LoRA layers merged into the encoder, ready to predict."""
    # New layers are initialized randomly before their weights are loaded.
    with torch.random.fork_rng(), quiet_libraries():
        model = base.classifier(len(load_classes(folder)))
        merged = _merge(model, folder / ADAPTER_FOLDER)
    if hardware.precision == Precision.BF16:
        for weights in merged.encoder.parameters():  # not its buffers: rotary frequencies need their precision
            weights.data = weights.data.to(torch.bfloat16)
    return merged.to(hardware.device).eval()


def _merge(model: EncoderClassifier, adapter: Path) -> EncoderClassifier:
    """The model with a saved head, and saved layers merged into its encoder."""
    from peft import PeftModel
    from safetensors.torch import load_file

    if not (adapter / HEAD_FILE).is_file():  # saved by Winnow 0.2: the layers of the whole classifier
        whole: EncoderClassifier = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
        return whole
    model.head.load_state_dict(load_file(adapter / HEAD_FILE))
    model.encoder = PeftModel.from_pretrained(model.encoder, str(adapter)).merge_and_unload()
    return model
