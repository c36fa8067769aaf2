"""Feedback: what a run's mistakes ask people and generators to do next, and what each step is expected to mend.

It rests on train, read out of fold, and on counts of the validation rows: no text of a hold-out row gets in, and no
test row in any form. Whatever method made the run, train is read by the linear probe: it is fitted five times in
seconds, and it confuses the labels that lie together, which is what data can mend.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from curation.agreement import LabelPair
from curation.embed import Vectors
from curation.focus import FORMAT, Focus, between
from curation.suspects import FOLDS, LOOSE, fold_of, out_of_fold
from training.confusion import ConfusedPair, Counts, confused, counted
from training.generation_plan import Starved, generation_plan
from validators.faults import Fault, WinnowError

if TYPE_CHECKING:
    import pandas as pd

PAIRS = 20
"""Confused pairs that are worked on at once."""
STARVED = 0.5
"""A label with fewer train rows than this share of the median, and more errors than the mean label, is starved."""
MOST_TO_RELABEL = 0.5
"""Share of the answers that relabel may take: labels that are scarce need new rows too."""
LEARNING = 0.5
"""How errors fall with rows: as rows to the power of -LEARNING (Hestness et al. 2017, Deep Learning Scaling is
Predictable, Empirically, who find powers of 0.07 to 0.35 for deep models and 0.5 as the theory's bound). A guess until
the next run is measured; what it came to on BANKING77 is in docs/decisions/0022-feedback.md."""
FOUND = 0.5
"""Share of what relabel shows that is wrong (the same note)."""


@dataclass(frozen=True)
class Step:
    """One thing to do, and what it is expected to mend."""

    name: str
    command: str
    records: int
    rows: float
    """What it adds to the rows of the confused pairs; a mended label counts twice: it takes a wrong row away."""
    expected: float
    """Errors of the confused pairs that it is expected to mend: errors (1 - (1 + rows added / rows)^-LEARNING)."""


@dataclass(frozen=True)
class Feedback:
    """What one run says about its data."""

    run: str
    release: str
    answers: int
    """Answers of people that the steps share out."""
    pairs: list[ConfusedPair]
    starved: list[Starved]
    suspects: list[str]
    """Ids of train records that may belong to the other label of a confused pair, the most worth first."""
    wrong: int
    """How many of them are wrong, estimated."""
    steps: list[Step]
    guidelines: list[str]
    """For the lead: pairs that people confuse too."""
    plan: dict[str, Any]
    """For generators."""

    @property
    def errors(self) -> float:
        """Errors of the confused pairs that hold-out is expected to show."""
        return sum(pair.expected_errors for pair in self.pairs)

    def told(self) -> dict[str, Any]:
        """Labels, counts and train ids: what queues and the next run read. No text."""
        return {
            "format": FORMAT,
            "run": self.run,
            "release": self.release,
            "read_by": "the linear probe, out of fold",
            "errors": self.errors,
            "pairs": [{**asdict(pair), "expected_errors": pair.expected_errors} for pair in self.pairs],
            "starved": [asdict(one) for one in self.starved],
            "suspects": self.suspects,
            "wrong": self.wrong,
            "steps": [asdict(step) for step in self.steps],
            "guidelines": self.guidelines,
        }


def feedback(
    train: pd.DataFrame,
    vectors: Vectors,
    validation: Counts,
    *,
    run: str,
    release: str,
    people: Sequence[LabelPair],
    answers: int,
    plan_name: str,
) -> Feedback:
    """What to do next, from train rows (release columns), their (n, d) vectors and counts of validation.

    `people` are the pairs that people confuse, `answers` what people can give, `plan_name` how commands call the plan.
    Raises WinnowError when train is too small to be read out of fold.
    """
    labels, families = ([str(v) for v in train[name]] for name in ("label", "family"))
    if len(set(labels)) < 2 or len(set(families)) < FOLDS:
        found = f"{len(set(labels))} labels in {len(set(families))} families"
        raise WinnowError(Fault(f"train of {release}", found, f"2 labels and {FOLDS} families", "label more first"))
    values, classes = out_of_fold(vectors, labels, [fold_of(labels, families, 0)], tolerance=LOOSE)
    predicted = [classes[best] for best in values.argmax(axis=1)]
    read = counted(labels, predicted)
    pairs = confused(validation, read, most=PAIRS)
    lying = between(vectors, labels, families, Focus(run, {pair.labels: pair.expected_errors for pair in pairs}))
    starved = _starved(validation, read)
    inside = {label for pair in pairs for label in pair.labels}
    shared = shared_out(answers, lying.wrong, len(lying.ranked))
    misread = _misread(train, predicted, {one.position for one in lying.ranked})
    notes = guidelines(pairs, people)
    plan = generation_plan(run, pairs, starved, train, predicted, misread) | {"guidelines": notes}
    return Feedback(
        run=run,
        release=release,
        answers=answers,
        pairs=pairs,
        starved=starved,
        suspects=[str(train["id"].iloc[one.position]) for one in lying.ranked],
        wrong=lying.wrong,
        steps=_steps(pairs, sum(read.rows.get(label, 0) for label in inside), shared, plan, plan_name),
        guidelines=notes,
        plan=plan,
    )


def shared_out(answers: int, wrong: int, doubted: int) -> tuple[int, int]:
    """How many of people's answers go to label and to relabel: as many to relabel as labels are wrong, at most half.

    On BANKING77, an answer mends more in relabel than in label as long as about half of what it is shown is wrong, and
    that many it is (docs/decisions/0022-feedback.md).
    """
    relabel = min(wrong, doubted, int(MOST_TO_RELABEL * answers))
    return answers - relabel, relabel


def guidelines(pairs: Sequence[ConfusedPair], people: Sequence[LabelPair]) -> list[str]:
    """A line for each confused pair that people confuse too: no data mends what the guideline leaves open."""
    apart = {tuple(sorted((one.first, one.second))): one for one in people}
    lines = []
    for pair in pairs:
        one = apart.get(pair.labels)
        if one:
            first, second = pair.labels
            lines.append(
                f"people mix {first} and {second} too: {one.apart} of {one.apart + one.alike} pairs of answers, "
                f"{one.records} records; sharpen the descriptions before labeling more"
            )
    return lines


def _misread(train: pd.DataFrame, predicted: Sequence[str], doubted: Set[int]) -> dict[str, list[dict[str, str]]]:
    """Label to its train rows that were misread, but for those whose label is doubted: they are no example of it."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row, (text, label, answer) in enumerate(zip(train["text"], train["label"], predicted, strict=True)):
        if label != answer and row not in doubted:
            found[str(label)].append({"text": str(text), "predicted": answer})
    return dict(found)


def _starved(validation: Counts, train: Counts) -> list[Starved]:
    usual = statistics.median(train.rows.values())
    seen = {label: validation.rows.get(label, 0) + rows for label, rows in train.rows.items()}
    wrong = {label: validation.of(label) + train.of(label) for label in seen}
    mean = sum(wrong.values()) / sum(seen.values())
    found = [
        Starved(label, rows, usual, wrong[label], seen[label])
        for label, rows in train.rows.items()
        if rows < STARVED * usual and wrong[label] / seen[label] > mean
    ]
    return sorted(found, key=lambda one: (-one.errors / one.rows, one.label))


def _steps(
    pairs: Sequence[ConfusedPair], rows: int, shared: tuple[int, int], plan: Mapping[str, Any], plan_name: str
) -> list[Step]:
    """Label first: what it brings helps to find wrong labels. Relabel ranks anew when it is pushed."""
    if not pairs:
        return []
    errors = sum(pair.expected_errors for pair in pairs)
    contrasts = 2 * sum(int(one["count"]) for one in plan["confused"])
    fixes = sum(int(one["missing"]) for one in plan["labels"])

    def step(name: str, command: str, records: int, added: float) -> Step:
        return Step(name, command, records, added, errors * (1 - (1 + added / max(rows, 1)) ** -LEARNING))

    label, relabel = shared
    made = [
        step("label", f"winnow push label --strategy feedback --count {label}", label, label),
        step("relabel", f"winnow push relabel --count {relabel}", relabel, 2 * FOUND * relabel),
        step("contrasts", f"winnow generate contrasts --plan {plan_name}", contrasts, contrasts),
        step("fixes", f"winnow generate examples --kind fixes --plan {plan_name}", fixes, fixes),
    ]
    return [one for one in made if one.records]
