"""Forgetting: the content leaves every place, the trace stays, and the same text does not come back."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from tests.support.commands import run_winnow
from tests.support.paths import EXAMPLE
from tests.support.workspaces import add_example
from winnow.core.errors import ServiceError, WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.workspace import Workspace

TEXT = "Zebulon Quartermain's VPN drops whenever he opens the blue ledger"


@pytest.fixture
def used(tmp_path: Path) -> Workspace:
    """A workspace in which the text went everywhere that a text can go."""
    workspace = add_example(tmp_path / "ws")
    table = pd.DataFrame({"text": [TEXT], "label": "it_vpn", "split": "train", "who": "Quartermain, ward 7"})
    workspace.add(table.assign(time="2026-03-01T10:00:00"), license="MIT", columns=Columns(group="who"))
    workspace.add(pd.DataFrame({"text": [f"{TEXT}!"], "label": "it_vpn", "split": "train"}), license="MIT")
    workspace.add(pd.DataFrame({"text": [TEXT], "label": ["no such label"]}), license="MIT")
    workspace.freeze("first")
    run, _ = workspace.train("first")
    workspace.evaluate(run.id)
    workspace.coverage()
    workspace.check()
    return workspace


def holders(workspace: Workspace) -> set[str]:
    found = set()
    for path in workspace.folder.state.rglob("*"):
        if path.is_file() and b"Quartermain" in path.read_bytes():
            found.add(path.relative_to(workspace.folder.state).parts[0])
    return found


def test_a_forgotten_record_is_nowhere_but_in_frozen_releases(used: Workspace) -> None:
    ids = {text: record for record, text in zip(used.records()["id"], used.records()["text"], strict=True)}
    assert holders(used) == {"winnow.db", "dropped", "reports", "releases"}
    for text in (TEXT, f"{TEXT}!"):
        used.forget(ids[text], reason="asked for")
    assert holders(used) == {"releases"}
    assert TEXT not in set(used.records()["text"])
    with pytest.raises(WinnowError, match="forgotten on"):
        used.show(ids[TEXT])
    assert used.status().forgotten == 2
    assert used.releases()[0]["forgotten"] == 1  # the other was left out of it as a duplicate
    assert used.verify("first") == []
    told = run_winnow("verify", "first", cwd=used.folder.root)
    assert "still contains 1 record erased since" in told.stdout
    used.check()
    used.coverage()
    used.freeze("second")
    assert holders(used) == {"releases"}
    assert not (used.folder.releases / "second" / "jsonl" / "train.jsonl").read_text().count("Quartermain")


def test_its_vector_is_deleted_from_every_version_of_the_cache(used: Workspace) -> None:
    import lance

    from winnow.curation.engine.vector_cache import cached_vectors

    identity = used._context.embedder().identity
    vector = cached_vectors([TEXT], identity, used.folder.vectors)[TEXT].tobytes()
    record = used.records().set_index("text").loc[TEXT, "id"]
    used.forget(record)
    assert not cached_vectors([TEXT], identity, used.folder.vectors)
    assert len(lance.dataset(str(used.folder.vectors)).versions()) == 1
    files = [path for path in (used.folder.vectors / "data").rglob("*") if path.is_file()]
    assert not [path for path in files if vector in path.read_bytes()]
    assert cached_vectors(["My VPN is not connecting", *used.records()["text"][:5]], identity, used.folder.vectors)


def test_the_same_text_does_not_come_back(used: Workspace) -> None:
    record = used.records().set_index("text").loc[TEXT, "id"]
    used.forget(record, reason="asked for")
    again = used.add(pd.DataFrame({"text": [TEXT, "another one"], "label": "it_vpn"}), license="MIT")
    assert (again.added, again.dropped, again.reasons) == (1, 1, {"forgotten": 1})
    assert "Quartermain" not in Path(str(again.dropped_file)).read_text()
    assert again.given == again.added + again.known + again.dropped


def test_forgetting_twice_finishes_what_a_kill_left(used: Workspace) -> None:
    record = used.records().set_index("text").loc[TEXT, "id"]
    first = used.forget(record[:8])
    assert not first.already
    second = used.forget(record[:8])
    assert (second.already, second.releases) == (True, ["first"])
    with pytest.raises(WinnowError, match="no record"):
        used.forget("ffffffffff")
    with pytest.raises(WinnowError, match="no record"):
        used.forget("")


def test_history_cannot_be_emptied_but_by_forgetting(used: Workspace) -> None:
    plain = sqlite3.connect(used.folder.database)
    record = used.records()["id"].iloc[0]
    for statement in (
        "UPDATE record SET content = '', fold_key = '' WHERE id = ?",
        "UPDATE occurrence SET session = NULL WHERE record_id = ?",
        "UPDATE decision SET why = '' WHERE record_id = ?",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="written once"):
            plain.execute(statement, (record,))
    plain.rollback()
    used.forget(record)
    with pytest.raises(sqlite3.IntegrityError, match="written once"):
        plain.execute("UPDATE record SET content = 'x' WHERE id = ?", (record,))
    with pytest.raises(sqlite3.IntegrityError, match="written once"):
        plain.execute("DELETE FROM forgotten")
    plain.close()


def test_the_command_says_what_still_holds_it(used: Workspace) -> None:
    record = used.records().set_index("text").loc[TEXT, "id"]
    told = run_winnow("forget", record, "--reason", "asked for", cwd=used.folder.root)
    assert told.returncode == 0, told.stderr
    assert "release first still contains it" in told.stdout
    assert "Quartermain" not in told.stdout
    data = json.loads(run_winnow("releases", "--json", cwd=used.folder.root).stdout)
    assert data["releases"][0]["forgotten"] == 1
    assert EXAMPLE.exists()


def test_a_release_states_no_text_that_it_leaves_out(used: Workspace) -> None:
    left_out = used.check().table
    left_out = left_out.loc[left_out["reason"] == "duplicate", "text"]
    assert f"{TEXT}!" in set(left_out) or TEXT in set(left_out)
    for path in (used.folder.releases / "first").rglob("*"):
        shown = path.read_text() if path.suffix in (".json", ".jsonl", ".md") else ""
        assert not [text for text in left_out if f'"{text}"' in shown or f"'{text}" in shown], path


def test_a_record_that_is_forgotten_during_a_freeze_is_not_published(
    used: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from winnow.curation.releases import freeze as module

    record = used.records().set_index("text").loc[used.release("first").rows("train")["text"][0], "id"]
    write = module.write_release

    def forgotten_meanwhile(*arguments: object) -> dict[str, object]:
        used.forget(str(record))
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "write_release", forgotten_meanwhile)
    with pytest.raises(WinnowError, match="freeze again"):
        used.freeze("second")
    assert [entry["name"] for entry in used.releases()] == ["first"]
    monkeypatch.undo()
    used.freeze("second")


def test_answers_lose_the_text_and_keep_what_was_paid_for(used: Workspace) -> None:
    used.folder.answers.mkdir()
    answer = used.folder.answers / "a.json"
    answer.write_text(json.dumps({"made": [TEXT, f"{TEXT} and more", "vpn"], "cost": 0.01}))
    run = used.folder.runs / "r"
    (run / "answers" / "ab").mkdir(parents=True)
    (run / "answers" / "ab" / "c.json").write_text(json.dumps({"text": json.dumps({"reason": TEXT})}))
    (run / "prompt.json").write_text(json.dumps({"shared": f"For instance: {json.dumps(['vpn', TEXT])}"}))
    used.forget(str(used.records().set_index("text").loc[TEXT, "id"]))
    assert json.loads(answer.read_text()) == {"made": ["", f"{TEXT} and more", "vpn"], "cost": 0.01}
    assert json.loads((run / "prompt.json").read_text()) == {"shared": 'For instance: ["vpn", ""]'}
    assert TEXT not in (run / "answers" / "ab" / "c.json").read_text()


def test_a_reader_of_the_old_state_is_waited_for_and_then_named(
    used: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("winnow.curation.store.database.BUSY_SECONDS", 1)
    record = str(used.records().set_index("text").loc[TEXT, "id"])
    reader = sqlite3.connect(used.folder.database)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM record").fetchone()
    with pytest.raises(ServiceError):
        used.forget(record)
    reader.close()
    assert used.forget(record).already
    assert b"Quartermain" not in used.folder.database.read_bytes() or f"{TEXT}!" in set(used.records()["text"])
