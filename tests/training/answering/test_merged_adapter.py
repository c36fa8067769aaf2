"""The adapter of a run is merged in memory: answers are those of the layers as they were trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from winnow.core.model_vocabulary import Precision
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, open_chat_tokenizer
from winnow.training.answering.answering_model import AnsweringModel, answering_hardware, open_network
from winnow.training.causal_models import load_network

PROMPTS = [f"<|user|>{text}<|end|><|assistant|>" for text in ("hello", "hello there", "what is it?", "")]


@pytest.fixture(scope="module")
def chat(tiny_chat: Path) -> ChatTokenizer:
    return open_chat_tokenizer(str(tiny_chat))


@pytest.fixture(scope="module")
def adapter(tiny_chat: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LoRA layers of random weights."""
    from peft import LoraConfig, get_peft_model

    base = load_network(str(tiny_chat), answering_hardware(Precision.F32))
    layers: Any = get_peft_model(base, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    chosen = torch.Generator().manual_seed(1)
    for name, parameter in layers.named_parameters():
        if "lora_" in name:
            parameter.data = torch.randn(parameter.shape, generator=chosen) * 0.2
    folder = tmp_path_factory.mktemp("merged") / "adapter"
    layers.save_pretrained(folder)
    return folder


def test_merged_and_separate_layers_give_the_same_answers(tiny_chat: Path, chat: ChatTokenizer, adapter: Path) -> None:
    on = answering_hardware(Precision.AUTO)
    merged = open_network(str(tiny_chat), adapter, on)
    separate = load_network(str(tiny_chat), on, adapter=adapter)
    base = load_network(str(tiny_chat), on)
    said, same, other = (AnsweringModel(chat, one, 24).answers(PROMPTS) for one in (merged, separate, base))
    assert said == same
    assert said != other
    assert not any("lora" in name for name, _ in merged.named_parameters())


def test_a_prompt_that_fills_the_window_gets_no_answer(tiny_chat: Path, chat: ChatTokenizer) -> None:
    network = load_network(str(tiny_chat), answering_hardware(Precision.F32))
    network.config.max_position_embeddings = len(PROMPTS[0].replace("<|user|>", "u").replace("<|end|>", "e")) + 1
    short, full = AnsweringModel(chat, network, 24).answers([PROMPTS[3], "<|user|>" + "x" * 100])
    assert short.tokens > 0
    assert (full.text, full.tokens, full.finished) == ("", 0, False)
