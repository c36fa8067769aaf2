"""Save a LoRA adapter in bf16, if the model answers as before with weights that are rounded to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Precision
from winnow.training.peft_files import ADAPTER_CONFIG, ADAPTER_WEIGHTS


def save_adapter(model: Any, folder: Path, *, base: str, answers: Callable[[Any], Sequence[object]]) -> Precision:
    """Write weights and configuration, and return the number format of the weights.

    `answers` gives greedy answers of a model to some prompts: if they change when the weights are rounded to bf16, the
    weights are kept in f32. `base` is the name that the configuration states for the base model. Raises WinnowError
    when the training diverged, so that weights are no finite numbers.
    """
    if not all(bool(one.isfinite().all()) for one in model.parameters() if one.requires_grad):
        fix = "train with a lower `learning_rate`"
        raise WinnowError(Problem("training", "it diverged: weights are not finite", "finite weights", fix))
    exact = answers(model)
    with rounded_to_bf16(model):
        same = answers(model) == exact
    kept = Precision.BF16 if same else Precision.F32
    folder.mkdir(parents=True, exist_ok=True)
    save_file(_weights(model, torch.bfloat16 if same else torch.float32), folder / ADAPTER_WEIGHTS, {"format": "pt"})
    (folder / ADAPTER_CONFIG).write_text(_configuration(model, base), encoding="utf-8")
    return kept


@contextmanager
def rounded_to_bf16(model: Any) -> Iterator[None]:
    """The model with its trained weights rounded to bf16."""
    trained = [one for one in model.parameters() if one.requires_grad]
    exact = [one.detach().clone() for one in trained]
    try:
        for one in trained:
            one.data.copy_(one.data.bfloat16())
        yield
    finally:
        for one, before in zip(trained, exact, strict=True):
            one.data.copy_(before)


def _weights(model: Any, dtype: torch.dtype) -> dict[str, Tensor]:
    from peft import get_peft_model_state_dict

    found = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: weight.detach().to("cpu", dtype).contiguous() for name, weight in sorted(found.items())}


def _configuration(model: Any, base: str) -> str:
    """Peft's configuration, in the same order of names every time."""
    stated = model.peft_config["default"].to_dict()
    stated |= {"base_model_name_or_path": base, "inference_mode": True}
    if float(stated["lora_alpha"]).is_integer():
        stated["lora_alpha"] = int(stated["lora_alpha"])  # some runtimes read only whole numbers
    plain = {name: sorted(value) if isinstance(value, set) else value for name, value in sorted(stated.items())}
    return json.dumps(plain, indent=2, default=str) + "\n"
