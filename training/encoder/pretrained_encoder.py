"""Load the transformer of a sentence encoder and its tokenizer, of any architecture that transformers has itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from winnow.core.errors import Problem, WinnowError
from winnow.training.encoder.encoder_folder import EncoderFolder

ENCODER_CLASSES = {"t5": "T5EncoderModel", "mt5": "MT5EncoderModel", "umt5": "UMT5EncoderModel"}
"""The encoders of models that also have a decoder, by `model_type`."""

UNUSED = "pooler"
"""BERT's pooler is for another task: its weights may be missing, and it would get useless updates."""


@dataclass(frozen=True)
class PretrainedEncoder:
    """A transformer and its tokenizer."""

    encoder: nn.Module
    tokenizer: Any
    dimensions: int
    """Of the states of its tokens."""
    max_tokens: int
    """The longest input that it reads."""


def load_pretrained_encoder(stated: EncoderFolder) -> PretrainedEncoder:
    """Load what a folder holds; neither pickled weights nor code of the model's own.

    Raises WinnowError when transformers cannot load it as an encoder, or when weights are missing.
    """
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        encoder = _load_encoder(stated)
        tokenizer = _load_tokenizer(stated)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise WinnowError(_not_loaded(stated, error)) from None
    if getattr(encoder, UNUSED, None) is not None:
        encoder.pooler = None
    if getattr(encoder.config, "use_cache", False):
        encoder.config.use_cache = False  # a decoder that embeds generates nothing
    dimensions = int(encoder.config.get_text_config().hidden_size)
    return PretrainedEncoder(encoder, tokenizer, dimensions, _max_tokens(encoder, tokenizer, stated))


def reads_from_left(encoder: nn.Module) -> bool:
    """Whether each token knows only those before it, as in a model that was made to generate."""
    config: Any = encoder.config
    named = (getattr(config, "architectures", None) or [""])[0]
    return str(named).endswith("ForCausalLM") and getattr(config, "is_causal", True)


def _load_encoder(stated: EncoderFolder) -> Any:
    import transformers

    own = {"local_files_only": True, "trust_remote_code": False}
    config = transformers.AutoConfig.from_pretrained(stated.transformer, **own)
    if config.is_encoder_decoder and config.model_type not in ENCODER_CLASSES:
        raise ValueError(f"{config.model_type} has a decoder too, and its encoder alone is not known")
    kind = getattr(transformers, ENCODER_CLASSES.get(config.model_type, "AutoModel"))
    more = {} if config.model_type in ENCODER_CLASSES else {"trust_remote_code": False}
    # On a CPU, eager attention on short texts takes half the time of torch's fused kernels.
    encoder, report = kind.from_pretrained(
        stated.transformer,
        use_safetensors=True,
        dtype=torch.float32,
        attn_implementation="eager",
        local_files_only=True,
        output_loading_info=True,
        **more,
    )
    missing = sorted(name for name in report["missing_keys"] if UNUSED not in name.split("."))
    if missing:
        raise ValueError(f"{len(missing)} of its weights are not in the folder, {missing[0]} among them")
    return encoder


def _load_tokenizer(stated: EncoderFolder) -> Any:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(stated.transformer, local_files_only=True, trust_remote_code=False)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    if tokenizer.pad_token is None:
        raise ValueError("its tokenizer has no token to fill up a batch with")
    if stated.lowercase:
        _lowercase(tokenizer)
    return tokenizer


def _lowercase(tokenizer: Any) -> None:
    """Lowercase texts before the tokenizer's own rules, as sentence-transformers does for `do_lower_case`."""
    from tokenizers import normalizers

    own = tokenizer.backend_tokenizer.normalizer
    before = [normalizers.Lowercase(), *([own] if own is not None else [])]
    tokenizer.backend_tokenizer.normalizer = normalizers.Sequence(before)


def _max_tokens(encoder: Any, tokenizer: Any, stated: EncoderFolder) -> int:
    """The lowest of all limits: of the tokenizer, of the folder, and of the positions that the encoder knows."""
    positions = getattr(encoder.config.get_text_config(), "max_position_embeddings", None)
    limits = (tokenizer.model_max_length, stated.max_tokens, positions, *_learned_positions(encoder))
    return int(min(one for one in limits if one and one > 0))


def _learned_positions(encoder: nn.Module) -> Iterator[int]:
    """Positions with a learned vector; RoBERTa and MPNet count them from the one after that of padding."""
    for module in encoder.modules():
        table = getattr(module, "position_embeddings", None)
        if isinstance(table, nn.Embedding):
            yield table.num_embeddings - (0 if table.padding_idx is None else table.padding_idx + 1)


def _not_loaded(stated: EncoderFolder, error: Exception) -> Problem:
    fix = "name a folder or hub id of a sentence encoder with weights in safetensors"
    first = (str(error) or type(error).__name__).splitlines()[0]
    return Problem(f"model {stated.transformer}", f"cannot be loaded ({first[:160]})", "an encoder", fix)
