"""A sentence encoder of some thousand random parameters, and made-up texts whose labels it learns in seconds."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path

WORDS = {
    "card": ["card", "chip", "pin", "swipe", "plastic"],
    "loan": ["loan", "rate", "borrow", "debt", "mortgage"],
    "trip": ["trip", "flight", "hotel", "airport", "luggage"],
}
"""Each label has words of its own."""

FILLER = ["the", "my", "a", "please", "help", "with", "about", "now", "what", "is", "this", "for"]


def own_words() -> list[str]:
    return [*FILLER, *(word for own in WORDS.values() for word in own)]


def make_encoder(folder: Path, words: Iterable[str], *, seed: int = 0) -> Path:
    """A BERT with two layers of width 32 that knows whole words, in sentence-transformers' layout."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.1,  # else every text looks alike at the start
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        BertModel(config).save_pretrained(folder)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    return folder


def texts_of(label: str, count: int, *, seed: int = 0) -> list[str]:
    """Different texts that hold two of the label's words among filler."""
    generator = random.Random(f"{label} {seed}")
    made: dict[str, None] = {}
    while len(made) < count:
        words = generator.sample(FILLER, generator.randint(1, 4)) + generator.sample(WORDS[label], 2)
        generator.shuffle(words)
        made[" ".join(words)] = None
    return list(made)
