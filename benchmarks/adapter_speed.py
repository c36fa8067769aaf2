"""Processor time of training an adapter with shared prefixes, compared with trl's own padding and loss.

`python -m benchmarks.adapter_speed MODEL_FOLDER [--batch-size 4] [--steps 3]`
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from trl import SFTConfig, SFTTrainer

from winnow.config.load import read_task
from winnow.core.vocabulary import Split
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, open_chat_tokenizer
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.adapter.adapter_trainer import AdapterRows, build_trainer, lora_layers, training_arguments
from winnow.training.adapter.prefix_sharing import token_tree
from winnow.training.adapter.trained_rows import TrainedRow, dialogue_rows
from winnow.training.answering.answer_request import requests_of
from winnow.training.causal_models import load_network, local_base
from winnow.training.hardware import detect_hardware
from winnow.validators.tools.dialogue import Dialogue
from winnow.validators.tools.row_dialogue import dialogue_of_row

EXAMPLE = Path(__file__).parents[1] / "examples" / "assistant"


def main() -> None:
    """Print the processor seconds of a step both ways, and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--steps", type=int, default=3)
    told = parser.parse_args()
    chat = open_chat_tokenizer(told.model)
    rows = random.Random(0).sample(example_rows(chat), told.batch_size * told.steps)
    batches = [rows[start : start + told.batch_size] for start in range(0, len(rows), told.batch_size)]
    whole = sum(len(row.input_ids) for row in rows)
    shared = sum(len(token_tree([columns(row) for row in batch]).input_ids) for batch in batches)
    print(f"{len(rows)} rows of {whole:,} tokens, of which {shared:,} are computed with shared prefixes", flush=True)
    settings = AdapterSettings(model=told.model, batch_size=told.batch_size)
    ours = seconds_of(shared_trainer(chat, rows, settings, told.steps), told.steps)
    print(f"shared prefixes: {ours:.1f} s of processor a step", flush=True)
    padded = seconds_of(padded_trainer(chat, rows, settings, told.steps), told.steps)
    print(f"trl's padding: {padded:.1f} s of processor a step, {padded / ours:.1f} times as much")


def seconds_of(trainer: Any, steps: int) -> float:
    """Processor seconds of a step."""
    started = time.process_time()
    trainer.train()
    return (time.process_time() - started) / steps


def columns(row: TrainedRow) -> dict[str, list[int]]:
    """A row as a trainer takes it."""
    return {"input_ids": row.input_ids, "labels": row.labels}


def shared_trainer(chat: ChatTokenizer, rows: list[TrainedRow], settings: AdapterSettings, steps: int) -> Any:
    """The trainer of method `adapter`."""
    hardware, given = detect_hardware(settings.precision), AdapterRows(rows, [])
    folder = Path(tempfile.mkdtemp())
    arguments = training_arguments(settings, hardware, folder, seed=0, report_to=None, rows=given, steps=steps)
    return build_trainer(local_base(settings.model), chat, given, arguments, settings, hardware)


def padded_trainer(chat: ChatTokenizer, rows: list[TrainedRow], settings: AdapterSettings, steps: int) -> Any:
    """The trainer of trl with its own collator, on the same rows with the same model."""
    from datasets import Dataset

    hardware = detect_hardware(settings.precision)
    network = load_network(str(settings.model), hardware.model_copy(update={"precision": "f32"}))
    arguments: SFTConfig = training_arguments(
        settings, hardware, Path(tempfile.mkdtemp()), seed=0, report_to=None, rows=AdapterRows(rows, []), steps=steps
    )
    return SFTTrainer(
        network,
        arguments,
        train_dataset=Dataset.from_list([columns(row) for row in rows]),
        processing_class=chat.tokenizer,
        peft_config=lora_layers(settings, network),
    )


def example_rows(chat: ChatTokenizer) -> list[TrainedRow]:
    """Every answer of the dialogues of the example."""
    task = read_task(EXAMPLE / "winnow.yaml")
    rows = [json.loads(line) for line in (EXAMPLE / "dialogues.jsonl").read_text().splitlines()]
    read = {str(number): dialogue_of_row(row, task) for number, row in enumerate(rows)}
    dialogues = {key: (one, "") for key, one in read.items() if isinstance(one, Dialogue)}
    return dialogue_rows(list(requests_of(dialogues, task, Split.TRAIN)), chat)


if __name__ == "__main__":
    main()
