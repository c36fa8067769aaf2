"""Review against a real Argilla: lots out, verdicts back, accepted or refused, in the API and in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.files import write_jsonl
from tests.support.labeling import LabelingSetup, annotators_of
from winnow.core.errors import WinnowError
from winnow.curation.labeling.server.argilla_api import ArgillaApi
from winnow.curation.store.sources import GenerationBatch

TALK = (
    "tell me about", "I need help with", "what do I do about", "question on", "problem with", "please look at",
    "how does one handle", "quick one:", "somebody should fix", "who owns",
)  # fmt: skip

THINGS = (
    "the tunnel to the office", "my remote connection", "the secure gateway", "the client on my laptop", "home access",
    "the token for remote work", "that encrypted line", "the dial-in profile", "the link from the hotel",
    "the split route", "the second factor on the tunnel", "the gateway certificate", "the remote profile",
    "slow remote desktops", "dropped sessions at home",
)  # fmt: skip


def add_lot(labeling: LabelingSetup, tmp_path: Path, name: str, count: int, generator: str) -> None:
    texts = [f"{talk} {thing}, {name}" for talk in TALK for thing in THINGS][:count]
    rows: list[dict[str, object]] = [{"text": text, "label": "it_vpn"} for text in texts]
    batch = GenerationBatch(f"{generator}-1", generator, "v1", "claude")
    labeling.workspace.add(
        write_jsonl(tmp_path / f"{name}.jsonl", rows), origin="synthetic", batch=batch, license="Apache-2.0"
    )


def judge(labeling: LabelingSetup, who: ArgillaApi, wrong: Any) -> int:
    """Answer what waits in every dataset of the review queue; `wrong` tells of which texts the label is wrong."""
    answered = 0
    for dataset in who.get("me/datasets")["items"]:
        name = dataset["name"]
        if not name.startswith("review"):
            continue
        pending = {"type": "terms", "scope": {"entity": "response", "property": "status"}, "values": ["pending"]}
        asked = {"filters": {"type": "and", "and": [pending]}}
        found = who.send("POST", f"me/datasets/{dataset['id']}/records/search?limit=1000", asked)
        for record in (one["record"] for one in found["items"]):
            bad = wrong(record["fields"]["text"])
            label = "it_wifi" if bad else "it_vpn"
            if name == "review-blind":
                assert set(record["fields"]) == {"text"}
                values = {"label": {"value": label}}
            else:
                assert record["fields"]["context"].startswith("it_vpn: The VPN does not connect")
                values = {"verdict": {"value": "wrong_label" if bad else "right"}}
                values |= {"label": {"value": label}} if bad else {}
            who.send("POST", f"records/{record['id']}/responses", {"values": values, "status": "submitted"})
            answered += 1
    return answered


def review(labeling: LabelingSetup, annotators: list[ArgillaApi], wrong: Any) -> dict[str, Any]:
    workspace = labeling.workspace
    for _ in range(5):
        if not workspace.push("review").records:
            break
        for who in annotators:
            judge(labeling, who, wrong)
        report = workspace.pull()
        if report.decided_lots:
            break
    return {one.generator: one for one in workspace.status().lots}


def test_one_lot_is_accepted_and_another_refused(labeling: LabelingSetup, tmp_path: Path) -> None:
    add_lot(labeling, tmp_path, "good", 150, "examples")
    workspace = labeling.workspace
    assert workspace.status().lots[0].verdict == "not_drawn"
    annotators = annotators_of(labeling, "ann", "bob")
    lots = review(labeling, annotators, lambda text: False)
    assert lots["examples"].verdict == "accepted"
    add_lot(labeling, tmp_path, "poor", 90, "contrasts")
    lots = review(labeling, annotators, lambda text: "poor" in text and len(text) % 3 == 0)
    assert lots["contrasts"].verdict == "refused"
    assert lots["examples"].verdict == "accepted"
    again = workspace.push("review")
    assert again.records == 0
    rescue = workspace.push("review", include_refused=True)
    assert rescue.records > 0
    assert {workspace.push("review").pending, workspace.push("review").pending} == {rescue.pending}  # it goes on
    table = workspace.records()
    poor = table[table["text"].str.endswith(", poor")]
    assert set(poor.loc[poor["decided_by"] == "lot", "state"]) == {"rejected"}
    assert set(poor.loc[poor["decided_by"].isin(["person", "agreement"]), "state"]) == {"labeled"}
    assert "it_wifi" in set(poor["label"])
    good = table[table["text"].str.endswith(", good")]
    assert set(good["state"]) == {"labeled"}
    selected = workspace.check().selected
    exported = set(selected["id"])
    assert exported & set(good["id"])
    assert not exported & set(poor.loc[poor["state"] == "rejected", "id"])
    assert "lot" in set(selected["decided_by"])


def test_the_sample_has_blind_and_second_readings(labeling: LabelingSetup, tmp_path: Path) -> None:
    add_lot(labeling, tmp_path, "good", 150, "examples")
    annotators_of(labeling, "ann", "bob")
    done = labeling.workspace.push("review")
    assert set(done.datasets) - {"review-suspected"} == {"review", "review-second-reviewer", "review-blind"}
    sample = sum(count for name, count in done.datasets.items() if name != "review-suspected")
    assert sample == 23  # 15 % of 150, rounded up
    for name in done.datasets:
        assert not any(record["suggestions"] for record in labeling.records(name))
    questions = labeling.api.get(f"datasets/{labeling.dataset('review')['id']}/questions")["items"]
    assert [one["name"] for one in questions] == ["verdict", "label", "comment", "flags"]
    blind = labeling.api.get(f"datasets/{labeling.dataset('review-blind')['id']}/questions")["items"]
    assert [one["name"] for one in blind] == ["label", "comment", "flags"]


def test_a_verdict_that_contradicts_itself_is_for_an_adjudicator(labeling: LabelingSetup, tmp_path: Path) -> None:
    add_lot(labeling, tmp_path, "good", 60, "examples")
    labeling.workspace.push("review", second_reviewer_share=0)
    (ann,) = annotators_of(labeling, "ann")
    first, third = labeling.records("review")[:2]
    for record, values in (
        (first, {"verdict": "right", "label": "it_wifi"}),
        (third, {"verdict": "unusable", "comment": "no query"}),
    ):
        told = {name: {"value": value} for name, value in values.items()}
        ann.send("POST", f"records/{record['id']}/responses", {"values": told, "status": "submitted"})
    report = labeling.workspace.pull()
    assert report.unresolved == 2  # the contradiction, and the example's disputed text
    stored = {one["id"]: one for one in labeling.workspace.records().to_dict("records")}
    assert stored[first["external_id"]]["state"] == "proposed"
    assert stored[third["external_id"]]["state"] == "rejected"
    labeling.workspace.push("adjudicate")
    told_lead = {one["external_id"]: one for one in labeling.records("adjudicate", "-leads")}
    assert "A generator proposed: it_vpn" in told_lead[first["external_id"]]["fields"]["context"]


def test_a_wrong_label_without_the_right_one_is_not_counted(labeling: LabelingSetup, tmp_path: Path) -> None:
    add_lot(labeling, tmp_path, "good", 60, "examples")
    workspace = labeling.workspace
    pushed = workspace.push("review", second_reviewer_share=0)
    ann, bob = annotators_of(labeling, "ann", "bob")
    first, edited = (one for one in labeling.records("review")[:2])
    for record, verdict in ((first, "wrong_label"), (edited, "right")):
        values = {"verdict": {"value": verdict}, "comment": {"value": "as I said"}}
        ann.send("POST", f"records/{record['id']}/responses", {"values": values, "status": "submitted"})
    report = workspace.pull()
    assert report.imported.incomplete == {f"ann-{labeling.argilla_workspace}": 1}
    assert (report.imported.responses, report.imported.decisions) == (1, 1)
    assert workspace.show(first["external_id"]).record.state == "proposed"
    assert report.remaining.pending.records["review"] == pushed.pending - 1
    shown = {one["id"]: one for one in labeling.records("review")}
    (draft,) = shown[first["id"]]["responses"]
    reason = "↩ Returned: `wrong label` needs the right label"
    assert (draft["status"], draft["values"]["comment"]) == ("draft", {"value": f"{reason}\nas I said"})
    assert shown[first["id"]]["status"] == "pending"

    stored = shown[edited["id"]]["responses"][0]["id"]
    ann.send("PUT", f"responses/{stored}", {"values": {"verdict": {"value": "wrong_label"}}, "status": "submitted"})
    report = workspace.pull()
    assert sum(report.imported.incomplete.values()) == 1
    assert workspace.show(edited["external_id"]).record.state == "proposed"  # the first answer no longer counts
    assert report.remaining.pending.records["review"] == pushed.pending

    complete = {"verdict": {"value": "wrong_label"}, "label": {"value": "it_wifi"}}
    bob.send("POST", f"records/{first['id']}/responses", {"values": complete, "status": "submitted"})
    ann.send("PUT", f"responses/{stored}", {"values": complete, "status": "submitted"})
    report = workspace.pull()
    assert (report.imported.incomplete, report.imported.decisions) == ({}, 2)
    assert {workspace.show(one["external_id"]).record.label for one in (first, edited)} == {"it_wifi"}


def test_a_sample_is_not_dealt_out(labeling: LabelingSetup) -> None:
    with pytest.raises(WinnowError, match="drawn for everybody"):
        labeling.workspace.push("review", annotators=("ann",))


def test_status_says_what_a_lot_waits_for(labeling: LabelingSetup, tmp_path: Path) -> None:
    add_lot(labeling, tmp_path, "good", 60, "examples")
    workspace = labeling.workspace
    assert workspace.status().next
    workspace.push("review")
    (lot,) = workspace.status().lots
    assert (lot.verdict, lot.read, lot.more) == ("next_look", 0, 20)
    assert lot.model_dump_json()


def test_proposed_labels_are_read_blind_and_a_lot_of_them_is_accepted(labeling: LabelingSetup, tmp_path: Path) -> None:
    workspace = labeling.workspace
    rows = workspace.records()
    traffic = rows[(rows["state"] == "unlabeled") & (rows["assigned_split"] == "train")]["id"].iloc[:60]
    predicted = [{"id": record, "label": "it_vpn", "confidence": 0.97} for record in traffic]
    file = write_jsonl(tmp_path / "predicted.jsonl", predicted)
    assert workspace.propose(predictions=file, model="router-v7").proposed == 60
    (ann,) = annotators_of(labeling, "ann")
    pushed = workspace.push("review")
    assert pushed.datasets == {"review-blind": 20}
    assert workspace.push("review").records == 0
    shown = labeling.records("review-blind")
    assert "it_vpn" not in str([(record["fields"], record["metadata"], record["suggestions"]) for record in shown])
    assert "People wrote some of these queries" in labeling.dataset("review-blind")["guidelines"]
    assert {record["external_id"] for record in shown} <= set(traffic)
    for record in shown:
        labeling.answer(ann, record, "it_vpn")
    workspace.pull()
    while workspace.status().lots[0].verdict != "accepted":
        workspace.push("review")
        answered = [record for record in labeling.records("review-blind") if not record["responses"]]
        for record in answered:
            labeling.answer(ann, record, "it_vpn")
        workspace.pull()
        assert answered
    stored = workspace.records().set_index("id").loc[list(traffic)]
    assert set(stored["label"]) == {"it_vpn"}
    assert set(stored["decided_by"]) == {"person", "lot"}
