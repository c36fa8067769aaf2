"""What the rules of a target are checked on: an adapter, its base model, and the name that it is to get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from winnow.training.peft_files import ADAPTER_CONFIG, ADAPTER_WEIGHTS


@dataclass(frozen=True)
class PackageSubject:
    """An adapter that is trained or is to be trained. What is not known yet is left at its default, and not checked."""

    base: str
    """Folder or hub id of the base model."""
    architecture: str
    """`model_type` in its `config.json`."""
    rank: int
    """The highest rank of the adapter."""
    adapter_bytes: int
    """Bytes of its weights."""
    modules: tuple[str, ...] = ()
    """Names of the modules that it changes: whole paths, or the last parts such as `q_proj`."""
    base_modules: frozenset[str] | None = None
    """Paths of all modules of the base model; None: not known."""
    window: int | None = None
    """The most tokens of a prompt and its answer in training; None: not known."""
    quantization: str = ""
    """How the base model is quantized: `gguf`, or `quant_method` in its `config.json`; empty: not at all."""
    merged: bool = False
    """Whether the weights are merged into the base model already."""
    file_names: tuple[str, ...] = (ADAPTER_CONFIG, ADAPTER_WEIGHTS)
    """Names of the files of the adapter."""
    saved_modules: tuple[str, ...] = ()
    """Whole modules that it holds (`modules_to_save`)."""
    variants: tuple[str, ...] = ()
    """Fields of `adapter_config.json` that make it another one than plain LoRA and are set, such as `use_dora`."""
    template: str | None = None
    """The form of the chat template, such as `chatml`; empty: none that is known; None: not looked at."""
    calls_are_text: bool = True
    """Whether calls are written into the text of an answer."""
    name: str = ""
    """The name of the package; empty: none yet."""
    run: str = ""
    """Id of the run that it is made of; empty: not trained yet."""
    used_names: Mapping[str, str] = field(default_factory=dict)
    """Names that packages of this target have, with the run of each."""
