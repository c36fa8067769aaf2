"""Files of routers are read as queries with their labels; other files are read as before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from winnow.core.errors import WinnowError
from winnow.curation.io.readers.source_rows import read_file
from winnow.workspace import Workspace

ROUTES = [{"name": "vpn", "utterances": ["VPN drops", "yes"]}, {"name": "leave", "utterances": ["a day off"]}]
EXPECTED = [("VPN drops", "vpn"), ("yes", "vpn"), ("a day off", "leave")]
FILES = {
    "semantic_router_1.json": {"router_type": "indexed", "encoder": {"type": "fastembed"}, "routes": ROUTES},
    "semantic_router_0.json": {"encoder_type": "openai", "encoder_name": "x", "routes": ROUTES},
    "redisvl.json": {
        "name": "desk",
        "routes": [{"name": one["name"], "references": one["utterances"]} for one in ROUTES],
        "vectorizer": {"type": "hf"},
    },
    "labels.json": {"labels": {one["name"]: {"exemplars": one["utterances"]} for one in ROUTES}},
}
YAML = """\
encoder_name: x
encoder_type: openai
routes:
- name: vpn
  utterances:
  - VPN drops
  - yes
- {name: leave, utterances: [a day off], score_threshold: 0.3}
"""


def texts_and_labels(path: Path) -> list[tuple[object, object]]:
    return [(row.content["text"], row.label) for row in read_file(path).rows if row.problem is None]


@pytest.mark.parametrize("name", FILES)
def test_the_utterances_of_a_route_are_queries_with_its_name_as_label(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(json.dumps(FILES[name]))
    assert texts_and_labels(tmp_path / name) == EXPECTED


@pytest.mark.parametrize("name", ["router.yaml", "router.yml"])
def test_a_router_in_yaml_keeps_every_utterance_as_it_was_written(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(YAML)
    assert texts_and_labels(tmp_path / name) == EXPECTED


def test_what_is_no_text_is_dropped_and_counted(make_workspace: Callable[..., Workspace], tmp_path: Path) -> None:
    routes = [{"name": "vpn", "utterances": ["VPN drops", ["an", "image"], 5]}, {"name": "vpn", "description": "x"}]
    (tmp_path / "router.json").write_text(json.dumps({"routes": routes}))
    result = make_workspace("vpn").add(tmp_path / "router.json", license="unknown")
    assert (result.given, result.added, result.reasons) == (3, 1, {"not_text": 2})


@pytest.mark.parametrize(
    "text",
    [
        "routes: &a [*a]",
        "routes: [{utterances: [a]}]",
        "routes: {name: x}",
        "labels: [a, b]",
        "labels: {a: {exemplars: b}}",
        "5",
        "",
        "? [a, b]\n: c",
    ],
)
def test_other_yaml_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(WinnowError, match=r"or the routes of a router with their utterances"):
        read_file(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "routes: &a\n- name: x\n  utterances: *a",
        f"routes:\n- {{name: x, utterances: &u [{'hello, ' * 1_001}]}}\n" + "- {name: y, utterances: *u}\n" * 1_000,
        f"nlu:\n- {{intent: x, examples: &u [{'hello, ' * 1_001}]}}\n" + "- {intent: y, examples: *u}\n" * 1_000,
    ],
    ids=["itself", "router", "rasa"],
)
def test_a_short_file_whose_aliases_stand_for_a_million_utterances_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(WinnowError, match=r"aliases that expand to more than a million values"):
        read_file(tmp_path / "a.yaml")


def test_aliases_that_stand_for_few_utterances_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("routes:\n- {name: x, utterances: &u [hello, hi]}\n- {name: y, utterances: *u}\n")
    assert texts_and_labels(tmp_path / "a.yaml") == [("hello", "x"), ("hi", "x"), ("hello", "y"), ("hi", "y")]


def test_json_that_only_resembles_a_router_is_read_as_before(tmp_path: Path) -> None:
    rows = [{"text": "VPN drops", "label": "vpn"}]
    (tmp_path / "wrapped.json").write_text(json.dumps({"routes": rows}))
    assert texts_and_labels(tmp_path / "wrapped.json") == [("VPN drops", "vpn")]
    (tmp_path / "by_label.json").write_text(json.dumps({"labels": ["VPN drops"], "routes": ["a day off"]}))
    assert texts_and_labels(tmp_path / "by_label.json") == [("VPN drops", "labels"), ("a day off", "routes")]
