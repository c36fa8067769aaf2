"""An adapter as peft saved it: its settings, and the names of its tensors. The weights themselves are not loaded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.counted import agreeing, counted
from winnow.core.errors import Problem, WinnowError
from winnow.training.peft_files import ADAPTER_CONFIG, ADAPTER_WEIGHTS

LORA_TENSOR = re.compile(r"^base_model\.model\.(?P<module>.+)\.lora_(?:A|B|embedding_A|embedding_B)(?:\.weight)?$")
"""Names of the tensors of plain LoRA."""

PREFIX = "base_model.model."
"""Before the name of a module of the base model."""

VARIANTS = ("use_dora", "use_rslora", "lora_bias", "alora_invocation_tokens")
"""Fields of the settings that make an adapter another one than plain LoRA."""


@dataclass(frozen=True)
class AdapterFiles:
    """The files of an adapter."""

    folder: Path
    config: Mapping[str, Any]
    """The content of `adapter_config.json`."""
    tensors: tuple[str, ...]
    """Names of all tensors."""
    weights_bytes: int
    """Bytes of the file of weights."""
    file_names: tuple[str, ...]
    """Names of the files in the folder."""

    @property
    def rank(self) -> int:
        """The highest rank of its layers."""
        return max(_ranks(self.config))

    @property
    def modules(self) -> tuple[str, ...]:
        """Paths of the modules that it changes, as the base model names them."""
        found = (LORA_TENSOR.match(name) for name in self.tensors)
        return tuple(sorted({one["module"] for one in found if one}))

    @property
    def saved_modules(self) -> tuple[str, ...]:
        """What it holds besides LoRA layers: whole modules, and tensors of another form."""
        stated = _listed(self.config.get("modules_to_save"))
        others = {name.removeprefix(PREFIX) for name in self.tensors if not LORA_TENSOR.match(name)}
        return tuple(sorted({*map(str, stated), *others}))

    @property
    def variants(self) -> tuple[str, ...]:
        """The fields of its settings that make it another one than plain LoRA."""
        return tuple(name for name in VARIANTS if self.config.get(name))


def read_adapter(folder: Path) -> AdapterFiles:
    """The adapter in a folder. Files with other names are listed, and an adapter without its files has no tensors.

    Raises WinnowError when there is no such folder, a file is damaged, or a link that leads to another place: what it
    leads to would be packed and uploaded.
    """
    try:
        listed = sorted(folder.iterdir())
    except OSError:
        fix = "name a run of method adapter, or restore its folder from a copy"
        raise WinnowError(Problem(str(folder), "missing", "the folder of an adapter", fix)) from None
    if links := [one for one in listed if one.is_symlink()]:
        fix = "put the file itself there"
        raise WinnowError([Problem(str(one), "a link", "a file of the adapter", fix) for one in links])
    names = tuple(one.name for one in listed if one.is_file())
    weights = folder / ADAPTER_WEIGHTS
    size = weights.stat().st_size if weights.is_file() else 0
    return AdapterFiles(folder, _config(folder / ADAPTER_CONFIG), _tensor_names(weights), size, names)


def _config(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path, str(error)) from None
    if not isinstance(found, dict):
        raise _damaged(path, "no JSON object")
    try:
        list(_ranks(found))
    except (ValueError, TypeError, OverflowError) as error:
        raise _damaged(path, f"a rank is no number: {error}") from None
    return found


def _ranks(config: Mapping[str, Any]) -> Iterator[int]:
    """The rank, and those of single layers. Raises ValueError, TypeError or OverflowError for what is no number."""
    yield int(config.get("r", 0))
    yield from map(int, dict(config.get("rank_pattern") or {}).values())


def _listed(value: object) -> list[object]:
    """A list of names, or one name."""
    return list(value) if isinstance(value, list) else [value] if value else []


def require_finite(adapter: AdapterFiles) -> None:
    """Raises WinnowError for weights that are no finite numbers: a model with them answers nothing that was learned."""
    from safetensors.torch import load_file

    path = adapter.folder / ADAPTER_WEIGHTS
    weights = load_file(path) if path.is_file() else {}
    wrong = [name for name, tensor in sorted(weights.items()) if not bool(tensor.isfinite().all())]
    if wrong:
        found = (
            f"{len(wrong)} of {counted(len(weights), 'tensor')} "
            f"{agreeing(len(weights), 'has', 'have')} values that are not finite: {wrong[0]}"
        )
        fix = "train again with a lower `learning_rate`"
        raise WinnowError(Problem(str(path), found, "finite numbers", fix))


def _tensor_names(path: Path) -> tuple[str, ...]:
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return ()
    try:
        with safe_open(str(path), framework="np") as tensors:
            return tuple(sorted(tensors.keys()))
    except (SafetensorError, OSError) as error:
        raise _damaged(path, str(error)) from None


def _damaged(path: Path, why: str) -> WinnowError:
    fix = "restore the folder from a copy, or train again"
    reason = (why.splitlines() or ["no reason"])[0][:120]
    return WinnowError(Problem(str(path), f"cannot be read ({reason})", "as peft saved it", fix))
