"""The pure parts of generating: prompts, prices, the grid of briefs, spreading, pace, plans."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from tests.support.paths import ROOT
from winnow.config.task import EndpointConfig, Label, NearMiss, Task
from winnow.core.errors import WinnowError
from winnow.core.model_vocabulary import EXAMPLE_KINDS
from winnow.generators import contrasts, judge
from winnow.generators.allocation import allocate
from winnow.generators.diversity_grid import WORDINGS, query_briefs
from winnow.generators.examples import example_requests
from winnow.generators.job import GenerationJob
from winnow.generators.llm.anthropic import message_body
from winnow.generators.llm.estimate import estimate
from winnow.generators.llm.model_roles import ModelRole
from winnow.generators.llm.prices import Usage, price_of
from winnow.generators.llm.rate_limit import RateLimiter
from winnow.generators.llm.request import LlmRequest, ModelChoice, list_schema, make_request
from winnow.generators.llm.response import read_items
from winnow.generators.negatives import negative_requests
from winnow.generators.plan import LabelNeed
from winnow.generators.prompts.prompt_file import load_prompt, quote_as_data
from winnow.generators.proposal import PromptContext, SeedRecord
from winnow.generators.query_request import read_queries
from winnow.generators.region_queries import region_requests

PROMPT_HASHES = {
    "task": "1 290351478db3",
    "examples": "1 eb1aaf5ee32b",
    "ambiguous": "1 b84ea8b6526a",
    "domain": "1 0611e65c69ae",
    "fixes": "1 22785d73b538",
    "regions": "1 07b303d9b2de",
    "contrasts": "1 32991be123db",
    "negatives": "1 c41cdfeb42a8",
    "judge_task": "1 fb04a3f349e6",
    "judge": "1 65b831f84421",
    "router_task": "1 1df75a8f2c49",
    "router": "1 12a157c9baf0",
    "router_local": "1 e0ce4dacf104",
    "dialogue_task": "1 aa477a845db0",
    "dialogues": "1 347fffbabd66",
    "dialogue_results": "1 e5567792b146",
    "dialogue_continuations": "1 7170095f6ff8",
    "dialogue_contrasts": "1 5d3d0b436326",
    "dialogue_judge_task": "1 d66da6656fc1",
    "dialogue_judge": "1 5822a5ef4107",
}
"""Of each prompt's text: whoever changes one raises its version and writes the new hash here."""

PROMPTS = ROOT / "generators" / "prompts"

TASK = Task(
    name="desk",
    kind="intents",
    labels=[
        Label(
            name="vpn",
            description="The tunnel does not come up.",
            examples=["vpn down"],
            near_miss=NearMiss(text="wifi is slow", label="wifi"),
        ),
        Label(name="wifi", description="The radio is slow."),
        Label(name="other"),
    ],
    fallback="other",
    confusable=[("vpn", "wifi")],
    slots={"device": ["laptop", "phone"]},
)

SEEDS = {
    name: [SeedRecord(f"{name}{n}", f"{name} text {n}", f"{name} text {n}", name, f"{name}{n}") for n in range(9)]
    for name in TASK.label_names
}

MATERIAL = PromptContext(TASK, SEEDS, lambda label, texts: [f"near {label}"], "key")

VOICE = ModelChoice()


@pytest.mark.parametrize("name", sorted(path.stem for path in PROMPTS.glob("*.md")))
def test_a_changed_prompt_has_another_version(name: str) -> None:
    found = load_prompt(name)
    assert found.purpose
    digest = hashlib.sha256(found.text.encode()).hexdigest()[:12]
    assert f"{found.version} {digest}" == PROMPT_HASHES[name], "raise the version in the file, then pin it here"


def test_a_prompt_lacks_nothing() -> None:
    with pytest.raises(UndefinedError):
        load_prompt("examples").render(label="x")


def test_a_prompt_is_compiled_once() -> None:
    prompt = load_prompt("judge")
    begun = time.process_time()
    assert len({prompt.render(queries=["a"]) for _ in range(2000)}) == 1
    assert time.process_time() - begun < 1.5  # compiling it takes some milliseconds each time


@given(st.text())
def test_no_text_ends_its_quotation(text: str) -> None:
    quoted = quote_as_data([text])
    assert json.loads(quoted) == [text]
    assert "<" not in quoted
    assert ">" not in quoted
    assert "\n" not in quoted


