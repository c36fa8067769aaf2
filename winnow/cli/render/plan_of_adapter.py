"""What training an adapter would take: rows, parameters, package, memory, time, and what a target would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from winnow.cli.render import terminal
from winnow.core.counted import counted
from winnow.core.result import NotMeasured

if TYPE_CHECKING:
    from winnow.training.adapter.adapter_plan import AdapterPlan, PlannedMemory, TargetCheck

GIB = 2**30
MEGABYTE = 1_000_000


def print_plan(plan: AdapterPlan, full_training: str, json: bool) -> None:
    """Print the plan of an adapter, everything that a target would refuse, else the command that trains it."""
    if json:
        terminal.print_json(plan.model_dump(mode="json"))
        return
    terminal.print_line(f"dry run of an adapter on {plan.base}; nothing was saved")
    terminal.print_table(("", ""), list(_lines(plan)))
    if plan.target is not None:
        _print_target(plan.target)
    if plan.target is None or not plan.target.faults:
        terminal.print_next(full_training)


def _lines(plan: AdapterPlan) -> Iterator[tuple[str, str]]:
    yield "base model", counted(plan.parameters, "parameter")
    yield "adapter", counted(plan.trained_parameters, "trained parameter")
    package = plan.package
    yield "package", f"{package.bf16 / MEGABYTE:,.1f} MB in bf16, {package.f32 / MEGABYTE:,.1f} MB in f32 (computed)"
    yield from _row_lines(plan)
    yield "memory", _memory(plan.memory)
    on_gpu = [(one.weight_format, one.total_bytes) for one in plan.memory_on_gpu]
    known = [f"{_gib(size)} in {name}" for name, size in on_gpu if isinstance(size, int)]
    if known:
        yield "memory on a GPU", f"{', '.join(known)} (computed, with gradient checkpointing)"
    yield from _step_lines(plan)


def _row_lines(plan: AdapterPlan) -> Iterator[tuple[str, str]]:
    rows = plan.rows
    if isinstance(rows, NotMeasured):
        yield "rows", f"not measured: {rows.why}"
        return
    window = "unknown" if isinstance(rows.window, NotMeasured) else f"{rows.window:,}"
    yield "rows", f"{counted(rows.train_answers, 'answer')} of train, {rows.validation_answers:,} of validation"
    yield "tokens", f"{rows.tokens:,} in train, {rows.trained_tokens:,} of them learned"
    yield "longest row", f"{counted(rows.longest_row, 'token')}; window: {window}"
    yield "largest batch", f"{counted(rows.batch_tokens, 'token')}, common prefixes once"


def _memory(memory: PlannedMemory) -> str:
    total = memory.total_bytes
    if isinstance(total, NotMeasured):
        return f"{_gib(memory.weights_bytes)} for the weights ({memory.weight_format}); the rest: {total.why}"
    parts = {
        "weights": memory.weights_bytes,
        "adapter and optimizer": memory.adapter_bytes,
        "activations": memory.activations_bytes,
        "logits": memory.logits_bytes,
    }
    listed = ", ".join(f"{name} {_gib(size)}" for name, size in parts.items() if isinstance(size, int))
    return f"{_gib(total)} at the peak ({memory.weight_format}, computed): {listed}"


def _step_lines(plan: AdapterPlan) -> Iterator[tuple[str, str]]:
    steps = plan.steps
    if isinstance(steps, NotMeasured):
        yield "time", f"not measured: {steps.why}"
        return
    yield (
        "time",
        f"at most {counted(steps.total_steps, 'step')} in {steps.seconds:,.0f} s, {steps.seconds_per_step:.2f} s each",
    )
    for name, size in steps.peak_memory:
        if isinstance(size, int):
            yield (
                f"memory, {name.removesuffix('_bytes')}",
                f"{_gib(size)} at the peak of {counted(steps.steps, 'step')} (measured)",
            )


def _print_target(checked: TargetCheck) -> None:
    count = len(checked.faults)
    found = f"{count} {'fault' if count == 1 else 'faults'}" if count else "nothing is refused"
    terminal.print_line(f"{checked.target} (rules of {checked.as_of}): {found}")
    for fault in checked.faults:
        terminal.print_line(f"  {fault.where}: {fault.found}; expected: {fault.expected}; fix: {fault.fix}")


def _gib(size: int) -> str:
    return f"{size / GIB:,.2f} GiB"
