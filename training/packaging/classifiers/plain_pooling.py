"""How a sentence-transformers pipeline pools, where it does nothing else than a classifier of method `encoder`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Pooling

MODULES_FILE = "modules.json"

PLAIN_MODULES = frozenset({"Transformer", "Pooling", "Normalize"})
"""Modules of pipelines that pool the states of tokens to one unit vector."""

LEGACY_MODES = {"pooling_mode_cls_token": Pooling.CLS.value, "pooling_mode_mean_tokens": Pooling.MEAN.value}
"""How older pipelines name the two modes."""


def plain_pooling(folder: Path) -> Pooling:
    """`mean` or `cls`; a folder without a pipeline is pooled by its mean.

    Raises WinnowError for a pipeline with another pooling or with further layers.
    """
    modules = _read_json(folder / MODULES_FILE, [])
    types = {one["type"].rpartition(".")[2]: one for one in modules}
    modes = _modes(folder / types["Pooling"]["path"] / "config.json") if "Pooling" in types else [Pooling.MEAN.value]
    if len(modes) != 1 or modes[0] not in (Pooling.MEAN, Pooling.CLS) or not PLAIN_MODULES.issuperset(types):
        found = f"its pipeline is {', '.join(types)}, pooled by {', '.join(modes) or 'nothing'}"
        fix = "train with another sentence encoder, or serve the run with Winnow"
        raise WinnowError(Problem("embedder", found, "a transformer with mean or cls pooling, nothing else", fix))
    return Pooling(modes[0])


def _modes(config: Path) -> list[str]:
    stated = _read_json(config, {})
    modes = stated.get("pooling_mode")
    if modes is None:
        return [
            LEGACY_MODES.get(name, name) for name, used in stated.items() if name.startswith("pooling_mode") and used
        ]
    return [modes] if isinstance(modes, str) else [str(one) for one in modes]


def _read_json(path: Path, missing: Any) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else missing