def test_what_all_questions_share_comes_first_and_is_cached() -> None:
    requests = [
        request
        for kind in EXAMPLE_KINDS
        for request, _ in example_requests(
            MATERIAL,
            VOICE,
            LabelNeed("vpn", 7, misclassified=[{"text": "t", "predicted": "wifi"}]),
            kind=kind,
            per_request=5,
            round_number=0,
        )
    ]
    requests += [
        request for request, _ in negative_requests(MATERIAL, VOICE, "other", 7, per_request=5, round_number=0)
    ]
    requests += [
        request
        for request, _ in contrasts.contrast_requests(
            MATERIAL, VOICE, ("vpn", "wifi"), 7, per_request=5, round_number=0
        )
    ]
    requests += [
        request for request, _ in region_requests(MATERIAL, VOICE, ["q"], 7, per_request=5, round_number=0, name="r")
    ]
    systems = {json.dumps(message_body(request)["system"]) for request in requests}
    assert len(requests) == 14
    assert len(systems) == 1
    assert "cache_control" in systems.pop()
    assert all("vpn" in request.own or "other" in request.own or "q" in request.own for request in requests)


def test_a_writer_is_told_how_labels_differ_and_a_judge_nothing_of_proposals() -> None:
    request, about = example_requests(
        MATERIAL, VOICE, LabelNeed("vpn", 3), kind="ambiguous", per_request=5, round_number=0
    )[0]
    assert '"looks_like": "wifi"' in request.own
    assert json.loads(about)["label"] == "vpn"
    asked = judge.judge_requests(TASK, VOICE, ["vpn text", "wifi text"], key="k", per_request=20)[0][0]
    assert "near" not in asked.own
    assert "You write" not in asked.shared


def test_an_answer_proposes_at_most_one_query_a_brief() -> None:
    _, about = example_requests(MATERIAL, VOICE, LabelNeed("vpn", 3), per_request=5, round_number=0)[0]
    told = json.loads(about)
    items = [
        {"brief": 1, "text": "b"}, {"brief": 0, "text": "a"}, {"brief": 1, "text": "again"}, {"brief": 9, "text": "x"},
        {"brief": "2", "text": "no number"}, {"brief": 2, "text": "  "}, "no object",
    ]  # fmt: skip
    assert [one.content for one in read_queries(told, json.dumps({"queries": items}))] == ["a", "b"]
    assert read_queries(told, '{"queries": [{"brief": 0, "te') == []
    assert read_items("[]", "queries", {}) == []


def test_both_sides_of_a_pair_share_a_group_and_two_pairs_do_not() -> None:
    _, about = contrasts.contrast_requests(MATERIAL, VOICE, ("vpn", "wifi"), 2, per_request=5, round_number=0)[0]
    pairs = [{"first": f"a{n}", "second": f"b{n}", "edit": "e"} for n in range(4)]
    found = contrasts.read_contrasts(json.loads(about), json.dumps({"pairs": pairs}), "q-1")
    assert [(one.content, one.label) for one in found] == [("a0", "vpn"), ("b0", "wifi"), ("a1", "vpn"), ("b1", "wifi")]
    assert Counter(one.group_key for one in found) == {"contrast q-1 0": 2, "contrast q-1 1": 2}


def test_briefs_are_various_and_fill_cells_first() -> None:
    found = query_briefs(40, key="k", slots={"device": ["laptop"]})
    assert found == query_briefs(40, key="k", slots={"device": ["laptop"]})
    assert found != query_briefs(40, key="other", slots={"device": ["laptop"]})
    assert {(one["phrasing"], one["length"]) for one in found} == set(WORDINGS)
    assert {sum((o["phrasing"], o["length"]) == cross for o in found) for cross in WORDINGS} == {4}
    assert len({one["voice"] for one in found}) > 5
    assert 10 <= sum("device" in one for one in found) <= 30
    cells = [{"phrasing": "fragment", "length": "short", "count": 3}]
    assert [one["phrasing"] for one in query_briefs(3, key="k", cells=cells)] == ["fragment"] * 3


@given(st.integers(0, 500), st.dictionaries(st.text(max_size=3), st.integers(0, 60), min_size=1, max_size=8))
def test_spreading_gives_all_away_and_most_where_most_is_missing(count: int, missing: dict[str, int]) -> None:
    found = allocate(count, missing)
    assert sum(found.values()) == count
    ranked = sorted(missing, key=missing.__getitem__)
    assert all(found[one] <= found[other] + 1 for one, other in itertools.pairwise(ranked))
    if count <= sum(missing.values()):
        assert all(found[name] <= missing[name] + 1 for name in missing)


