"""Causal language models on this machine: found, hashed and loaded."""

from __future__ import annotations

import json
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from winnow.core.counted import agreeing, counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import file_sha256, stable_hash
from winnow.core.model_vocabulary import Precision, Quantization
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.embedders.model_files import refuse_pickles
from winnow.training.peft_files import ADAPTER_CONFIG, ADAPTER_WEIGHTS

if TYPE_CHECKING:
    from winnow.training.run_facts import Hardware

GGUF_SUFFIX = ".gguf"

LORA = "LORA"
"""What peft calls adapters of low-rank layers."""

UNREADABLE = (
    *(ArithmeticError, AttributeError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError),
    *(struct.error, SafetensorError),
)
"""What readers of files of models raise for files that are damaged or of another kind."""


@dataclass(frozen=True)
class LocalBase:
    """A causal language model on this machine."""

    requested: str | None
    """The folder, file or hub id, as it was given."""
    folder: str
    """The folder of its files, or its GGUF file."""
    weights_hash: str
    """Hash of its files."""


def local_base(model: str | None) -> LocalBase:
    """A local model's folder, or its GGUF file, and the hash of its files. Nothing is loaded.

    Raises WinnowError when no model is named, or the name is neither a model on this machine nor one on the hub.
    """
    if model is None:
        fix = "set `model` to a folder or hub id"
        raise WinnowError(Problem("settings", "no model is named", "a causal language model", fix))
    if gguf := gguf_file(Path(model)):
        return LocalBase(model, str(gguf.resolve()), stable_hash(gguf.name, file_sha256(gguf)))
    try:
        base = open_embedder(model, backend="torch")  # finds and hashes the model's files without loading them
    except WinnowError as error:
        raise unusable_model(model, error.problems[0].found) from None
    refuse_pickles(Path(base.folder))
    return LocalBase(base.requested, base.folder, base.weights_hash)


def gguf_file(path: Path) -> Path | None:
    """The GGUF file that a path names: itself, or the only one in a folder without weights in safetensors."""
    if path.is_file() and path.suffix == GGUF_SUFFIX:
        return path
    if not path.is_dir() or any(path.glob("*.safetensors")):
        return None
    found = sorted(path.glob(f"*{GGUF_SUFFIX}"))
    return found[0] if len(found) == 1 else None


def load_network(
    base_folder: str | Path,
    hardware: Hardware,
    *,
    adapter: Path | None = None,
    quantization: Quantization = Quantization.NONE,
) -> Any:
    """A model in bf16 or f32, as the hardware states, on its device and ready to predict.

    `base_folder` may be a GGUF file or a folder with one, whose weights are dequantized. With `adapter`, the folder of
    a LoRA adapter, its layers are added as peft loads them, not merged.
    Raises WinnowError for what is not a causal language model, or an adapter that does not fit it.
    """
    import torch

    _quiet_transformers()
    dtype = torch.bfloat16 if hardware.precision == Precision.BF16 else torch.float32
    try:
        gguf = gguf_file(Path(base_folder))
        network = _load_gguf(gguf, dtype) if gguf else _load_folder(str(base_folder), dtype, quantization)
    except UNREADABLE as error:
        raise unusable_model(str(base_folder), str(error) or type(error).__name__) from None
    if quantization == Quantization.NONE:
        network.to(hardware.device)
    if adapter is not None:
        network = _with_adapter(network, adapter)
    return network.eval()


def unusable_model(name: str, why: str) -> WinnowError:
    """The error for something that is not a causal language model."""
    fix = "name a folder or hub id of a causal language model with weights in safetensors, or a GGUF file"
    found = f"cannot be loaded ({(why.splitlines() or ['no reason'])[0][:160]})"
    return WinnowError(Problem(f"model {name}", found, "a causal language model", fix))


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """No warnings of trl, peft and transformers about each other's names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def _quiet_transformers() -> None:
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _load_folder(folder: str, dtype: Any, quantization: Quantization) -> Any:
    from transformers import AutoModelForCausalLM

    options: dict[str, Any] = {}
    if quantization == Quantization.NF4:
        from transformers import BitsAndBytesConfig

        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype, bnb_4bit_use_double_quant=True
        )
    return AutoModelForCausalLM.from_pretrained(
        folder,
        use_safetensors=True,
        dtype=dtype,
        local_files_only=True,
        trust_remote_code=False,  # else a model that brings code asks in the terminal whether to run it
        attn_implementation="sdpa",
        **options,
    )


def _load_gguf(path: Path, dtype: Any) -> Any:
    """The dequantized weights in a model of their architecture: transformers marks its own as quantized."""
    from transformers import AutoModelForCausalLM

    read = AutoModelForCausalLM.from_pretrained(
        str(path.parent),
        gguf_file=path.name,
        dtype=dtype,
        local_files_only=True,
        trust_remote_code=False,
        attn_implementation="sdpa",
    )
    config = read.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    network = type(read)(config).to(dtype)
    network.load_state_dict(read.state_dict(), assign=True)
    network.tie_weights()
    network.generation_config = read.generation_config
    return network


def _with_adapter(network: Any, adapter: Path) -> Any:
    from peft import PeftModel

    try:
        _require_lora(adapter)
        with quiet_libraries():
            model = PeftModel.from_pretrained(network, str(adapter))
        _require_same_tensors(model, adapter)
        return model
    except UNREADABLE as error:
        found = f"cannot be loaded ({(str(error).splitlines() or [type(error).__name__])[0][:160]})"
        fix = "use the base model that the adapter was trained on"
        raise WinnowError(Problem(f"adapter {adapter}", found, "a LoRA adapter of the base model", fix)) from None


def _require_lora(adapter: Path) -> None:
    """Raises OSError or ValueError unless peft would read LoRA layers in safetensors from the folder.

    Without safetensors it would unpickle another file, or look for one on the hub.
    """
    stated = json.loads((adapter / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    kind = stated.get("peft_type") if isinstance(stated, dict) else None
    if kind != LORA:
        raise ValueError(f"peft_type is {kind!r}")
    if not (adapter / ADAPTER_WEIGHTS).is_file():
        raise ValueError(f"{ADAPTER_WEIGHTS} is missing")


def _require_same_tensors(model: Any, adapter: Path) -> None:
    """Raises ValueError for layers without weights in the file, and the other way around: peft only warns of them."""
    from peft import get_peft_model_state_dict

    with safe_open(adapter / ADAPTER_WEIGHTS, framework="pt") as file:
        others = set(file.keys()) ^ set(get_peft_model_state_dict(model, save_embedding_layers=False))
    if others:
        raise ValueError(
            f"{counted(len(others), 'tensor')} {agreeing(len(others), 'is', 'are')} "
            f"not those of the layers that it changes: {min(others)}"
        )
