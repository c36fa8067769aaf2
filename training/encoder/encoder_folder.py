"""What the folder of a sentence encoder states besides its weights: pooling, projections, prompt and lengths.

sentence-transformers lists the steps from a text to its vector in `modules.json`. A step that is not repeated here
exactly is refused: the encoder would give other vectors than those that it was trained to give.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Pooling

LEGACY_POOLINGS: Mapping[str, Pooling] = {
    "pooling_mode_cls_token": Pooling.CLS,
    "pooling_mode_max_tokens": Pooling.MAX,
    "pooling_mode_mean_tokens": Pooling.MEAN,
    "pooling_mode_mean_sqrt_len_tokens": Pooling.ROOT_MEAN,
    "pooling_mode_weightedmean_tokens": Pooling.WEIGHTED_MEAN,
    "pooling_mode_lasttoken": Pooling.LAST,
}
"""One switch for each way to pool, as sentence-transformers stored them before version 5.4."""

STEPS = ("Transformer", "Pooling", "Dense", "Normalize")
"""The modules of sentence-transformers that are applied, in the only order in which they are."""

OWNER = "sentence_transformers."

TEXTS_ONLY = ("text",)
"""What a transformer reads if its folder does not say."""

QUERY_PROMPT = "query"


@dataclass(frozen=True)
class EncoderFolder:
    """What a folder states; without sentence-transformers' files, the defaults."""

    transformer: Path
    """The folder of the weights and the tokenizer."""
    pooling: Path | None = None
    """The file that states the pooling."""
    projections: Sequence[Path] = ()
    """Folders of the linear layers after the pooling, in their order."""
    max_tokens: int | None = None
    """The longest input, if it is stated."""
    lowercase: bool = False
    """Whether texts are lowercased, whatever the tokenizer does."""
    prompts: Mapping[str, str] = field(default_factory=dict)
    """Texts that may stand before a query, by name."""
    default_prompt: str | None = None
    """The name of the prompt that stands before every text."""

    def query_prompt(self) -> str:
        """What stands before a query: the default prompt, else the one named `query`, else nothing."""
        return self.prompts.get(self.default_prompt or QUERY_PROMPT) or ""


def read_encoder_folder(folder: Path) -> EncoderFolder:
    """Read what a folder states.

    Raises WinnowError for a file that cannot be read, and for a step that is not applied here.
    """
    settings = _read_object(folder / "config_sentence_transformers.json")
    kind = settings.get("model_type", "SentenceTransformer")
    if kind != "SentenceTransformer":
        raise WinnowError(_refused(folder, f"a model of type {kind}", "a sentence encoder: one vector for each text"))
    steps = _steps(folder)
    transformer = folder / steps["Transformer"][0] if "Transformer" in steps else folder
    pooling = folder / steps["Pooling"][0] if "Pooling" in steps else folder / "1_Pooling"
    lengths = _transformer_settings(transformer)
    if "text" not in (lengths.get("modality_config") or TEXTS_ONLY):
        found = "texts are wrapped in messages before they are read"
        raise WinnowError(_refused(transformer, found, "an encoder that reads texts as they are"))
    return EncoderFolder(
        transformer=transformer,
        pooling=pooling / "config.json" if (pooling / "config.json").is_file() else None,
        projections=[folder / path for path in steps.get("Dense", ())],
        max_tokens=lengths.get("max_seq_length"),
        lowercase=bool(lengths.get("do_lower_case")),
        prompts={name: text for name, text in (settings.get("prompts") or {}).items() if isinstance(text, str)},
        default_prompt=settings.get("default_prompt_name"),
    )


def stated_pooling(stated: EncoderFolder, *, prompt: str) -> Pooling | None:
    """The pooling that a folder states; None if it states none.

    Raises WinnowError for several at once, an unknown one, and one that leaves out the tokens of a prompt.
    """
    if stated.pooling is None:
        return None
    stored = _read_object(stated.pooling)
    if prompt and stored.get("include_prompt") is False:
        found = "the tokens of the prompt are left out of the pooling"
        raise WinnowError(_refused(stated.pooling, found, "a pooling over all tokens", "set `prompt` to an empty text"))
    named = stored.get("pooling_mode", [])
    modes = [named] if isinstance(named, str) else list(named)
    modes = modes or [mode for key, mode in LEGACY_POOLINGS.items() if stored.get(key)] or [Pooling.MEAN]
    known = [one for one in Pooling if one != Pooling.OWN]
    if len(modes) > 1 or modes[0] not in known:
        found = f"the pooling {' and '.join(map(str, modes))}"
        raise WinnowError(
            _refused(
                stated.pooling, found, f"one of {', '.join(known)}", "set `pooling` of method encoder to one of these"
            )
        )
    return Pooling(modes[0])


def _steps(folder: Path) -> dict[str, list[str]]:
    """The paths of the steps by their name, in order; empty where the folder lists none."""
    path = folder / "modules.json"
    if not path.is_file():
        return {}
    listed = _read_json(path)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise WinnowError(_unreadable(path, "not a list of modules"))
    names = [_step_name(str(one.get("type"))) for one in listed]
    unknown = [name for name in names if name not in STEPS]
    order = [STEPS.index(name) for name in names if name in STEPS]
    if unknown or order != sorted(order) or names.count("Transformer") != 1 or names.count("Pooling") != 1:
        found = f"the steps {', '.join(names)}"
        expected = "one Transformer, one Pooling, then Dense and Normalize if there are any"
        raise WinnowError(_refused(path, found, expected))
    found_steps: dict[str, list[str]] = {}
    for name, one in zip(names, listed, strict=True):
        found_steps.setdefault(name, []).append(str(one.get("path", "")))
    return found_steps


def _step_name(kind: str) -> str:
    """The class of sentence-transformers, or the whole type of a module with code of its own."""
    return kind.rsplit(".", 1)[-1] if kind.startswith(OWNER) else kind


def _transformer_settings(folder: Path) -> dict[str, Any]:
    """The settings of the transformer; older versions named the file after the architecture."""
    paths = [folder / "sentence_bert_config.json", *sorted(folder.glob("sentence_*_config.json"))]
    return next((_read_object(path) for path in paths if path.is_file()), {})


def _read_object(path: Path) -> dict[str, Any]:
    """A JSON object; empty where there is no such file."""
    if not path.is_file():
        return {}
    read = _read_json(path)
    if not isinstance(read, dict):
        raise WinnowError(_unreadable(path, "not a JSON object"))
    return read


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WinnowError(_unreadable(path, str(error)[:160])) from None


def _unreadable(path: Path, found: str) -> Problem:
    return Problem(str(path), found, "a file as sentence-transformers writes it", "restore the folder of the model")


def _refused(place: Path, found: str, expected: str, fix: str = "") -> Problem:
    return Problem(f"model {place}", found, expected, fix or "name another encoder")
