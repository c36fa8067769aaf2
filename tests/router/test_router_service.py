"""The service over HTTP: what it answers, what it logs, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.router.conftest import TwoRuns
from tests.support.files import write_jsonl
from tests.support.router_requests import TOKEN, RouterClient, client_of
from winnow.core.errors import ServiceError, WinnowError
from winnow.curation.releases.release import open_release
from winnow.interaction_log.interaction_ids import new_interaction_id
from winnow.router.access_token import TOKEN_VARIABLE
from winnow.router.problem_replies import Problems
from winnow.router.query_forms import RouteQuery
from winnow.router.serve_router import RouterOptions, start_router
from winnow.training.routing.router import open_router
from winnow.training.run_release import release_folder
from winnow.workspace import Workspace

PRIVATE = "ann.lee@firm.co.uk"
TEXTS = ["my vpn drops every hour", "when do I get paid", "how do I book leave", "what is the meaning of life"]


@pytest.fixture
def client(shared_client: RouterClient) -> RouterClient:
    """The service; what earlier tests logged is not seen."""
    shared_client.new_lines()
    return shared_client


def test_answers_are_those_of_the_run_and_each_is_in_the_log(client: RouterClient) -> None:
    expected = open_router(client.started.router.run).answers(TEXTS)
    requests = [("POST", "/v1/route", {"json": {"text": text, "session": "s-1"}}) for text in TEXTS]
    found = [reply.json() for reply in client.send_all(requests)]
    assert [(one["label"], one["route"], one["decided_by"], one["run"]) for one in found] == [
        (one.label, one.route, one.decided_by, one.run) for one in expected
    ]
    assert [one["confidence"] for one in found] == pytest.approx([one.confidence for one in expected], abs=1e-6)
    written = client.new_lines()
    lines = {line["id"]: line for line in written}
    assert len(written) == len(lines)
    assert lines.keys() == {one["id"] for one in found}
    for one, text in zip(found, TEXTS, strict=True):
        line = lines[one["id"]]
        assert (line["task"], line["output"], line["model"], line["session"]) == (text, one["label"], one["run"], "s-1")
        assert line["metadata"]["confidence"] == one["confidence"]
        assert 1000 * line["result"]["seconds"] == pytest.approx(one["latency_ms"], abs=0.001)
    log = next(client.started.log.parent.glob("router-*.jsonl"))
    assert log.stat().st_mode & 0o777 == 0o600


def test_several_texts_are_answered_in_their_order(client: RouterClient) -> None:
    reply = client.send("POST", "/v1/route", json={"texts": [*TEXTS, *TEXTS]}).json()
    first, second = reply["answers"][:4], reply["answers"][4:]
    assert [one["label"] for one in first] == [one["label"] for one in second]
    written = client.new_lines()
    assert [line["id"] for line in written] == [one["id"] for one in reply["answers"]]
    assert [line["task"] for line in written] == [*TEXTS, *TEXTS]


def test_private_data_reaches_the_model_and_not_the_log(client: RouterClient) -> None:
    identity = new_interaction_id()
    answer = client.route(f"send my payslip to {PRIVATE}", session=PRIVATE, id=identity)
    (line,) = client.new_lines()
    assert (answer["id"], line["id"], line["model"]) == (identity, identity, answer["run"])
    assert PRIVATE not in json.dumps(line)
    assert line["replaced"] == {"EMAIL_ADDRESS": 1}


BODIES: list[tuple[bytes, str]] = [
    (b"", "body"),
    (b"{", "not JSON"),
    (b"[]", "body"),
    (b"null", "body"),
    (b'"text"', "body"),
    (b"\xff\xfe", ""),
    (b"[" * 100_000, ""),
    (b"1" * 5_000, ""),
    (b"{}", "either `text` or `texts`"),
    (b'{"text": null}', "either `text` or `texts`"),
    (b'{"text": "a", "texts": ["b"]}', "either `text` or `texts`"),
    (b'{"text": 7}', "text"),
    (b'{"text": "secret-of-a-user", "txt": "a"}', "txt"),
    (b'{"text": ""}', "empty"),
    (b'{"text": " \\n "}', "empty"),
    (b'{"text": "\\ud800"}', "text"),
    ('{"text": "caf\u00e9"}'.encode("latin-1"), "not in UTF-8"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"text": ' + b"9" * 5000 + b"}", "not JSON"),
    (b'{"text": "a\\u0000b"}', "U+0000"),
    (b'{"texts": []}', "texts"),
    (b'{"texts": ["a", null]}', "texts.1"),
    (b'{"texts": ["fine", "", "a\\u0007b"]}', "texts.2"),
    (json.dumps({"texts": ["a"] * 101}).encode(), "100"),
    (json.dumps({"text": "x" * 2001}).encode(), "2001 characters, at most 2000"),
    (b'{"text": "a", "id": "7"}', "id"),
    (b'{"texts": ["a"], "id": "01936f1e-5c1a-7b3e-9f00-0a1b2c3d4e5f"}', "`id` only with `text`"),
    (b'{"text": "a", "session": ""}', "session"),
    (json.dumps({"text": "a", "session": "s" * 201}).encode(), "session"),
    (b'{"text": "a", "session": "\\udfff"}', "session"),
]


def test_a_wrong_body_is_refused_with_every_problem_and_nothing_is_logged(client: RouterClient) -> None:
    json_type = {"Content-Type": "application/json"}
    replies = client.send_all([("POST", "/v1/route", {"content": body, "headers": json_type}) for body, _ in BODIES])
    for (body, shown), reply in zip(BODIES, replies, strict=True):
        assert reply.status_code == 422, (body[:40], reply.text)
        problems = Problems.model_validate(reply.json())
        assert shown in str(problems), (body[:40], reply.text)
        assert "secret-of-a-user" not in reply.text
    assert client.new_lines() == []
    wrong_type = client.send("POST", "/v1/route", content=b"a=b", headers={"Content-Type": "text/plain"})
    assert (wrong_type.status_code, wrong_type.json()["problems"][0]["where"]) == (422, "Content-Type")
    assert client.route(TEXTS[0])["label"] == "it_vpn"


def test_a_body_that_is_too_large_is_not_read(client: RouterClient) -> None:
    most = client.started.service.limits.max_body_bytes

    async def endless() -> Any:
        for _ in range(1000):
            yield b" " * 100_000

    for content in (b" " * (most + 1), endless()):
        reply = client.send("POST", "/v1/route", content=content)
        assert reply.status_code == 413
        assert f"at most {most:,} bytes" in reply.text
    longest = json.dumps({"texts": ["\U0001f600" * 2000] * 100}).encode()
    assert len(longest) <= most


def test_nothing_but_the_probe_and_the_empty_page_is_open(client: RouterClient) -> None:
    document = client.send("GET", "/openapi.json").json()
    paths = [(method, path) for path, one in document["paths"].items() for method in one if path != "/healthz"]
    assert len(paths) == 5
    for method, path in [*paths, ("get", "/openapi.json"), ("get", "/docs"), ("get", "/no/such"), ("put", "/v1/route")]:
        for token in (None, "", "another-token-0123456789", TOKEN[:-1], TOKEN + "0"):
            reply = client.send(method.upper(), path, token=token)
            assert (reply.status_code, reply.headers["www-authenticate"]) == (401, 'Bearer realm="router"'), path
            assert reply.json()["problems"]
    assert client.send("GET", "/healthz", token=None).json() == {"status": "ok"}
    assert client.send("GET", "/docs").status_code == 404
    assert client.send("PUT", "/v1/route").status_code == 405
    page, script = client.send("GET", "/", token=None), client.send("GET", "/page.js", token=None)
    for reply in (page, script):
        assert reply.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert TOKEN not in reply.text
        assert client.started.router.run.id not in reply.text
        assert "http://" not in reply.text.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in reply.text


def test_every_operation_and_field_is_described_and_the_examples_are_right(client: RouterClient) -> None:
    document = client.send("GET", "/openapi.json").json()
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert all(one["description"] for one in operations)
    schemas = document["components"]["schemas"]
    fields = [(name, key, field) for name, one in schemas.items() for key, field in one.get("properties", {}).items()]
    validation = {"HTTPValidationError", "ValidationError"}  # FastAPI's own, which are never sent
    assert len(fields) > 60
    assert [(name, key) for name, key, field in fields if "description" not in field and name not in validation] == []
    for example in schemas["RouteQuery"]["examples"]:
        RouteQuery.model_validate(example)


def test_a_query_that_cannot_be_logged_is_not_answered(client: RouterClient) -> None:
    answered = client.route(TEXTS[0])
    log = next(client.started.log.parent.glob("router-*.jsonl"))
    log.rename(log.with_name("kept"))
    log.mkdir()
    refused = client.send("POST", "/v1/route", json={"text": TEXTS[1]})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert "the log cannot be written" in refused.text
    log.rmdir()
    log.with_name("kept").rename(log)
    again = client.route(TEXTS[1])
    assert [line["id"] for line in client.new_lines()] == [answered["id"], again["id"]]


def test_figures_are_those_of_the_log(client: RouterClient) -> None:
    before = client.send("GET", "/v1/analytics").json()
    known = list(open_release(release_folder(client.started.router.run)).rows("train")["text"])[:50]
    texts = [*known, *(f"zoetrope {number} of the paleolithic whale opera" for number in range(50))]
    answers = client.send("POST", "/v1/route", json={"texts": texts}).json()["answers"]
    found = client.send("GET", "/v1/analytics").json()
    assert found["queries"] == sum(one["queries"] for one in found["by_label"]) == before["queries"] + 100
    fallback, fallback_before = (
        next((one["queries"] for one in figures["by_decision"] if one["name"] == "fallback"), 0)
        for figures in (found, before)
    )
    assert fallback - fallback_before == sum(one["decided_by"] == "fallback" for one in answers)
    assert found["fallback"]["value"] == pytest.approx(fallback / found["queries"])
    assert found["uncovered"]["status"] == "not_measured"
    client.started.service._uncovered.wait()
    client.send("GET", "/v1/analytics")  # the first measurement may have begun before the queries
    client.started.service._uncovered.wait()
    uncovered = client.send("GET", "/v1/analytics").json()["uncovered"]
    assert uncovered["run"] == client.started.router.run.id
    assert uncovered["share"]["rows"] >= 100
    others = uncovered["share"]["rows"] - 100  # of earlier tests
    assert 50 <= round(uncovered["share"]["value"] * uncovered["share"]["rows"]) <= 50 + others
    for wrong in ({"since": "yesterday"}, {"since": "2020-01-01"}, {"until": "0001-01-01"}):
        assert client.send("GET", "/v1/analytics", params=wrong).status_code == 422


def test_what_does_not_fit_is_refused_before_anything_answers(
    two_runs: TwoRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = two_runs.workspace.folder.root
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    with pytest.raises(WinnowError, match="a token that was given"):
        start_router(two_runs.workspace._context, RouterOptions(host="0.0.0.0"))
    assert not (root / ".winnow" / "router").exists()
    with client_of(root) as client:
        port = client.started.listener.getsockname()[1]
        with pytest.raises(ServiceError, match="free port"), client_of(root, port=port):
            pass
    with pytest.raises(WinnowError, match="no such run"), client_of(root, run="nothing"):
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceError, match="a log to write to"), client_of(root, log=tmp_path / "file" / "log.jsonl"):
        pass
    task = root / "winnow.yaml"
    task.write_text(task.read_text() + "interactions: {agent_roles: [assistant]}\n")
    with client_of(root, host="0.0.0.0") as client:
        assert ["agent_roles" in one or "TLS" in one for one in client.started.warnings] == [True, True]


def test_a_workspace_of_dialogues_has_no_queries(frozen_dialogues: Workspace) -> None:
    with pytest.raises(WinnowError, match="kind: tools"):
        start_router(frozen_dialogues._context, RouterOptions(token=TOKEN))


def test_the_log_is_one_that_add_reads(two_runs: TwoRuns, tmp_path: Path) -> None:
    workspace, text = two_runs.workspace, "my flux capacitor is broken"
    with client_of(workspace.folder.root) as client:
        client.route(text, session="s-1")
        client.route(text, session="s-2")
        lines, logs = client.new_lines(), sorted(client.started.log.parent.glob("router-*.jsonl"))
    added = workspace.add(logs, license="own")
    assert (added.given, added.dropped) == (2, 0)
    record = workspace.records().set_index("text").loc[text]
    assert (record["origin"], record["weight"]) == ("log", 2)
    assert record["state"] in ("unlabeled", "proposed")
    assert workspace.add(logs, license="own").added == 0
    feedback = {"kind": "update", "version": 1, "id": new_interaction_id(), "about": lines[0]["id"]}
    rated = {**feedback, "timestamp": lines[0]["timestamp"], "feedback": {"corrections": {"label": "it_vpn"}}}
    workspace.add(write_jsonl(tmp_path / "feedback.jsonl", [rated]), license="own")
    assert workspace.records().set_index("text").loc[text, "label"] == "it_vpn"
