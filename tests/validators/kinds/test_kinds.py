from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.text_pairs import PAIRS, texts
from winnow.config.load import parse_task
from winnow.config.task import Task
from winnow.core.errors import WinnowError
from winnow.core.example import record_id
from winnow.curation.ingest.screen import ScreenContext, screen
from winnow.curation.io.readers.source_rows import SourceRow
from winnow.curation.pii.scrub import DEFAULT_POLICY, Scrubber
from winnow.validators.kinds import KINDS, kind_of
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import UNLABELED_STRATUM

TASK = parse_task("name: t\nkind: intents\nlabels: [{name: a}, {name: b}]\n")


def pair(first: str, second: str) -> dict[str, object]:
    return {"first": first, "second": second}


@pytest.fixture
def pairs_task(monkeypatch: pytest.MonkeyPatch) -> Task:
    monkeypatch.setitem(KINDS, "pairs", PAIRS)
    return TASK.model_copy(update={"kind": "pairs"})


def context(**policy: str) -> ScreenContext:
    return ScreenContext(Scrubber(DEFAULT_POLICY | policy, b"test"))  # type: ignore[arg-type]


def test_a_task_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(
        WinnowError, match=r"winnow\.yaml: kind: images; expected: a kind that this version handles: intents, tools"
    ):
        kind_of(TASK.model_copy(update={"kind": "images"}))


def test_an_intent_is_its_text_and_its_label() -> None:
    content = INTENTS.parse({"text": "Cafe\u0301 open?"}, TASK)
    assert content == "Café open?"
    assert INTENTS.texts(content) == (content,)
    assert INTENTS.with_texts(content, ["other"]) == "other"
    assert INTENTS.column_values(content) == {"text": content}
    assert INTENTS.content_of({"text": content}) == content
    assert INTENTS.targets(TASK) == ["a", "b"]
    assert (INTENTS.stratum(content, "a"), INTENTS.stratum(content, None)) == ("a", UNLABELED_STRATUM)
    assert INTENTS.release_columns == [
        "id", "text", "label", "route", "split", "origin", "group", "facets", "weight",
        "decided_by", "license", "origin_model",
    ]  # fmt: skip


def test_screening_asks_the_kind_what_an_example_is(pairs_task: Task) -> None:
    rows = [
        SourceRow(1, pair("Hello There", "mail me at jo@firm.org"), label="yes"),
        SourceRow(2, {"first": "one"}, label="yes"),
    ]
    kept, dropped = screen(rows, pairs_task, context())
    assert [row.drop.reason for row in dropped] == ["empty"]
    (row,) = kept
    first, second = texts(row.content)
    assert first == "Hello There"
    assert "jo@firm.org" not in second
    assert [one.entity for one in row.rewrites] == ["EMAIL_ADDRESS"]
    assert row.record_id == record_id("pairs", row.content)
    assert row.fold_key == PAIRS.fold_key(row.content)
    assert row.stratum == "yes, 2 texts"


def test_the_targets_of_the_kind_are_the_labels_that_a_row_may_have(pairs_task: Task) -> None:
    kept, dropped = screen([SourceRow(1, pair("x", "y"), label="a")], pairs_task, context())
    assert (kept, [row.drop.reason for row in dropped]) == ([], ["unknown_label"])


def test_private_data_in_any_text_can_drop_the_row(pairs_task: Task) -> None:
    rows = [SourceRow(1, pair("hello", "mail jo@firm.org"))]
    kept, dropped = screen(rows, pairs_task, context(EMAIL_ADDRESS="drop"))
    assert (kept, [row.drop.reason for row in dropped]) == ([], ["private_data"])


def test_the_columns_of_the_content_stand_after_the_id() -> None:
    assert PAIRS.release_columns[:4] == ["id", "first", "second", "label"]
    assert replace(PAIRS, content_columns={}).release_columns[:2] == ["id", "label"]
