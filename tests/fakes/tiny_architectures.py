"""Sentence encoders of a few hundred random parameters, of every architecture that people use."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.fakes.tiny_encoder_model import own_words

SPECIAL = ("[CLS]", "[PAD]", "[SEP]", "[UNK]")
"""Padding is number 1, as in RoBERTa: positions there begin after it."""

BERT_LIKE = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}

DEBERTA = {
    **BERT_LIKE,
    "relative_attention": True,
    "max_position_embeddings": 64,
    "pos_att_type": ["p2c", "c2p"],
    "position_biased_input": False,
}


@dataclass(frozen=True)
class TinyArchitecture:
    """One architecture, and how its folder states the way to a vector."""

    model_type: str
    sizes: Mapping[str, Any] = field(default_factory=lambda: dict(BERT_LIKE))
    pooling: Mapping[str, Any] = field(default_factory=lambda: {"pooling_mode": "mean"})
    dense: tuple[int, ...] = ()
    """Dimensions after each projection."""
    model_class: str = "AutoModel"
    padding_side: str = "right"


ARCHITECTURES: Mapping[str, TinyArchitecture] = {
    "bert": TinyArchitecture("bert", pooling={"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}),
    "roberta": TinyArchitecture("roberta", {**BERT_LIKE, "max_position_embeddings": 34}),
    "xlm-roberta": TinyArchitecture("xlm-roberta", {**BERT_LIKE, "max_position_embeddings": 34}),
    "mpnet": TinyArchitecture("mpnet", {**BERT_LIKE, "max_position_embeddings": 34}),
    "distilbert": TinyArchitecture(
        "distilbert", {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32}, dense=(8, 12)
    ),
    "deberta": TinyArchitecture("deberta", {**DEBERTA, "pos_att_type": ["c2p", "p2c"]}),
    "deberta-v2": TinyArchitecture("deberta-v2", {**DEBERTA, "share_att_key": False}),
    "deberta-v3": TinyArchitecture(
        "deberta-v2", {**DEBERTA, "share_att_key": True, "position_buckets": 8, "norm_rel_ebd": "layer_norm"}
    ),
    "modernbert": TinyArchitecture("modernbert", {**BERT_LIKE, "local_attention": 8}),
    "nomic_bert": TinyArchitecture("nomic_bert", pooling={"pooling_mode": "weightedmean"}),
    "gte": TinyArchitecture("gte", pooling={"pooling_mode_max_tokens": True}),
    "albert": TinyArchitecture("albert", {**BERT_LIKE, "embedding_size": 8}),
    "electra": TinyArchitecture(
        "electra", {**BERT_LIKE, "embedding_size": 8}, pooling={"pooling_mode": ["mean_sqrt_len_tokens"]}
    ),
    "t5": TinyArchitecture(
        "t5", {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2}, model_class="T5EncoderModel"
    ),
    "qwen3": TinyArchitecture(
        "qwen3",
        {**BERT_LIKE, "num_key_value_heads": 1, "head_dim": 8},
        pooling={"pooling_mode_lasttoken": True},
        padding_side="left",
    ),
}


def make_architecture(folder: Path, name: str, *, seed: int = 0) -> Path:
    """A model with two layers of width 16 that knows whole words, as sentence-transformers writes its folder."""
    import torch
    import transformers

    chosen = ARCHITECTURES[name]
    tokenizer = _tokenizer(chosen)
    tokenizer.save_pretrained(folder)
    tokens = {"pad_token_id": 1, "bos_token_id": 0, "cls_token_id": 0, "eos_token_id": 2, "sep_token_id": 2}
    config = transformers.AutoConfig.for_model(chosen.model_type, vocab_size=len(tokenizer), **tokens, **chosen.sizes)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model_class = getattr(transformers, chosen.model_class)
        model = (model_class.from_config if chosen.model_class == "AutoModel" else model_class)(config)
        for weights in model.parameters():  # else every text looks alike
            weights.data += 0.1 * torch.randn_like(weights)
        model.save_pretrained(folder)
        sizes = [config.get_text_config().hidden_size, *chosen.dense]
        for number, (inputs, outputs) in enumerate(pairwise(sizes), 2):
            _write_dense(folder / f"{number}_Dense", inputs, outputs)
    _write_modules(folder, chosen)
    return folder


def rewrite(folder: Path, file: str, **changes: Any) -> None:
    """Change keys of a JSON file, which is made if it is not there."""
    path = folder / file
    known = json.loads(path.read_text()) if path.is_file() else {}
    path.write_text(json.dumps(known | changes))


def _tokenizer(chosen: TinyArchitecture) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: number for number, word in enumerate([*SPECIAL, "query", ":", *own_words()])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    template = "$A [SEP]" if chosen.padding_side == "left" else "[CLS] $A [SEP]"
    tokenizer.post_processor = processors.TemplateProcessing(
        single=template, special_tokens=[("[CLS]", 0), ("[SEP]", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        cls_token="[CLS]",
        pad_token="[PAD]",
        sep_token="[SEP]",
        unk_token="[UNK]",
        padding_side=chosen.padding_side,
    )


def _write_modules(folder: Path, chosen: TinyArchitecture) -> None:
    projections: Sequence[str] = [f"{number}_Dense" for number, _ in enumerate(chosen.dense, 2)]
    steps = [("", "Transformer"), ("1_Pooling", "Pooling"), *((path, "Dense") for path in projections)]
    listed = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(steps)
    ]
    (folder / "modules.json").write_text(json.dumps(listed))
    width = chosen.sizes.get("hidden_size", 16)
    (folder / "1_Pooling").mkdir()
    rewrite(folder, "1_Pooling/config.json", word_embedding_dimension=width, **chosen.pooling)
    rewrite(folder, "sentence_bert_config.json", max_seq_length=32, do_lower_case=False)


def _write_dense(folder: Path, inputs: int, outputs: int) -> None:
    import torch
    from safetensors.torch import save_file

    folder.mkdir()
    save_file(
        {"linear.weight": torch.randn(outputs, inputs), "linear.bias": torch.randn(outputs)},
        folder / "model.safetensors",
    )
    activation = "torch.nn.modules.activation.Tanh"
    rewrite(folder, "config.json", in_features=inputs, out_features=outputs, bias=True, activation_function=activation)
