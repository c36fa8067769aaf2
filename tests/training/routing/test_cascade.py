"""A second stage: rules or another run answer the queries below the threshold of the first."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from winnow.core.errors import WinnowError
from winnow.core.result import NotMeasured
from winnow.core.routing_vocabulary import RoutedBy
from winnow.training.evaluation.fit_on_validation import load_or_fit
from winnow.training.routing.answer_rule import fitted_rule
from winnow.training.routing.open_second_stage import open_second_stage
from winnow.training.routing.routed_answer import LabelProbability, RoutedAnswer
from winnow.training.routing.router import Router, open_router
from winnow.training.routing.rule_stage import RuleStage
from winnow.training.routing.run_stage import RunStage
from winnow.training.run_facts import PromptRunFacts
from winnow.training.run_release import release_of
from winnow.training.runs import Run
from winnow.workspace import Workspace

ASKED = ["my vpn is down", "how many vacation days are left", "what is the meaning of life"]


@pytest.fixture(scope="module")
def two_runs(trained_example: tuple[Workspace, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """Two runs of one release in a workspace of their own, the second one weaker."""
    copied = shutil.copytree(trained_example[0].folder.root, tmp_path_factory.mktemp("cascade") / "ws")
    workspace = Workspace.find(copied)
    return workspace.run(trained_example[1]), workspace.train("first", settings={"inverse_penalty": 0.1}).run


def never(name: object) -> Run:
    raise AssertionError(f"{name} is no run")


def test_rules_decide_below_the_threshold_and_state_the_confidence_of_the_run(
    two_runs: tuple[Run, Run], tmp_path: Path
) -> None:
    first, _ = two_runs
    file = tmp_path / "rules.yaml"
    file.write_text("- {label: it_wifi, contains: VPN}\n- {label: it_vpn, contains: vpn}\n")
    stage = open_second_stage(file, first, find_run=never)
    assert isinstance(stage, RuleStage)
    router = open_router(first, threshold=1.0, second_stage=stage)
    by_rule, *others = router.answers(ASKED, top=2)
    alone = open_router(first, threshold=1.0).answers(ASKED, top=2)
    assert (by_rule.label, by_rule.route, by_rule.decided_by) == ("it_wifi", "agent_it", RoutedBy.RULES)
    assert (by_rule.confidence, by_rule.top, by_rule.run) == (alone[0].confidence, alone[0].top, first.id)
    assert others == alone[1:]  # no rule matches: the fallback label
    assert {one.label for one in others} == {"fallback"}
    always = replace(router, rule=replace(router.rule, threshold=0.0))
    assert {one.decided_by for one in always.answers(ASKED)} == {RoutedBy.MODEL}


def test_another_run_answers_with_its_own_threshold(two_runs: tuple[Run, Run]) -> None:
    first, second = two_runs
    stage = open_second_stage(second.id, first, find_run=lambda name: {second.id: second}[str(name)])
    assert isinstance(stage, RunStage)
    own = open_router(second)
    assert stage.router.rule == own.rule
    found = open_router(first, threshold=1.0, second_stage=stage).answers(ASKED, top=3)
    assert [one.confidence for one in found] == [one.confidence for one in own.answers(ASKED)]
    assert [one.decided_by for one in found] == [one.decided_by for one in own.answers(ASKED)]
    assert {one.run for one in found} == {second.id}
    assert [len(one.top) for one in found] == [3, 3, 3]
    sure = replace(stage, router=replace(own, rule=replace(own.rule, threshold=0.0)))
    assert {one.decided_by for one in open_router(first, threshold=1.0, second_stage=sure).answers(ASKED)} == {
        RoutedBy.MODEL
    }


@dataclass(frozen=True)
class SaysAlways:
    """A second stage with one answer."""

    answer: RoutedAnswer

    def answers(self, texts: Sequence[str], *, top: int) -> list[RoutedAnswer | None]:
        return [self.answer for _ in texts]


@pytest.mark.parametrize(
    ("decided_by", "label", "route", "run", "confidence"),
    [
        (RoutedBy.MODEL, "it_vpn", "second route", "second", 0.25),
        (RoutedBy.RULES, "it_vpn", "second route", "first", None),
        (RoutedBy.FALLBACK, "fallback", "agent_human", "second", 0.25),
    ],
)
def test_what_stands_of_the_first_answer_depends_on_what_decides(
    decided_by: RoutedBy, label: str, route: str, run: str, confidence: float | None, two_runs: tuple[Run, Run]
) -> None:
    first, _ = two_runs
    top = [LabelProbability(label="it_vpn", probability=0.25)]
    answer = RoutedAnswer(
        label="it_vpn", route="second route", confidence=0.25, decided_by=decided_by, run="second", top=top
    )
    alone, (found,) = (
        open_router(first, threshold=1.0).answers(ASKED[:1])[0],
        open_router(first, threshold=1.0, second_stage=SaysAlways(answer)).answers(ASKED[:1]),
    )
    assert (found.label, found.route, found.decided_by) == (label, route, decided_by)
    assert found.run == (first.id if run == "first" else run)
    assert found.confidence == (alone.confidence if confidence is None else confidence)


def test_a_fitted_threshold_applies_once_something_else_can_answer(two_runs: tuple[Run, Run]) -> None:
    first, _ = two_runs
    fitted = load_or_fit(first, release_of(first)).model_copy(update={"fallback": None})
    assert not isinstance(fitted.fallback_threshold, NotMeasured)
    assert fitted_rule(fitted).threshold == 0.0
    assert fitted_rule(fitted, has_second_stage=True).threshold == fitted.fallback_threshold.value > 0
    assert fitted_rule(fitted, threshold=0.2, has_second_stage=True).threshold == 0.2


def renamed(run: Run, **routes: str) -> Run:
    """The run with other labels, under another id."""
    return replace(run, facts=run.facts.model_copy(update={"routes": routes, "run": "other-linear-1"}))


def test_a_run_that_cannot_stand_in_is_refused_with_the_reason(two_runs: tuple[Run, Run]) -> None:
    first, second = two_runs
    with pytest.raises(WinnowError, match=r"labels that the task of .* does not have: legal, sales"):
        open_second_stage("x", first, find_run=lambda _: renamed(second, it_vpn="a", legal="b", sales="c"))
    with pytest.raises(WinnowError, match=r"is the run itself"):
        open_second_stage("x", first, find_run=lambda _: first)
    imported = replace(second, facts=second.facts.model_copy(update={"method": "imported"}))
    with pytest.raises(WinnowError, match=r"there is no model to run"):
        open_second_stage("x", first, find_run=lambda _: imported)
    with pytest.raises(WinnowError, match=r"there is no model to run"):
        open_router(imported)


def test_a_run_of_fewer_labels_may_stand_in_and_routes_are_those_of_the_first(two_runs: tuple[Run, Run]) -> None:
    first, second = two_runs
    fewer = replace(second, facts=second.facts.model_copy(update={"routes": {"it_vpn": "elsewhere"}}))
    stage = open_second_stage("x", first, find_run=lambda _: fewer)
    assert isinstance(stage, RunStage)
    confident = RunStage(Router(second, replace(stage.router.rule, threshold=0.0)), stage.routes)
    assert confident.answers(ASKED[:1], top=1)[0].route == "agent_it"  # type: ignore[union-attr]


def test_a_run_that_asks_a_service_is_not_fitted_by_answering(two_runs: tuple[Run, Run], tmp_path: Path) -> None:
    stated = dict(two_runs[0].facts) | {"method": "prompt", "base": None, "call_format": ""}
    releases = two_runs[0].path.parent.parent / "releases"
    router = open_router(Run(tmp_path, PromptRunFacts.model_construct(**stated), (releases,)), threshold=0.5)
    assert "would send requests to a service" in router.not_calibrated
    assert f"winnow evaluate {two_runs[0].id}" in router.not_calibrated
    assert (router.rule.threshold, router.rule.fallback) == (0.5, "fallback")  # which the release states
