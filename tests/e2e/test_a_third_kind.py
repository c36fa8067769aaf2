"""A kind that the product does not know goes from a file to a verified release, by implementing the seam alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

import winnow
from tests.support.files import edit_dropped, read_dropped, write_jsonl
from tests.support.labeling import LabelingSetup, annotators_of
from tests.support.text_pairs import PAIRS, pair_rows, texts
from winnow.core.errors import WinnowError
from winnow.core.example import record_id
from winnow.curation.labeling.server.process import EmbeddedServer
from winnow.validators.kinds import KINDS
from winnow.workspace import Workspace

TASK = """name: same-question
kind: pairs
licenses: {allow: [own]}
must_pass: must_pass.jsonl
"""


@pytest.fixture
def pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setitem(KINDS, "pairs", PAIRS)
    (tmp_path / "pairs").mkdir()
    (tmp_path / "pairs" / "winnow.yaml").write_text(TASK)
    write_jsonl(tmp_path / "pairs" / "must_pass.jsonl", pair_rows()[:2])
    return winnow.open(tmp_path / "pairs")


def test_from_a_file_to_a_verified_release_and_a_measured_run(pairs: Workspace, tmp_path: Path) -> None:
    rows = pair_rows()
    bad = [{"question1": "only one", "label": "yes"}, {"question1": "a b", "question2": "c d", "label": "maybe"}]
    private = {"question1": "Is jo@firm.org mine?", "question2": "Do I own jo@firm.org?", "label": "yes"}
    added = pairs.add(write_jsonl(tmp_path / "rows.jsonl", [*rows, *bad, private]), license="own")
    assert (added.added, added.reasons) == (len(rows) + 1, {"empty": 1, "unknown_label": 1})
    stored = pairs.records()
    content = json.dumps([rows[0]["question1"], rows[0]["question2"]])
    assert record_id("pairs", content) in set(stored["id"])
    assert not stored["content"].str.contains("jo@firm.org").any()
    swapped = [
        {"question1": row["question2"].upper(), "question2": row["question1"], "label": row["label"]}
        for row in rows[:8]
    ]
    pairs.add(write_jsonl(tmp_path / "swapped.jsonl", swapped), license="own")

    pairs.waive("facet_marginals", by="the tests", reason="templates", until=datetime.now(UTC).date())
    checked = pairs.check()
    failed = [gate.name for gate in checked.gates if gate.verdict == "fail"]
    assert failed == []
    kept = checked.selected[checked.selected["split"] == "train"]
    assert kept["fold_key"].is_unique
    assert sum(checked.excluded.values()) >= 4
    pairs.freeze("v1")
    assert pairs.verify("v1") == []
    release = pairs.release("v1")
    assert release.labels == ["no", "yes"]
    train = release.rows("train")
    assert list(train.columns[:3]) == ["id", "first", "second"]
    assert (train["text"] == train["first"] + " / " + train["second"]).all()
    assert {len(texts(PAIRS.content_of(row))) for row in train[["first", "second"]].to_dict("records")} == {2}
    parquet = pd.read_parquet(release.path / "data" / "train.parquet")
    assert list(parquet.columns) == PAIRS.release_columns
    card = (release.path / "README.md").read_text()
    assert "A dataset for recognizing questions that mean the same with 2 labels" in card
    croissant = json.loads((release.path / "croissant.json").read_text())
    fields = {one["name"]: one["description"] for one in croissant["recordSet"][1]["field"]}
    assert (fields["first"], fields["second"]) == ("One question.", "The other question.")
    assert {case.text: case.label for case in release.must_pass() or ()} == {
        f"{row['question1']} / {row['question2']}": row["label"] for row in rows[:2]
    }

    exported = pairs.export("v1", "csv")
    assert list(pd.read_csv(exported.folder / "train.csv").columns) == PAIRS.release_columns
    shown = pairs.show(str(train["id"].iloc[0]))
    assert shown.record.label in ("no", "yes")
    run = pairs.train("v1", method="linear").run
    evaluated = pairs.evaluate(run.id).evaluation
    assert set(evaluated.predictions["predicted"]) <= {"no", "yes"}
    assert len(pairs.predict(run.id, ["How do I renew my passport? / Who sells my passport?"])) == 1
    pairs.report()
    pairs.freeze("v2")
    assert pairs.diff("v1", "v2").diff.changes == []
    assert release.manifest.task.kind == "pairs"


def test_dropped_pairs_are_fixed_and_added_and_forgotten_ones_are_gone(pairs: Workspace, tmp_path: Path) -> None:
    wrong = {"question1": "Where, oh where?", "question2": "At which place?", "label": "maybe"}
    added = pairs.add(write_jsonl(tmp_path / "wrong.jsonl", [wrong]), license="own")
    assert added.dropped_file is not None
    dropped = tmp_path / "pairs" / added.dropped_file
    assert read_dropped(dropped)[0]["row"] == wrong
    edit_dropped(dropped, dropped, label="yes")
    assert pairs.add(dropped, license="own").added == 1
    (record,) = pairs.records()["id"]
    assert pairs.show(record).record.label == "yes"

    pairs.forget(record)
    assert pairs.records().empty
    for path in (tmp_path / "pairs" / ".winnow").rglob("*"):
        assert not path.is_file() or b"oh where" not in path.read_bytes(), path
    again = pairs.add(write_jsonl(tmp_path / "again.jsonl", [{**wrong, "label": "yes"}]), license="own")
    assert again.reasons == {"forgotten": 1}


def test_a_kind_without_prompts_is_not_generated(pairs: Workspace) -> None:
    with pytest.raises(WinnowError, match=r"kind: pairs; expected: a kind that variations are generated for: intents"):
        pairs.generate_variations()


def test_annotators_read_both_texts_and_choose_a_target(
    pairs: Workspace, server: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = server.owner_api()
    monkeypatch.setenv("WINNOW_ARGILLA_URL", owner.url)
    monkeypatch.setenv("WINNOW_ARGILLA_API_KEY", owner.key)
    monkeypatch.setenv("WINNOW_ARGILLA_WORKSPACE", "text-pairs")
    labeling = LabelingSetup(pairs, owner, "text-pairs")
    unlabeled = [{name: row[name] for name in ("question1", "question2")} for row in pair_rows()[:6]]
    pairs.add(write_jsonl(tmp_path / "open.jsonl", unlabeled), license="own")
    assert pairs.push("label", count=4, second_reviewer_share=0).records == 4
    record = labeling.records("label")[0]
    first, second = texts(pairs.records().set_index("id").loc[record["external_id"], "content"])
    assert record["fields"]["text"] == f"First: {first}\n\nSecond: {second}"
    (ann,) = annotators_of(labeling, "ann")
    labeling.answer(ann, record, "yes")
    assert pairs.pull().imported.decisions == 1
    assert pairs.show(record["external_id"]).record.label == "yes"
