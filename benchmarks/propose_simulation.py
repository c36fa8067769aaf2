"""Proposed labels: lots accepted and refused by true error rate, and labels gained per label that people read.

Run by `python -m benchmarks.propose_simulation`, not by `make bench`: it has no alternative to compare with. Needs the
public data. Readers choose the label of the data set, so that an error is a proposal that differs from it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

import winnow
from benchmarks.texts import PUBLIC
from winnow.config.task import ReviewConfig
from winnow.core.clock import utc_now
from winnow.curation.engine.linear_probe import fit_probe
from winnow.curation.review.lots import Lot, draw_lots, load_current_lots, record_verdicts
from winnow.curation.review.sampling_order import stratified_random_order
from winnow.curation.store.tables import decision
from winnow.curation.store.working_view import working_rows
from winnow.validators.stats.acceptance_sampling import LotDecision, decide_lot, labels_to_inspect_fully
from winnow.workspace import Workspace

RATES = (0.01, 0.03, 0.05, 0.08, 0.12)

LOTS = 300

REVIEW = ReviewConfig()

SEED_ROWS = 10
"""Labeled train rows of each label that the run learns from; all other train rows are unlabeled traffic."""

HELD_ROWS = 10
"""Rows of each label in validation, and as many in test."""

HAND_LABELS = (0, 500, 2000, 8000)


def clinc150() -> pd.DataFrame:
    """The in-scope rows of CLINC150, without repeated texts."""
    lines = (PUBLIC / "clinc150" / "clinc150.jsonl").read_text(encoding="utf-8").splitlines()
    rows = pd.DataFrame([json.loads(line) for line in lines])
    return rows[rows["label"] != "oos"].drop_duplicates("text").reset_index(drop=True)


@dataclass(frozen=True)
class PlantedLot:
    """The end of one lot with planted errors."""

    decision: LotDecision
    left_out: int
    """Unread records whose label the accepted lot leaves out."""


def planted() -> None:
    """The train rows of CLINC150 as one lot, with planted errors."""
    labels = clinc150().query("split == 'train'")["label"].tolist()
    print(f"{LOTS} lots per row of {len(labels):,} records, random wrong labels\n")
    print("| true errors | accepted | refused | bound below the truth | readings, mean | labels gained per reading |")
    print("|---|---|---|---|---|---|")
    for rate in RATES:
        ends = [planted_lot(labels, rate, number) for number in range(LOTS)]
        accepted = [end.decision.verdict == "accepted" for end in ends]
        below = np.mean([end.decision.evidence.lot_rate_upper < rate for end in ends])
        read = [end.decision.evidence.read for end in ends]
        gained = [
            (len(labels) - end.left_out if yes else end.decision.evidence.read)
            for end, yes in zip(ends, accepted, strict=True)
        ]
        cells = f"{np.mean(accepted):.1%} | {1 - np.mean(accepted):.1%} | {below:.1%} | {np.mean(read):.0f}"
        print(f"| {rate:.0%} | {cells} | {sum(gained) / sum(read):.1f} |", flush=True)


def planted_lot(labels: Sequence[str], rate: float, number: int) -> PlantedLot:
    """Plant errors, draw the order of a lot and read it until a verdict."""
    generator = np.random.default_rng([round(1000 * rate), number])
    names = sorted(set(labels))
    wrong = np.zeros(len(labels), dtype=bool)
    wrong[generator.permutation(len(labels))[: round(rate * len(labels))]] = True
    others = generator.integers(1, len(names), len(labels))
    proposed = [
        names[(names.index(label) + shift) % len(names)] if bad else label
        for label, bad, shift in zip(labels, wrong.tolist(), others.tolist(), strict=True)
    ]
    order = stratified_random_order({str(i): label for i, label in enumerate(proposed)}, key=f"{rate} {number}")
    read, end = 0, lot_decision(len(labels), [])
    while end.more:
        read += end.more
        end = lot_decision(len(labels), [bool(wrong[int(record)]) for record in order[:read]])
    counts: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for record in order[:read]:
        seen, bad = counts[proposed[int(record)]]
        counts[proposed[int(record)]] = seen + 1, bad + bool(wrong[int(record)])
    left_out = set(labels_to_inspect_fully(counts, maximum=REVIEW.defect_rate_max))
    return PlantedLot(end, sum(proposed[int(record)] in left_out for record in order[read:]))


def lot_decision(size: int, defective: Sequence[bool]) -> LotDecision:
    """The decision with the default settings of review."""
    return decide_lot(
        size,
        defective,
        share=REVIEW.share,
        target=REVIEW.defect_rate_target,
        maximum=REVIEW.defect_rate_max,
        confidence=REVIEW.confidence,
        first_look=REVIEW.proposals_sample,
    )


def by_band() -> None:
    """A linear run on ten rows a label proposes labels for the rest of CLINC150, by confidence band."""
    rows = clinc150()
    with tempfile.TemporaryDirectory() as folder:
        ws = new_workspace(rows, Path(folder))
        scrubber = ws._context.scrubber(ws.task)
        rows = rows.assign(text=[scrubber.scrub(text).text for text in rows["text"]]).drop_duplicates("text")
        run = trained_run(ws, rows)
        found = ws.propose(run, min_confidence=0.5)
        print(f"{found.proposed:,} proposals; {found.left_out}\n")
        truth = rows.set_index("text")["label"]
        lots = certify(ws, truth)
        table = ws.records().set_index("id")
        print("| band | records | true errors | verdict | readings | bound | labels gained | wrong among the unread |")
        print("|---|---|---|---|---|---|---|---|")
        for lot in sorted(lots, key=lambda one: one.producer, reverse=True):
            print(band_row(lot, table, truth), flush=True)
        compare_by_hand(ws, table, truth, readings=sum(len(lot.reviewed) for lot in lots), rows=rows)


def new_workspace(rows: pd.DataFrame, folder: Path) -> Workspace:
    """A workspace with the labels of the data set."""
    names = "".join(f"  - name: {json.dumps(name)}\n" for name in sorted(set(rows["label"])))
    (folder / "winnow.yaml").write_text(f"name: clinc\nkind: intents\nlabels:\n{names}licenses: {{allow: [own]}}\n")
    return winnow.open(folder)


def trained_run(ws: Workspace, rows: pd.DataFrame) -> str:
    """Add labeled seeds and unlabeled traffic; returns a linear run on the first release."""
    count = {"train": SEED_ROWS, "validation": HELD_ROWS, "test": HELD_ROWS}
    place = rows.groupby(["split", "label"]).cumcount()
    seed = place < rows["split"].map(count)
    ws.add(rows[seed], license="own", origin="human")
    traffic = rows[~seed & (rows["split"] == "train")][["text", "split"]]
    ws.add(traffic, license="own", origin="log")
    until = datetime.now(UTC).date()
    for gate in ws.check().gates:
        if gate.verdict == "fail":
            ws.waive(gate.name, by="the benchmark", reason="public data", until=until)
    ws.freeze("first")
    return ws.train("first", method="linear").run.id


def certify(ws: Workspace, truth: Mapping[str, str]) -> list[Lot]:
    """Read the sample of every lot until all are decided."""
    with ws.store.writing() as connection:
        draw_lots(connection, working_rows(connection), key=ws.task.splits.key, review=ws.task.review)
    while True:
        with ws.store.writing() as connection:
            rows = working_rows(connection)
            lots, texts = load_current_lots(connection, rows), {row.id: row.text for row in rows}
            wanted = [record for lot in lots for record in lot.records_to_review()]
            told = {"actor": "person", "who": "reader", "kind": "label", "why": "", "at": utc_now()}
            choices = [{"record_id": one, "value": truth[texts[one]], **told} for one in wanted]
            if not choices:
                return lots
            connection.execute(decision.insert(), choices)
            record_verdicts(connection, load_current_lots(connection, working_rows(connection)))


def band_row(lot: Lot, table: pd.DataFrame, truth: Mapping[str, str]) -> str:
    """One row of the table of lots."""
    wrong = {record: truth[table.loc[record, "text"]] != label for record, label in lot.proposed.items()}
    gained = lot.decided_records()
    unread = [record for record in gained if record not in lot.reviewed]
    band = lot.producer[0].removeprefix("propose ")
    rate = sum(wrong.values()) / len(wrong)
    verdict = lot.facts().verdict
    bound = f"{lot.lot_decision.evidence.lot_rate_upper:.1%}" if verdict == "accepted" else ""
    left = f"{sum(wrong[one] for one in unread) / len(unread):.1%}" if unread else ""
    counts = f"{len(lot.reviewed):,} | {bound} | {len(gained):,} | {left}"
    return f"| {band} | {len(wrong):,} | {rate:.1%} | {verdict} | {counts} |"


def compare_by_hand(
    ws: Workspace, table: pd.DataFrame, truth: Mapping[str, str], *, readings: int, rows: pd.DataFrame
) -> None:
    """Accuracy of the probe on the whole official test: with certified labels, and with labels by hand."""
    embedder = ws._context.embedder()
    test = rows[rows["split"] == "test"]
    train = table[(table["assigned_split"] == "train") & (table["state"] == "labeled")]
    seed = train[train["decided_by"] == "file"]
    pool = rows[(rows["split"] == "train") & ~rows["text"].isin(set(seed["text"]))]
    texts = list(dict.fromkeys([*seed["text"], *pool["text"], *test["text"]]))
    place = {text: i for i, text in enumerate(texts)}
    vectors = embedder.encode(texts)

    def accuracy(own: Sequence[str], labels: Sequence[str]) -> float:
        probe = fit_probe(vectors[[place[text] for text in own]], list(labels))
        best = probe.probabilities(vectors[[place[text] for text in test["text"]]]).argmax(axis=1)
        return float(np.mean([probe.classes[i] for i in best] == test["label"].to_numpy()))

    print("\n| labels besides the seeds | readings | accuracy on test |\n|---|---|---|")
    certified = accuracy(list(train["text"]), list(train["label"]))
    deciders = Counter(train["decided_by"])
    print(f"| certified: {deciders['lot']:,} by lots, {deciders['person']:,} read | {readings:,} | {certified:.1%} |")
    for count in HAND_LABELS:
        some = pool.sample(count, random_state=0)
        found = accuracy([*seed["text"], *some["text"]], [*seed["label"], *some["label"]])
        print(f"| {count:,} by hand, at random | {count:,} | {found:.1%} |", flush=True)


if __name__ == "__main__":
    chosen = sys.argv[1:]
    for part in (planted, by_band):
        if not chosen or part.__name__ in chosen:
            print(f"\n## {part.__doc__}\n", flush=True)
            part()
