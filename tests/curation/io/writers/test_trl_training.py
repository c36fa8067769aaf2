"""TRL trains a model on what `export` wrote, and learns the answers and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.tiny_chat_tokenizer import CHATML_TOKENS, make_chat_tokenizer
from tests.support.exported import BOTH, PARIS, USER, WEATHER, tools_task, written
from winnow.curation.io.writers.written_rows import lines_text
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

TEMPLATE = (
    "{% if tools %}<|im_start|>tools\n{{ tools | tojson }}<|im_end|>{% endif %}"
    "{% for one in messages %}<|im_start|>{{ one.role }}\n"
    "{% if one.role == 'assistant' %}{% generation %}{{ one.content }}"
    "{% for call in one.tool_calls or [] %}{{ call.function | tojson }}{% endfor %}<|im_end|>{% endgeneration %}"
    "{% else %}{{ one.content }}<|im_end|>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TRAFFIC = Tool("traffic", "Look up the traffic.", {"type": "object", "properties": {"road": {"type": "integer"}}})
ROAD = Dialogue((USER, Turn(Role.ASSISTANT, "", (Call("call_1", "traffic", {"road": 7}),))), (TRAFFIC,))
PLAIN = Dialogue((USER, Turn(Role.ASSISTANT, "Which day?")), (WEATHER,))
GENERAL = Dialogue((USER, Turn(Role.ASSISTANT, "Hello.")))


def trained_texts(folder: Path, lines: list[dict[str, Any]], **settings: Any) -> list[tuple[str, str]]:
    """Train one step; for each row what TRL shows the model, and which part of it is learned."""
    from datasets import load_dataset
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM
    from trl import SFTConfig, SFTTrainer

    (folder / "train.jsonl").write_text(lines_text(lines), encoding="utf-8")
    rows = load_dataset("json", data_files=str(folder / "train.jsonl"), split="train", cache_dir=str(folder / "cache"))
    tokenizer = AutoTokenizer.from_pretrained(make_chat_tokenizer(folder / "model", TEMPLATE, special=CHATML_TOKENS))
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=1,
        num_key_value_heads=1, max_position_embeddings=4096,
    )  # fmt: skip
    given = {"max_steps": 1, "bf16": False, "gradient_checkpointing": False, "report_to": "none", "use_cpu": True}
    arguments = SFTConfig(str(folder / "out"), per_device_train_batch_size=2, max_length=4096, **{**given, **settings})
    trainer = SFTTrainer(LlamaForCausalLM(config), arguments, train_dataset=rows, processing_class=tokenizer)
    assert trainer.train().training_loss > 0
    found = []
    for row in trainer.train_dataset:
        labels = trainer.data_collator([row])["labels"][0].tolist()
        found.append((tokenizer.decode(row["input_ids"]), tokenizer.decode([one for one in labels if one >= 0])))
    return found


@pytest.mark.parametrize("call_format", ["fenced_json", "openai_tool_calls"])
def test_each_row_of_trl_learns_its_own_answer_and_the_stop_token(tmp_path: Path, call_format: str) -> None:
    task = tools_task(call_format)
    lines = [line for one in (BOTH, ROAD, PLAIN, GENERAL) for line in written(one, "trl", task).lines]
    found = trained_texts(tmp_path, lines)
    answers = [line["completion"][0] for line in lines]
    calls = ["".join(json.dumps(call["function"]) for call in one.get("tool_calls", [])) for one in answers]
    assert [learned for _, learned in found] == [
        f"{one['content']}{call}<|im_end|>" for one, call in zip(answers, calls, strict=True)
    ]
    for line, (shown, _) in zip(lines, found, strict=True):
        assert "null" not in shown
        documented = shown.startswith("<|im_start|>tools")
        assert documented == (call_format == "openai_tool_calls" and bool(line["tools"]))


def test_trl_learns_every_answer_of_messages_and_no_result(tmp_path: Path) -> None:
    lines = [line for one in (BOTH, ROAD, PLAIN, GENERAL) for line in written(one, "trl_messages", tools_task()).lines]
    found = trained_texts(tmp_path, lines, assistant_only_loss=True)
    calls = '{"name": "weather", "arguments": {"city": "Paris"}}{"name": "weather", "arguments": {"city": "Rome"}}'
    assert [learned for _, learned in found] == [
        f"Looking.{calls}<|im_end|>Sun and rain.<|im_end|>",
        '{"name": "traffic", "arguments": {"road": 7}}<|im_end|>',
        "Which day?<|im_end|>",
        "Hello.<|im_end|>",
    ]
    assert all("null" not in shown for shown, _ in found)
    assert PARIS.name in found[0][0]
