"""The embedded labeling server as people and programs use it: over HTTP, started as a user starts it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import WINNOW_SCRIPT, run_winnow
from tests.support.labeling import new_annotator, sign_in, try_password
from tests.support.labeling_queue import TEXTS, Queue, between, make_queue, scope, terms
from tests.support.paths import EXAMPLE
from winnow.core.errors import ServiceError, WinnowError
from winnow.curation.labeling.server.accounts import (
    add_annotator,
    annotator_accounts,
    remove_annotator,
    reset_annotator,
)
from winnow.curation.labeling.server.argilla_api import ArgillaApi
from winnow.curation.labeling.server.process import EmbeddedServer, find_server, start_server, stop_server
from winnow.curation.labeling.server.server_environment import server_code


@pytest.fixture(scope="session")
def people(server: EmbeddedServer) -> dict[str, ArgillaApi]:
    return {name: new_annotator(server.owner_api(), name) for name in ("ann", "ben")}


@pytest.fixture(scope="session")
def queue(server: EmbeddedServer, people: dict[str, ArgillaApi]) -> Queue:
    """For tests that only look: ann answered two and drafted one, ben discarded one."""
    queue = make_queue(server.owner_api(), "shared", people)
    queue.answer("ann", "vpn", "a")
    queue.answer("ann", "mail", "wide")
    queue.answer("ann", "down", "b", status="draft")
    queue.answer("ben", "vpn", "b", status="discarded")
    for name, value, score, agent in (("vpn", "a", 0.9, "one"), ("reset", "b", 0.2, "two"), ("mail", "a", 0.5, "one")):
        told = {"question_id": queue.questions["label"], "value": value, "score": score, "agent": agent}
        queue.api.send("PUT", f"records/{queue.ids[name]}/suggestions", told)
    tags = {"question_id": queue.questions["tags"], "value": ["a", "wide"]}
    queue.api.send("PUT", f"records/{queue.ids['down']}/suggestions", tags)
    return queue


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("vpn", "vpn mail"),
        ("VPN down", "vpn"),
        ("vpn | payment", "vpn mail down"),
        ("down -vpn", "down"),
        ("-vpn", "reset down password cafe"),
        ('"down again"', "vpn"),
        ('"again down"', ""),
        ('"the vpn" -down', "mail"),
        ('reset -"the vpn"', "reset"),
        ("pass*", "reset password"),
        ("pass", ""),
        ("(vpn | password) reset", "reset mail"),
        ("reset (vpn | password)", "reset mail"),
        ("reset | vpn down", "vpn"),  # from left to right: (reset | vpn) AND down
        ("reset -(vpn | password)", ""),
        ("can't", "reset"),
        ("can’t", "reset"),
        ("café", "cafe"),
        ("CAFÉ", "cafe"),
        ("cafe", ""),
        ("caf*", "cafe"),
        ("urgent vpn", "vpn"),  # each word in any field
        ('"again urgent"', ""),  # a phrase within one
        ("log-in", "reset"),
        ("?!", ""),
        ("vpn ?!", "vpn mail"),
        ("100%", ""),
        ("_", ""),
        ("*", "vpn reset down password cafe mail"),
        ('"vpn is', "vpn"),
        ("((vpn", "vpn mail"),
        (") vpn (", "vpn mail"),
        ("vpn'; DROP TABLE records; --", ""),
    ],
)
def test_search_as_people_type(queue: Queue, typed: str, found: str) -> None:
    assert queue.typed(typed) == set(found.split())


def test_search_in_one_field(queue: Queue) -> None:
    assert queue.typed("urgent", "note") == {"vpn"}
    assert queue.typed("urgent", "text") == set()
    with pytest.raises(WinnowError, match="422"):
        queue.typed("x", "nowhere")


def test_a_hostile_query_ends(queue: Queue) -> None:
    for typed in ("(" * 5000 + "vpn", "-" * 5000, '"' * 5001, "\\" * 999, "(a|(b " * 120, "x|y " * 120):
        queue.typed(typed)
    for typed in ("a*" * 2000, " | ".join(["x"] * 2000)):
        with pytest.raises(WinnowError, match="at most 256 words"):
            queue.typed(typed)


TOPIC = scope("metadata", metadata_property="topic")

SIZE = scope("metadata", metadata_property="size")

STATUS = scope("response", property="status")

LABEL = scope("response", question="label")


def test_metadata_filters(queue: Queue) -> None:
    assert queue.filtered(terms(TOPIC, "account")) == {"reset", "password"}  # any element of a list
    assert queue.filtered(terms(TOPIC, "login", "money")) == {"reset", "down"}
    assert queue.filtered(between(SIZE, ge=3, le=7)) == {"vpn", "mail", "password"}
    assert queue.filtered(between(SIZE, ge=3), terms(TOPIC, "account")) == {"reset", "password"}
    assert queue.filtered(terms(SIZE, "3")) == {"vpn", "mail"}
    with pytest.raises(WinnowError, match="422"):
        queue.filtered(between(SIZE, ge="many"))


def test_suggestion_filters(queue: Queue) -> None:
    label = {"entity": "suggestion", "question": "label"}
    assert queue.filtered(terms(label, "a")) == {"vpn", "mail"}
    assert queue.filtered(terms({**label, "property": "agent"}, "two")) == {"reset"}
    assert queue.filtered(between({**label, "property": "score"}, ge=0.5)) == {"vpn", "mail"}
    assert queue.filtered(terms(scope("suggestion", question="tags"), "wide", "b")) == {"down"}


def test_response_filters_mean_the_one_who_asks(queue: Queue) -> None:
    everything = set(TEXTS)
    assert queue.filtered(terms(STATUS, "pending"), who="ann") == everything - {"vpn", "mail", "down"}
    assert queue.filtered(terms(STATUS, "pending"), who="ben") == everything - {"vpn"}
    assert queue.filtered(terms(STATUS, "submitted"), who="ann") == {"vpn", "mail"}
    assert queue.filtered(terms(STATUS, "submitted", "draft"), who="ann") == {"vpn", "mail", "down"}
    assert queue.filtered(terms(STATUS, "pending", "discarded"), who="ben") == everything
    assert queue.filtered(terms(STATUS, "submitted"), who="ben") == set()
    assert queue.filtered(terms(LABEL, "a"), who="ann") == {"vpn"}
    assert queue.filtered(terms(LABEL, "a"), who="ben") == set()
    assert queue.filtered(terms(scope("response", question="tags"), "wide"), who="ann") == {"mail"}
    assert queue.filtered(between(scope("response", question="stars"), ge=2), who="ann") == {"mail"}


def test_an_owner_asks_about_everybody(queue: Queue) -> None:
    assert queue.filtered(terms(STATUS, "pending")) == {"reset", "password", "cafe"}
    assert queue.filtered(terms(STATUS, "discarded")) == {"vpn"}
    assert queue.filtered(terms(LABEL, "b")) == {"vpn", "down"}


def test_record_filters(queue: Queue) -> None:
    assert queue.filtered(terms(scope("record", property="external_id"), "vpn", "x")) == {"vpn"}
    assert queue.filtered(terms(scope("record", property="id"), queue.ids["mail"], "no id")) == {"mail"}
    assert queue.filtered(terms(scope("record", property="status"), "completed")) == set()
    inserted = scope("record", property="inserted_at")
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert queue.filtered(between(inserted, le=today)) == set(TEXTS)  # a day counts to its end
    assert queue.filtered(between(inserted, le="2020-01-01T00:00:00Z")) == set()
    assert queue.filtered(between(inserted, ge="2020-01-01T00:00:00+02:00")) == set(TEXTS)
    with pytest.raises(WinnowError, match="422"):
        queue.filtered(between(inserted, ge="yesterday"))


def test_sorts(queue: Queue) -> None:
    assert queue.sorted(SIZE)[:1] == ["down"]
    assert queue.sorted(SIZE, "desc")[:2] == ["reset", "password"]
    assert queue.sorted(SIZE)[-1] == queue.sorted(SIZE, "desc")[-1] == "cafe"  # what has no value is last, both ways
    score = {"entity": "suggestion", "question": "label", "property": "score"}
    assert queue.sorted(score)[:3] == ["reset", "mail", "vpn"]
    assert queue.sorted(scope("record", property="inserted_at")) == list(TEXTS)
    assert queue.sorted(scope("record", property="updated_at"), "desc")[0] in TEXTS
    assert queue.sorted(scope("record", property="external_id")) == sorted(TEXTS)
    assert queue.sorted(scope("response", question="stars"), "desc")[0] == "mail"


def test_pages_are_a_partition(queue: Queue) -> None:
    for who in (None, "ann"):
        pages = [queue.search(who, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
        assert [page["total"] for page in pages] == [6] * 4
        assert sorted(name for page in pages for name in queue.names(page)) == sorted(TEXTS)


def test_everybody_has_an_order_of_their_own_that_stays(queue: Queue) -> None:
    orders = {who: queue.names(queue.search(who)) for who in ("ann", "ben")}
    assert orders["ann"] != orders["ben"]
    assert queue.names(queue.search("ann")) == orders["ann"]


def test_the_best_match_comes_first(queue: Queue) -> None:
    found = queue.search("ann", query={"text": {"q": "the vpn | down"}})
    assert queue.names(found)[0] == "vpn"
    scores = [item["query_score"] for item in found["items"]]
    assert scores == sorted(scores, reverse=True)


def test_progress_and_metrics(queue: Queue) -> None:
    progress = queue.api.get(f"datasets/{queue.id}/progress")
    assert [progress[key] for key in ("total", "completed", "pending")] == [6, 0, 6]
    mine = {who: api.get(f"me/datasets/{queue.id}/metrics")["responses"] for who, api in queue.people.items()}
    assert mine["ann"] == {"total": 6, "submitted": 2, "discarded": 0, "draft": 1, "pending": 3}
    assert mine["ben"] == {"total": 6, "submitted": 0, "discarded": 1, "draft": 0, "pending": 5}
    kinds = {one["name"]: one["id"] for one in queue.api.get(f"me/datasets/{queue.id}/metadata-properties")["items"]}
    topic = queue.api.get(f"metadata-properties/{kinds['topic']}/metrics")
    assert topic["total"] == 6
    assert [(one["term"], one["count"]) for one in topic["values"]] == [
        ("account", 2), ("net", 2), ("login", 1), ("money", 1)
    ]  # fmt: skip
    size = queue.api.get(f"metadata-properties/{kinds['size']}/metrics")
    assert (size["min"], size["max"]) == (1, 10)


def near(queue: Queue, who: str | None = None, filters: Any = None, **vector: Any) -> list[tuple[str, float]]:
    more = {"filters": {"and": [filters]}} if filters else {}
    found = queue.search(who, query={"vector": {"name": "meaning", **vector}}, **more)
    scores = [round(item["query_score"], 4) for item in found["items"]]
    return list(zip(queue.names(found), scores, strict=True))


def test_similarity(queue: Queue) -> None:
    assert near(queue, value=[2, 0]) == [
        ("vpn", 1.0), ("mail", 0.9969), ("password", 0.8536), ("reset", 0.5), ("down", 0.0)
    ]  # fmt: skip
    assert near(queue, value=[2, 0], order="least_similar")[0] == ("down", 1.0)
    assert [name for name, _ in near(queue, record_id=queue.ids["vpn"])][:2] == ["mail", "password"]
    assert [name for name, _ in near(queue, value=[1, 0], filters=terms(TOPIC, "account"))] == ["password", "reset"]
    assert "vpn" not in dict(near(queue, "ann", filters=terms(STATUS, "pending"), value=[1, 0]))
    with pytest.raises(WinnowError, match="422"):
        near(queue, value=[1, 0, 0])


def test_similarity_finds_the_few_that_match_far_away(server: EmbeddedServer) -> None:
    queue = make_queue(server.owner_api(), "far", {})
    for start_at in (0, 500):  # more than are looked at first, and all of them nearer
        items = [{"fields": {"text": f"row {start_at + n}"}, "vectors": {"meaning": [1, 0]}} for n in range(500)]
        queue.api.send("POST", f"datasets/{queue.id}/records/bulk", {"items": items})
    assert near(queue, value=[1, 0], filters=terms(TOPIC, "account")) == [("password", 0.8536), ("reset", 0.5)]


def test_similarity_knows_what_changed(server: EmbeddedServer) -> None:
    queue = make_queue(server.owner_api(), "changing", {})
    assert near(queue, value=[1, 0])[0] == ("vpn", 1.0)
    queue.api.send("PATCH", f"records/{queue.ids['vpn']}", {"vectors": {"meaning": [0, -1]}})
    assert near(queue, value=[1, 0])[0][0] == "mail"
    queue.api.send("DELETE", f"datasets/{queue.id}/records?ids={queue.ids['mail']}", None)
    assert near(queue, value=[1, 0])[0][0] == "password"
    item = {"fields": {"text": "new"}, "external_id": "new", "vectors": {"meaning": [5, 0]}}
    made = queue.api.send("POST", f"datasets/{queue.id}/records/bulk", {"items": [item]})
    queue.ids["new"] = made["items"][0]["id"]
    assert near(queue, value=[1, 0])[0] == ("new", 1.0)


def test_answers_complete_a_record_and_leave_the_queue(server: EmbeddedServer, people: dict[str, ArgillaApi]) -> None:
    queue = make_queue(server.owner_api(), "completing", people)
    queue.answer("ann", "vpn", "a")
    queue.answer("ben", "vpn", "a")
    completed = terms(scope("record", property="status"), "completed")
    assert queue.filtered(completed) == {"vpn"}
    assert queue.api.get(f"datasets/{queue.id}/progress")["completed"] == 1


def test_a_bulk_is_checked_row_by_row(server: EmbeddedServer) -> None:
    queue = make_queue(server.owner_api(), "bulk", {})
    many = [{"fields": {"text": f"row {n}"}, "metadata": {"size": n}} for n in range(500)]
    made = queue.api.send("POST", f"datasets/{queue.id}/records/bulk", {"items": many})
    assert len(made["items"]) == 500
    for wrong in ({"fields": {"text": "x"}, "metadata": {"size": "many"}}, {"fields": {}}):
        with pytest.raises(WinnowError, match="422"):
            queue.api.send("POST", f"datasets/{queue.id}/records/bulk", {"items": [wrong]})


def test_secrets_are_for_the_user_alone(server: EmbeddedServer) -> None:
    assert stat.S_IMODE(server.home.stat().st_mode) == 0o700
    for path in server.home.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    for path in Path(server.run).iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_pages_are_served(server: EmbeddedServer) -> None:
    with urllib.request.urlopen(f"{server.url}/sign-in", timeout=30) as answer:
        page = answer.read().decode()
    assert "<title>" in page
    assert "Argilla" in page


def test_guessing_passwords_has_to_wait_and_holds_nobody_else_up(
    server: EmbeddedServer, people: dict[str, ArgillaApi]
) -> None:
    owner = json.loads(server.credentials.read_text())
    for name in ("nobody", "owner"):  # whether or not there is such an account
        answers = [try_password(server, name, "wrong", "198.51.100.1") for _ in range(7)]
        assert [answer.status for answer in answers] == [401] * 5 + [429] * 2
        assert 0 < answers[-1].wait <= 5
    assert try_password(server, "owner", owner["password"], "198.51.100.1").status == 429
    assert try_password(server, "owner", owner["password"], "198.51.100.2").status == 201
    assert people["ann"].get("me")["username"] == "ann"
    form = b"--x\r\nContent-Disposition: form-data; name=username\r\n\r\nowner\r\n--x--\r\n"
    for body, kind in (
        (b"username=%ff&password", None),
        (form, "multipart/form-data; boundary=x"),
        (b"{", "text/json"),
    ):
        headers = {"X-Forwarded-For": "198.51.100.3", **({"Content-Type": kind} if kind else {})}
        request = urllib.request.Request(f"{server.url}/api/v1/token", data=body, headers=headers)
        with pytest.raises(urllib.error.HTTPError, match=r"422|401"):
            urllib.request.urlopen(request, timeout=30)
    with pytest.raises(urllib.error.HTTPError, match="413"):
        urllib.request.urlopen(f"{server.url}/api/v1/token", data=b"username=" + b"a" * 20_000, timeout=30)


@pytest.mark.parametrize(
    "path",
    ["/docs", "/api", "/api/", "/redoc", "/openapi.json", "/api/v1/docs", "//api/v1/docs", "/api/v1/docs/",
     "/api/v1/redoc", "/api/v1/openapi.json", "/api/v1/docs/oauth2-redirect", "/guidelines/", "/guidelines/none.html",
     "/guidelines/../argilla.db", "/guidelines/%2e%2e/argilla.db"],
)  # fmt: skip
def test_nothing_is_told_about_the_api_or_about_files(server: EmbeddedServer, path: str) -> None:
    # also before the first push, when there is no page of guidelines
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    connection.request("GET", path)  # as it stands: urllib would normalize it
    assert connection.getresponse().status == 404
    connection.close()


@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/v1/version", "/api/v1/me", "/guidelines/none.html", "/docs"])
def test_every_answer_has_security_headers(server: EmbeddedServer, path: str) -> None:
    try:
        answer = urllib.request.urlopen(server.url + path, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy  # no other host is allowed


def test_parts_of_files_are_not_served(server: EmbeddedServer) -> None:
    many = ",".join(f"{at}-" for at in range(20_000))  # the pinned Starlette would compare every two of them
    request = urllib.request.Request(f"{server.url}/favicon.ico", headers={"Range": f"bytes={many}"[:60_000]})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
        assert len(answer.read()) == int(answer.headers["Content-Length"])


def test_no_default_user_and_no_default_key(server: EmbeddedServer) -> None:
    for name, password in (("argilla", "12345678"), ("argilla", "1234"), ("owner", "12345678"), ("owner", "")):
        with pytest.raises(urllib.error.HTTPError):
            sign_in(server, name, password)
    for key in ("argilla.apikey", "owner.apikey", ""):
        with pytest.raises(WinnowError, match="401"):
            ArgillaApi(server.url, key).get("me")
    owner_api = json.loads(server.credentials.read_text())
    assert sign_in(server, owner_api["username"], owner_api["password"])


def test_a_foreign_page_is_not_let_in(server: EmbeddedServer) -> None:
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    for method in ("OPTIONS", "GET"):
        request = urllib.request.Request(f"{server.url}/api/v1/version", headers=headers, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        assert "access-control-allow-origin" not in {name.lower() for name in answer.headers}


def test_a_person_sees_no_answers_but_their_own(queue: Queue) -> None:
    shown = queue.search("ben", filters={"and": [terms(STATUS, "discarded")]})["items"]
    assert [answer["values"]["label"]["value"] for answer in shown[0]["record"]["responses"]] == ["b"]
    everything = queue.search("ben")["items"]
    assert sum(len(item["record"]["responses"]) for item in everything) == 1
    for path in (f"datasets/{queue.id}/records?include=responses", "users"):
        with pytest.raises(WinnowError, match="403"):
            queue.people["ben"].get(path)
    with pytest.raises(WinnowError, match="403"):
        queue.people["ben"].send("POST", f"datasets/{queue.id}/records/search", {})


def test_a_person_sees_no_dataset_of_another_workspace(server: EmbeddedServer, people: dict[str, ArgillaApi]) -> None:
    other = make_queue(server.owner_api(), "hidden", people, argilla_workspace="elsewhere")
    assert "hidden" not in {one["name"] for one in people["ann"].get("me/datasets")["items"]}
    with pytest.raises(WinnowError, match="403"):
        other.search("ann")
    with pytest.raises(WinnowError, match="403"):
        other.answer("ann", "vpn", "a")


def test_annotators_come_and_go_and_their_answers_stay(server: EmbeddedServer) -> None:
    api = server.owner_api()
    first = add_annotator(api, "zoë")
    with pytest.raises(WinnowError, match="taken"):
        add_annotator(api, "zoë")
    with pytest.raises(WinnowError, match="taken"):
        add_annotator(api, "owner")
    with pytest.raises(WinnowError, match="not a valid account name"):
        add_annotator(api, "two words")
    again = reset_annotator(api, "zoë")
    quoted = urllib.parse.quote("zoë")
    assert sign_in(server, quoted, again.password or "")
    with pytest.raises(urllib.error.HTTPError):
        sign_in(server, quoted, first.password or "")
    key = next(user["api_key"] for user in api.get("users")["items"] if user["username"] == "zoë")
    queue = make_queue(api, "leaving", {"zoë": ArgillaApi(server.url, key)})
    queue.answer("zoë", "vpn", "a")
    remove_annotator(api, "zoë")
    assert ("zoë", False) in {(one.name, one.active) for one in annotator_accounts(api)}
    with pytest.raises(WinnowError, match="403"):
        queue.search("zoë")
    with pytest.raises(urllib.error.HTTPError):
        sign_in(server, quoted, again.password or "")
    assert queue.filtered(terms(LABEL, "a")) == {"vpn"}
    assert add_annotator(api, "zoë").active
    with pytest.raises(WinnowError, match="no annotator"):
        remove_annotator(api, "owner")


def group_of(pid: int) -> set[int]:
    """The processes of a server, by their group; those that only wait to be collected are over."""
    lines = subprocess.run(["ps", "-eo", "pid,pgid,stat"], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in lines.splitlines()[1:]]
    return {int(row[0]) for row in rows if int(row[1]) == pid and not row[2].startswith("Z")}


def gone(pid: int, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while group_of(pid) and time.monotonic() < until:
        time.sleep(0.1)
    return not group_of(pid)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "winnow.yaml").write_bytes((EXAMPLE / "winnow.yaml").read_bytes())
    return tmp_path


def winnow(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run_winnow(*arguments, cwd=cwd)


def test_the_command_starts_finds_and_stops(environment: Path, workspace: Path) -> None:
    refused = winnow("annotators", "list", cwd=workspace)
    assert refused.returncode == 3
    assert "winnow serve" in refused.stderr
    first = winnow("serve", "--background", "--json", cwd=workspace)
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    try:
        second = json.loads(winnow("serve", "--json", cwd=workspace).stdout)  # returns, because one runs already
        assert (second["url"], second["already_running"], told["already_running"]) == (told["url"], True, False)
        added = json.loads(winnow("annotators", "add", "ann", "--json", cwd=workspace).stdout)
        assert len(added["password"]) >= 16
        listed = winnow("annotators", "list", cwd=workspace)
        assert "ann" in listed.stdout
        assert "password" not in listed.stdout
        assert len(group_of(told["pid"])) == 3
        run = find_server(workspace / ".winnow" / "server").run  # type: ignore[union-attr]
    finally:
        stopped = winnow("serve", "--stop", cwd=workspace)
    assert stopped.stdout.startswith("stopped")
    assert gone(told["pid"])
    assert not Path(run).exists()
    assert "is not running" in winnow("serve", "--stop", cwd=workspace).stdout


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_nothing_behind(environment: Path, workspace: Path, ending: signal.Signals) -> None:
    process = subprocess.Popen(
        [WINNOW_SCRIPT, "serve"],
        cwd=workspace,
        text=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("ready: http://127.0.0.1:")
    server = find_server(workspace / ".winnow" / "server")
    assert server is not None
    process.send_signal(ending)
    rest = process.communicate(timeout=60)[0]
    assert process.returncode == 0
    assert "stopped" in rest
    assert gone(server.pid)
    assert not Path(server.run).exists()


def parts(server: EmbeddedServer) -> dict[str, int]:
    """Redis and the application, by pid."""
    lines = subprocess.run(["ps", "-wweo", "pid,pgid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in lines.splitlines()[1:]]
    mine = [(int(pid), args) for pid, group, args in rows if int(group) == server.pid and int(pid) != server.pid]
    return {"redis" if "redis-server" in args else "application": pid for pid, args in mine}


def test_no_submitted_answer_is_lost_when_all_is_killed_and_the_address_stays(
    environment: Path, tmp_path: Path
) -> None:
    server, process = start_server(tmp_path / "server", host="127.0.0.1", port=0, note=print)
    assert process is not None
    queue = make_queue(server.owner_api(), "killed", {"ann": new_annotator(server.owner_api(), "ann")})
    for name in TEXTS:
        queue.answer("ann", name, "a")
    process.kill()  # only the watching process: the others must not outlive it
    process.wait(10)
    assert gone(server.pid)
    assert find_server(server.home) is None
    assert not Path(server.run).exists()
    before = server.credentials.read_text()
    again, process = start_server(server.home, host="127.0.0.1", port=0, note=print)
    try:
        assert again.url == server.url
        assert again.credentials.read_text() == before
        found = Queue(again.owner_api(), queue.id, queue.ids, {}, {}).filtered(terms(STATUS, "submitted"))
        assert found == set(TEXTS)
    finally:
        stop_server(server.home)
    assert process is not None
    process.wait(10)
    notes: list[str] = []
    with socket.create_server(("127.0.0.1", server.port)):
        elsewhere, process = start_server(server.home, host="127.0.0.1", port=0, note=notes.append)
    assert stop_server(server.home) == elsewhere
    assert process is not None
    process.wait(10)
    assert elsewhere.port != server.port
    assert (
        notes[0] == f"port {server.port}, which this server had before, is used by another process: the address changes"
    )
    with sqlite3.connect(server.home / "argilla.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_part_that_crashes_is_restarted_on_the_same_address(environment: Path, tmp_path: Path) -> None:
    server, process = start_server(tmp_path / "server", host="127.0.0.1", port=0, note=print)
    try:
        queue = make_queue(server.owner_api(), "crashing", {"ann": new_annotator(server.owner_api(), "ann")})
        before = parts(server)
        queue.answer("ann", "vpn", "a")
        os.kill(before["application"], signal.SIGKILL)
        time.sleep(0.5)
        assert queue.filtered(terms(STATUS, "submitted")) == {"vpn"}  # waits for the new one
        os.kill(before["redis"], signal.SIGKILL)
        time.sleep(1)
        queue.answer("ann", "mail", "a")
        assert parts(server).keys() == before.keys()
        assert not set(parts(server).values()) & set(before.values())
        assert server.log.read_text().count(" ended with ") == 2
    finally:
        stop_server(server.home)
    assert process is not None
    process.wait(10)
    assert gone(server.pid)


def test_a_taken_port_is_said(environment: Path, server: EmbeddedServer, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="cannot listen"):
        start_server(tmp_path / "server", host="127.0.0.1", port=server.port, note=print)
    assert find_server(tmp_path / "server") is None


def test_listening_beyond_this_machine_is_warned_about(environment: Path, workspace: Path) -> None:
    try:
        started = winnow("serve", "--host", "0.0.0.0", "--background", cwd=workspace)
        assert started.returncode == 0
        assert "warning" in started.stderr
        assert "http://127.0.0.1:" in started.stdout
    finally:
        winnow("serve", "--stop", cwd=workspace)


def test_the_environment_is_must_pass_to_the_last_package() -> None:
    pins = [line for line in (server_code() / "requirements.txt").read_text().splitlines() if line[0] != "#"]
    assert all("==" in pin for pin in pins)
    assert "argilla-server==2.8.0" in pins


def test_without_any_redis_it_says_what_to_install(tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)  # a Python without a redis-server beside it
    told = subprocess.run(
        [str(python), "-m", "winnow_server", str(tmp_path / "home")],
        env={"PYTHONPATH": str(server_code()), "PATH": str(python.parent)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 3
    assert "install the package `redis-server`" in told.stderr