def test_a_job_is_scaled_and_loses_nobody() -> None:
    job = GenerationJob("examples", needs=[LabelNeed("vpn", 30), LabelNeed("wifi", 3)])
    assert [need.count for need in job.scaled(11).needs] == [10, 1]
    assert job.scaled(33) is job
    assert [need.count for need in job.scaled(2).needs] == [2, 1]


def test_prices_are_known_by_name_and_by_dated_name(tmp_path: Path) -> None:
    price = price_of("claude-haiku-4-5-20251001")
    assert price is not None
    assert price.cost(Usage(1_000_000, 0, 0, 0)) == 1_000_000_000
    assert price.cost(Usage(0, 1_000_000, 1_000_000, 1_000_000)) == 1_250_000_000 + 100_000_000 + 5_000_000_000
    assert price.cost(Usage(3, 0, 0, 0), batch=True) == 1_500
    assert price_of("some-other-model") is None
    own_table = tmp_path / "prices.json"
    own_table.write_text('{"models": {"m": {"input": -1}}, "batch_share": "x"}')
    with pytest.raises(WinnowError) as told:
        price_of("m", own_table)
    assert len(told.value.problems) == 4


def test_the_worst_case_is_above_any_bill() -> None:
    price = price_of("claude-sonnet-5-5")
    assert price is not None
    request = make_request(VOICE, shared="s" * 4_000, own="o" * 1_000, schema={"type": "object"}, items=10)
    size = len(json.dumps(message_body(request)))
    assert price.worst_case(request) >= price.cost(Usage(0, size, 0, request.max_tokens))
    assert price.worst_case(request, batch=True) * 2 == pytest.approx(price.worst_case(request), abs=2)


def test_an_estimate_counts_one_request_and_scales() -> None:
    requests = [make_request(VOICE, shared="s" * 400, own="o" * n, schema={}, items=10) for n in (100, 500)]
    found = estimate(
        requests,
        ModelRole(VOICE, EndpointConfig(), None),
        count_tokens=lambda request: len(request.json_text()) // 5,
        batch=False,
        output_tokens=None,
        kept_share=0.5,
    )
    assert (found.requests, found.items, found.counted, found.usd) == (2, 20, True, None)
    assert found.input_tokens == pytest.approx(sum(len(one.json_text()) for one in requests) / 5, rel=0.01)
    assert "cost unknown" in str(found)
    assert "about 10 will be accepted" in str(found)


def test_pace_grows_until_it_is_refused_and_rests_as_long_as_it_is_told() -> None:
    pace = RateLimiter(8)
    limits = []
    for _ in range(5):
        with pace.slot():
            limits.append(pace.limit)
        pace.succeeded()
    assert limits == [1, 2, 3, 4, 5]
    with pace.slot() as given_at:
        pass
    pace.throttled(given_at, 0.15)
    assert pace.limit == 3
    pace.throttled(given_at, 0.15)
    assert pace.limit == 3, "what was in flight then does not halve it again"
    begun = time.monotonic()
    with pace.slot():
        assert time.monotonic() - begun >= 0.1


def test_no_more_are_in_flight_than_the_pace_allows() -> None:
    pace, flying, most = RateLimiter(4), 0, 0
    lock = threading.Lock()

    def fly() -> None:
        nonlocal flying, most
        for _ in range(10):
            with pace.slot():
                with lock:
                    flying += 1
                    most = max(most, flying)
                time.sleep(0.001)
                with lock:
                    flying -= 1
            pace.succeeded()

    threads = [threading.Thread(target=fly) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 < most <= 4


def test_a_request_is_the_same_text_for_the_same_words() -> None:
    schema = list_schema("answers", {"why": {"type": "string"}, "label": {"type": "string"}})
    one, other = (make_request(VOICE, shared="s", own="o", schema=schema, items=1) for _ in range(2))
    assert one.json_text() == other.json_text()
    stored = LlmRequest.model_validate_json(one.json_text())
    assert stored == one
    assert stored.json_text() == one.json_text()
    assert list(stored.answer_schema["properties"]["answers"]["items"]["properties"]) == ["why", "label"]


def test_a_model_without_an_effort_gets_none() -> None:
    for model, has_effort in (("claude-sonnet-5-5", True), ("claude-haiku-4-5", False)):
        body = message_body(make_request(ModelChoice(model), shared="", own="", schema={}, items=1))
        assert ("effort" in body["output_config"]) == has_effort
