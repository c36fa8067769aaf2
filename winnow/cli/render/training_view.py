"""What train did, a dry run's estimate, and what a prompted run will cost on validation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render import terminal
from winnow.core.counted import counted

if TYPE_CHECKING:
    from winnow.training.encoder.dry_run import DryRunEstimate
    from winnow.training.run_facts import AdapterRunFacts, CostEstimate, PromptLength
    from winnow.training.runs import Run
    from winnow.training.teacher_facts import TeacherFacts, TeacherRunFacts


def print_dry_run(estimate: DryRunEstimate, full_training: str, json: bool) -> None:
    """Print time and memory of the full training, estimated from its first steps, and the command that runs it."""
    if json:
        terminal.print_json(estimate.model_dump(mode="json"))
        return
    whole = (
        f"{counted(estimate.total_steps, 'step')} in {estimate.seconds:,.0f} s, "
        f"{estimate.seconds_per_epoch:,.1f} s per epoch"
    )
    terminal.print_line(
        f"dry run: {counted(estimate.steps, 'step')}, {estimate.seconds_per_step:.3f} s each; nothing was saved"
    )
    terminal.print_line(f"full training: at most {whole}, at the current machine load")
    for name, count in estimate.peak_memory:
        size = f"{count / 2**20:,.0f} MiB" if isinstance(count, int) else count
        terminal.print_line(f"peak memory, {name.removesuffix('_bytes')}: {size}")
    terminal.print_next(full_training)


def print_trained(run: Run, new: bool) -> None:
    """Print what was trained and where it is, and what evaluating a prompted run will cost."""
    from winnow.training.run_facts import AdapterRunFacts, PromptRunFacts, TrainedRunFacts

    facts = run.facts_of(TrainedRunFacts)
    known = "" if new else " (already trained)"
    terminal.print_line(f"run {run.id}: {counted(facts.train_rows, 'row')}, {facts.seconds:.1f} s{known}")
    terminal.print_line(f"path {run.path}")
    if isinstance(facts, AdapterRunFacts):
        terminal.print_line(_answers_line(facts))
    if facts.teacher:
        terminal.print_line(_teacher_line(facts.teacher))
    if isinstance(facts, PromptRunFacts) and facts.estimate:
        terminal.print_line(_prompt_cost_line(facts.prompt, facts.estimate))


def _answers_line(facts: AdapterRunFacts) -> str:
    """What was learned, and the general answers that were not."""
    general = f"{facts.general_answers:,} of them general"
    if facts.general_left_out:
        general += f" ({facts.general_left_out:,} more left out by general_share)"
    best = f"best checkpoint after {facts.best_epoch:.3g} of {facts.epochs:.3g} epochs"
    speed = f"{facts.tokens_per_second:,.0f} tokens per second"
    return f"{counted(facts.trained_answers, 'answer')} learned, {general}; {best}; {speed}; saved as {facts.saved_as}"


def _teacher_line(teacher: TeacherFacts | TeacherRunFacts) -> str:
    """The run that was learned from; or how many answers of a teacher were learned, and why others were not."""
    from winnow.training.teacher_facts import TeacherRunFacts

    if isinstance(teacher, TeacherRunFacts):
        return f"teacher: run {teacher.run}, which labels {teacher.agreement:.1%} of the train rows as the data does"
    rejected = f"; rejected: {terminal.counts_by_name(teacher.rejected)}" if teacher.rejected else ""
    unmatched = f"; to no answer of train: {teacher.unmatched:,}" if teacher.unmatched else ""
    return f"teacher: {teacher.used:,} of {counted(teacher.answers, 'answer')} learned{rejected}{unmatched}"


def _prompt_cost_line(prompt: PromptLength, expected: CostEstimate) -> str:
    """Expected requests and cost of evaluating a prompted run on validation."""
    usd = expected.usd
    cost = f"about {usd:.4f} USD" if isinstance(usd, float) else "cost unknown: no price for this model"
    return (
        f"validation: {counted(expected.texts, 'text')} in {counted(expected.requests, 'request')}, "
        f"each with a prompt of "
        f"{counted(prompt.tokens, 'token')} (counted {prompt.counted}); {cost}"
    )
