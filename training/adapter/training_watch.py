"""What happens besides the steps of a training: checks at fixed steps, samples, progress and the time."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from transformers import TrainerCallback

from winnow.core.atomic import atomic_write
from winnow.core.progress import Progress
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.adapter.sampled_answers import sampled_answers, sampled_rows
from winnow.training.adapter.trained_rows import TrainedRow
from winnow.training.encoder.checkpoints import write_elapsed_seconds

SPEED_FILE = "speed.json"
"""In a checkpoint: how many steps were made up to it, and how long they took."""

SAMPLES_FILE = "samples.jsonl"
"""In a run folder: answers that the model wrote at each checkpoint."""


def check_steps(rows: int, settings: AdapterSettings) -> frozenset[int]:
    """The steps after which validation is measured and a checkpoint saved: evenly spaced in every epoch."""
    epoch, checks = -(-rows // settings.batch_size), settings.checks_per_epoch
    found = {round(epoch * (done + part / checks)) for done in range(settings.epochs) for part in range(1, checks + 1)}
    return frozenset(found - {0})


class TrainingWatch(TrainerCallback):  # type: ignore[misc]  # the Trainer requires a subclass
    """Asks for checks, writes samples, reports progress, and measures the time across interruptions."""

    def __init__(
        self,
        train: Sequence[TrainedRow],
        validation: Sequence[TrainedRow],
        chat: ChatTokenizer,
        settings: AdapterSettings,
        folder: Path,
        progress: Progress | None,
    ) -> None:
        self.folder, self.progress, self.chat = folder, progress, chat
        self.due = check_steps(len(train), settings)
        self.sampled = sampled_rows(validation, settings.samples)
        self.longest = max((len(row.answer_ids) for row in train), default=0)
        self.step_tokens = sum(len(row.input_ids) for row in train) / max(len(train), 1) * settings.batch_size
        self.started = self.step_started = time.perf_counter()
        self.elapsed, self.step_seconds, self.steps = 0.0, 0.0, 0
        self.lacks_samples = False

    def start(self, started: float, elapsed: float, step: int, checkpoint: Path | None = None) -> None:
        """State when this process began and how far an interrupted training came: later samples are written again."""
        self.started, self.elapsed = started, elapsed
        self.steps, self.step_seconds = _speed_until(checkpoint)
        path = self.folder / SAMPLES_FILE
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.is_file() else []
        steps = [_step_of(line) for line in lines]
        self.lacks_samples = step > 0 and steps.count(step) < len(self.sampled)
        end = step - 1 if self.lacks_samples else step
        if lines:
            with atomic_write(path) as temporary:
                kept = [line for line, at in zip(lines, steps, strict=True) if at <= end]
                temporary.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")

    def add_lacking_samples(self, model: Any, state: Any) -> None:
        """Write the samples of the checkpoint that a training resumes from, if it was killed before it wrote them."""
        if self.lacks_samples:
            self._write_samples(model, state)
            self.lacks_samples = False

    def seconds(self) -> float:
        """Seconds spent so far, including before an interruption."""
        return self.elapsed + time.perf_counter() - self.started

    def tokens_per_second(self) -> float:
        """Tokens of prompts and answers per second of all steps, also those before an interruption; 0 without any."""
        return round(self.step_tokens * self.steps / self.step_seconds, 1) if self.step_seconds else 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Complete the samples of the checkpoint whose weights the model has."""
        self.add_lacking_samples(kwargs["model"], state)

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the timer of a step."""
        self.step_started = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Report progress in rows, and ask for a check where one is due."""
        self.step_seconds += time.perf_counter() - self.step_started
        self.steps += 1
        if state.global_step in self.due:
            control.should_log = control.should_save = True
            control.should_evaluate = args.eval_strategy != "no"
        if self.progress:
            size = args.per_device_train_batch_size
            self.progress(size * state.global_step, size * state.max_steps)

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write samples, and the elapsed time into the checkpoint that was just written."""
        if self.sampled:
            self._write_samples(kwargs["model"], state)
        checkpoint = self.folder / f"checkpoint-{state.global_step}"
        write_elapsed_seconds(checkpoint, self.seconds())
        speed = {"steps": self.steps, "seconds": self.step_seconds}
        (checkpoint / SPEED_FILE).write_text(json.dumps(speed), encoding="utf-8")

    def _write_samples(self, model: Any, state: Any) -> None:
        training, decode = model.training, self.chat.tokenizer.decode
        answers = sampled_answers(model.eval(), self.sampled, self.chat, longest=self.longest)
        model.train(training)
        with (self.folder / SAMPLES_FILE).open("a", encoding="utf-8") as handle:
            for row, answer in zip(self.sampled, answers, strict=True):
                line = {
                    "step": state.global_step,
                    "epoch": round(state.epoch, 3),
                    "record": row.record,
                    "turn": row.turn + 1,
                    "expected": decode(row.answer_ids[:-1]),
                    "answer": decode(answer.ids),
                    "finished": answer.finished,
                }
                handle.write(json.dumps(line, ensure_ascii=False) + "\n")


class Speed(NamedTuple):
    """How fast a training was."""

    steps: int
    seconds: float


def _speed_until(checkpoint: Path | None) -> Speed:
    """The steps up to a checkpoint; none without one, or when they were not saved before a kill."""
    try:
        stated = json.loads((checkpoint / SPEED_FILE).read_text(encoding="utf-8")) if checkpoint else {}
        return Speed(int(stated["steps"]), float(stated["seconds"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Speed(0, 0.0)


def _step_of(line: str) -> float:
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return float("inf")  # cut off by a kill
