"""What a run answers in dialogues: the base model as it is, and with an adapter."""

from __future__ import annotations

from pathlib import Path

import pytest

from winnow.core.errors import WinnowError
from winnow.curation.releases.release import Release
from winnow.training import methods
from winnow.training.answering.answer import answers_of
from winnow.training.answering.answer_request import AnswerRequest, requests_of_rows
from winnow.training.run_facts import PromptRunFacts
from winnow.training.runs import Run
from winnow.workspace import Workspace

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def release(frozen_dialogues: Workspace) -> Release:
    return frozen_dialogues.release("first")


@pytest.fixture(scope="module")
def baseline(release: Release, tiny_chat: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    settings = {"backend": "local", "model": str(tiny_chat)}
    return methods.train(release, tmp_path_factory.mktemp("runs"), method="prompt", seed=0, settings=settings).run


@pytest.fixture(scope="module")
def requests(release: Release) -> list[AnswerRequest]:
    return requests_of_rows(release.rows("validation"), release.task(), "validation")


def test_the_base_model_answers_every_request_and_is_reproducible(baseline: Run, requests: list[AnswerRequest]) -> None:
    counts: list[tuple[int, int]] = []
    found = answers_of(baseline, requests, progress=lambda done, total: counts.append((done, total)))
    assert len(found) == len(requests) > 10
    assert counts[-1] == (len(requests), len(requests))
    assert answers_of(baseline, requests[3:5]) == found[3:5]  # an answer does not depend on the others
    assert answers_of(baseline, []) == []
    facts = baseline.facts_of(PromptRunFacts)
    assert facts.answer_limit is not None
    assert all(one.tokens <= facts.answer_limit for one in found)
    assert all(one.finished == (one.tokens < facts.answer_limit) for one in found)


def test_a_run_of_a_base_model_states_what_it_reads(baseline: Run, tiny_chat: Path) -> None:
    facts = baseline.facts_of(PromptRunFacts)
    assert facts.base is not None
    assert facts.base.model == str(tiny_chat)
    assert facts.call_format == "fenced_json"
    assert facts.template_sha256
    assert "weather" in (baseline.path / "prompt.json").read_text()


def test_a_service_is_refused_with_what_to_do_instead(release: Release, tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"backend=local.*predictions='FILE'"):
        methods.train(release, tmp_path, method="prompt", seed=0, settings={"backend": "claude"})
