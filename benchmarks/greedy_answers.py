"""Seconds that greedy answers take, by the number of prompts that are answered together.

`python -m benchmarks.greedy_answers MODEL_FOLDER [--answers 16] [--sizes 1,8,16]`
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from winnow.config.load import read_task
from winnow.core.model_vocabulary import Precision
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.training.answering.answer_request import AnswerRequest, requests_of
from winnow.training.answering.answering_model import answering_hardware
from winnow.training.answering.greedy_decoding import GreedyDecoder, TokenPrompt
from winnow.training.answering.request_prompts import prompt_texts, require_texts
from winnow.training.answering.shared_prompts import reading_order
from winnow.training.causal_models import load_network
from winnow.validators.tools.dialogue import Dialogue
from winnow.validators.tools.row_dialogue import dialogue_of_row

EXAMPLE = Path(__file__).parents[1] / "examples" / "assistant"

LIMIT = 64


def main() -> None:
    """Print a line for each size, and whether the answers are the same."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--answers", type=int, default=16)
    parser.add_argument("--sizes", default="1,8,16")
    told = parser.parse_args()
    chat = open_chat_tokenizer(told.model)
    ids = chat.token_ids(require_texts(prompt_texts(example_requests(), chat)))
    read = sum(len(ids[place]) - kept for place, kept in reading_order(ids))
    print(f"{len(ids)} prompts of {sum(map(len, ids)):,} tokens, of which {read:,} are read")
    network = load_network(told.model, answering_hardware(Precision.AUTO))
    prompts = [TokenPrompt(one, LIMIT) for one in ids[: told.answers]]
    before = None
    for size in map(int, told.sizes.split(",")):
        cpu, wall = time.process_time(), time.perf_counter()
        found = [one.ids for one in GreedyDecoder(network, chat.stop_ids, size).answers(prompts)]
        cpu, wall, tokens = time.process_time() - cpu, time.perf_counter() - wall, sum(map(len, found))
        same = "" if before is None else f", same answers: {found == before}"
        print(f"{size:3} together: {cpu:.1f} s of processor, {wall:.1f} s, {tokens} tokens{same}", flush=True)
        before = found


def example_requests() -> list[AnswerRequest]:
    """Every answer of the separately written tests of the example."""
    task = read_task(EXAMPLE / "winnow.yaml")
    rows = [json.loads(line) for line in (EXAMPLE / "tests.jsonl").read_text().splitlines()]
    read = {str(number): dialogue_of_row(row, task) for number, row in enumerate(rows)}
    return list(requests_of({key: (one, "") for key, one in read.items() if isinstance(one, Dialogue)}, task))


if __name__ == "__main__":
    main()
