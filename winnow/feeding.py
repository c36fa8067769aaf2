"""The command `feedback`: a run's mistakes, brought to the queues and the generators; what the last round brought."""

from __future__ import annotations

import json as json_text
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from validators.faults import Fault, WinnowError
from winnow import terminal
from winnow.anywhere import evaluate_run
from winnow.options import Json, RunArgument, progress_bar, workspace_of

if TYPE_CHECKING:
    from curation.embed import Embedder, Progress
    from training.confusion import Counts
    from training.feedback import Feedback
    from training.runs import Run
    from winnow.workspace import Workspace

ANSWERS = 200
"""As many as a queue holds by default."""
SHOWN = 10


@dataclass(frozen=True)
class Fed:
    """What `winnow feedback` found and wrote."""

    feedback: Feedback
    plan: Path
    """For generators; its texts are train rows."""
    gain: dict[str, Any]
    """What the round before mended, or why that is not measured."""

    def json(self) -> dict[str, Any]:
        """The shape of `feedback --json`."""
        return {**self.feedback.told(), "plan": str(self.plan), "gain": self.gain}


def feed(
    workspace: Workspace,
    wanted: str | Path,
    *,
    answers: int,
    against: str | Path | None,
    embedder: Embedder,
    progress: Progress | None,
) -> Fed:
    """Look at a run, write the focus of the queues and the plan for generators, measure what the last round brought.

    Writing is idempotent: the same run in the same workspace gives the same files, and another run replaces the focus.
    """
    from curation.agreement import label_pairs
    from curation.answers import matrix
    from curation.focus import FILE, write_focus
    from curation.folder import replacing
    from curation.queues.opinions import opinions
    from curation.vectors import vectors_for
    from curation.working import forgotten_ids
    from training.feedback import feedback

    run = workspace.run(wanted)
    release = workspace.release(run.release_path())
    validation = _validation(run, release.counts["validation"], workspace, progress)
    with workspace.store.reading() as connection:
        gone, said = forgotten_ids(connection), opinions(connection, workspace.task)
    train = release.rows("train")
    train = train[~train["id"].isin(gone)].reset_index(drop=True)
    vectors = vectors_for(list(train["text"]), embedder, workspace.folder.vectors, progress=progress)
    plan = workspace.folder.reports / f"feedback-{run.id}.json"
    found = feedback(
        train,
        vectors,
        validation,
        run=run.id,
        release=release.name,
        people=label_pairs(matrix(said)) if len(said) else (),
        answers=answers,
        plan_name=plan.relative_to(workspace.folder.root).as_posix(),
    )
    gained = _gain(workspace, run, against, progress)
    with replacing(plan) as temporary:
        temporary.write_text(json_text.dumps(found.plan, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_focus(found.told(), run.path / FILE, workspace.folder.state / FILE)
    return Fed(found, plan, gained)


def _validation(run: Run, rows: int, workspace: Workspace, progress: Progress | None) -> Counts:
    """What the run got wrong of validation, as counts; it is evaluated where nobody has done so."""
    from training.confusion import Counts, counts_of

    if not rows:
        return Counts()
    path = run.path / "evaluation" / "validation.json"
    if path.exists():
        return counts_of(json_text.loads(path.read_text(encoding="utf-8")))
    evaluated, _ = evaluate_run(run, split="validation", vectors_cache=workspace.folder.vectors, progress=progress)
    return counts_of(evaluated.measures)


def _gain(workspace: Workspace, run: Run, against: str | Path | None, progress: Progress | None) -> dict[str, Any]:
    """What the round of feedback before this run mended; by default that of the latest earlier run of its method."""
    from curation.focus import FILE
    from training.gain import gain

    before = workspace.run(against) if against else _before(workspace, run)
    if before is None:
        return {"status": "not_measured", "why": "no feedback on an earlier run of another release that was made alike"}
    path = before.path / FILE
    if not path.exists():
        fix = f"run `winnow feedback {before.id}` first, or leave out --against"
        raise WinnowError(Fault(f"--against {against}", "no feedback was drawn from it", "a run with feedback", fix))
    if not workspace.release(run.release_path()).counts["validation"]:
        return {"status": "not_measured", "why": "the release has no validation rows"}
    compared, _ = workspace.compare([before.path, run.path], progress=progress)
    return gain(json_text.loads(path.read_text(encoding="utf-8")), compared.rows, before.id, run.id)


def _before(workspace: Workspace, run: Run) -> Run | None:
    """The latest run before this one that feedback was drawn from: of another release, and otherwise made alike.

    So the difference is the data's.
    """
    from curation.focus import FILE

    names = [entry["name"] for entry in workspace.runs()]
    earlier = names[: names.index(run.id)] if run.id in names else []
    for name in reversed(earlier):
        if not (workspace.folder.runs / name / FILE).exists():
            continue
        other = workspace.run(name)
        alike = all(other.facts[fact] == run.facts[fact] for fact in ("method", "settings", "seed"))
        if alike and other.facts["release"]["sha256"] != run.facts["release"]["sha256"]:
            return other
    return None


def feedback(
    context: typer.Context,
    run: RunArgument,
    answers: Annotated[int, typer.Option(min=1, help="Answers that people can give in this round.")] = ANSWERS,
    against: Annotated[
        str | None, typer.Option(metavar="RUN", help="Measure what the feedback on this run mended. [default: found]")
    ] = None,
    json: Json = False,
) -> None:
    """Bring a run's mistakes to the queues and into a generation plan; say what the last round mended."""
    with progress_bar("reading train", json) as progress:
        fed = workspace_of(context).feedback(run, answers=answers, against=against, progress=progress)
    if json:
        terminal.say_json(fed.json())
        return
    say_fed(fed)
    steps = fed.feedback.steps
    terminal.say_next(steps[0].command if steps else "winnow coverage")


def say_fed(fed: Fed) -> None:
    """The confused pairs, the steps with what they are expected to mend, and what the last round mended."""
    found = fed.feedback
    if not found.pairs:
        terminal.say(f"{found.run}: no two labels are confused twice, neither in validation nor in train")
    else:
        _say_pairs(found)
    for line in found.guidelines:
        terminal.say(line, style="yellow")
    terminal.say(f"plan {fed.plan}")
    terminal.say()
    _say_gain(fed.gain)


def _say_pairs(found: Feedback) -> None:
    rows = [
        (
            " / ".join(pair.labels),
            f"{pair.validation_errors} of {pair.validation_rows}",
            f"{pair.train_errors} of {pair.train_rows}",
            f"{pair.expected_errors:.1f}",
        )
        for pair in found.pairs[:SHOWN]
    ]
    head = ["confused", "validation", "train, out of fold", "errors to expect"]
    terminal.table(head, rows, right=[1, 2, 3])
    if len(found.pairs) > SHOWN:
        terminal.say(f"and {len(found.pairs) - SHOWN} more pairs")
    if found.starved:
        named = ", ".join(f"{one.label} ({one.train_rows} rows)" for one in found.starved[:SHOWN])
        terminal.say(f"starved: {named}; a label usually has {found.starved[0].usual:.0f}")
    terminal.say(f"{found.wrong} labels between these pairs are probably wrong; {len(found.suspects)} are doubted")
    terminal.say()
    steps = [(step.name, f"{step.records:,}", f"{step.expected:.1f}", step.command) for step in found.steps]
    terminal.table(["step", "records", "mends, expected", "command"], steps, right=[1, 2])
    terminal.say(f"of {found.errors:.1f} errors; each step alone, and a guess until the next run is measured")


def _say_gain(gain: Mapping[str, Any]) -> None:
    if "why" in gain:
        terminal.say(f"what the last round mended: not measured: {gain['why']}")
        return
    cells = gain["cells"]
    terminal.say(
        f"what the feedback on {gain['before']} mended: errors within its pairs {cells['errors_before']} → "
        f"{cells['errors_after']} on the same validation rows ({cells['mended']} mended, {cells['broken']} new, "
        f"p = {cells['p_value']:.3f}); expected: "
        + ", ".join(f"{name} {value:.1f}" for name, value in gain["expected"].items())
    )
    for name, what in (("labels_of_the_pairs", "their labels"), ("other_labels", "other labels")):
        one = gain[name]
        if "why" in one:
            continue
        change = one["accuracy"]
        terminal.say(
            f"{what}: accuracy {one['accuracy_before']:.3f} → {one['accuracy_after']:.3f}, "
            f"{100 * change['difference']:+.1f} points ({100 * change['low']:+.1f} to {100 * change['high']:+.1f}), "
            f"{one['rows']:,} rows, p = {one['p_value']:.3f}"
        )
