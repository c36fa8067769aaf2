"""Files of every shape: none may end in a traceback, and no row may vanish."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import winnow
from tests.support.fuzzing import check_file, damaged, empty_if_large
from winnow.curation.io.readers import FORMATS
from winnow.workspace import Workspace

SUFFIXES = ["", ".csv", ".tsv", ".jsonl", ".json", ".parquet", ".db", ".sql", ".yml", ".txt", ".csv.gz", ".jsonl.gz"]

COLUMNS = ["text", "query", "label", "intent", "agent", "split", "time", "user", "", "text", "ü"]

LABELS = ["a", "b", "c", "", None, "A", "x" * 300]

texts = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(), max_size=20),  # lone surrogates and control characters too
    st.sampled_from(
        ["", " ", "\x00", "\ufeff", "=1+1", '"', "a,b", "a\tb", "a\nb", "cafÃ©", "x" * 2500, "-", "{}", "[]"]
    ),
)

values = st.one_of(texts, st.none(), st.integers(), st.floats(), st.booleans(), st.lists(texts, max_size=2), st.dates())

rows = st.lists(st.dictionaries(st.sampled_from(COLUMNS), values | st.sampled_from(LABELS), max_size=5), max_size=8)


def utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@st.composite
def csv_files(draw: st.DrawFn) -> bytes:
    delimiter = draw(st.sampled_from(",;\t|"))
    header = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=5))
    lines = [delimiter.join(header)]
    for _ in range(draw(st.integers(0, 8))):
        cells = draw(st.lists(texts, max_size=6))
        quoted = draw(st.booleans())
        lines.append(delimiter.join('"' + c.replace('"', '""') + '"' if quoted else c for c in cells))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    errors = "surrogatepass" if encoding.startswith("utf") else "replace"
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines).encode(encoding, errors)


@st.composite
def json_files(draw: st.DrawFn) -> bytes:
    data = draw(rows)
    shape = draw(st.sampled_from(["lines", "list", "wrapped", "map", "deep", "any"]))
    if shape == "lines":
        return b"\n".join(utf8(json.dumps(row, default=str)) for row in data)
    if shape == "deep":
        return b"[" * draw(st.sampled_from([10, 5000, 100_000]))
    if shape == "map":
        data = draw(st.dictionaries(texts, st.lists(texts, max_size=3), max_size=3))
    if shape == "any":
        data = draw(st.recursive(values, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8))
    return utf8(json.dumps({"data": data} if shape == "wrapped" else data, default=str))


@st.composite
def rasa_files(draw: st.DrawFn) -> bytes:
    lines = ["version: '3.1'", "nlu:"]
    for _ in range(draw(st.integers(0, 3))):
        lines.append(f"- intent: {draw(texts)}")
        lines.append(draw(st.sampled_from(["  examples: |", "  examples:", "  text: x", "  examples: &a [*a]"])))
        lines += [f"    - {draw(texts)}" for _ in range(draw(st.integers(0, 3)))]
    return utf8("\n".join(lines))


@st.composite
def table_files(draw: st.DrawFn) -> bytes:
    frame = pd.DataFrame(draw(rows)).map(lambda v: v if v is None or isinstance(v, int | bool) else str(v))
    frame = frame.map(lambda v: v.encode("utf-8", "replace").decode() if isinstance(v, str) else v).astype("string")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        if draw(st.booleans()):
            frame.to_parquet(path)
        else:
            connection = sqlite3.connect(path)
            named = list({str(name).casefold(): name for name in frame.columns if name != ""}.values())
            if named:
                frame[named].to_sql("t", connection, index=False)
            connection.close()
        return path.read_bytes()


whole = st.one_of(csv_files(), json_files(), rasa_files(), table_files(), st.binary(max_size=200))

files = st.one_of(whole, damaged(whole), whole.map(gzip.compress), damaged(whole.map(gzip.compress)))


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "winnow.yaml").write_text("name: t\nkind: intents\nlabels: [{name: a, route: r}, {name: b}]\n")
    return winnow.open(folder)


SLOW_EXAMPLES = int(os.environ.get("WINNOW_FUZZ_FILES", "2500"))

quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))

thorough = settings(max_examples=SLOW_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

arguments = (files, st.sampled_from(SUFFIXES), st.sampled_from(["auto", "auto", "auto", *FORMATS]))


@quick
@given(*arguments)
def test_no_file_ends_in_a_traceback_and_no_row_vanishes(
    fuzzed: Workspace, data: bytes, suffix: str, form: str
) -> None:
    check_file(fuzzed, data, suffix, form)


@pytest.mark.slow
@thorough
@given(*arguments)
def test_thousands_of_files(fuzzed: Workspace, data: bytes, suffix: str, form: str) -> None:
    check_file(fuzzed, data, suffix, form)
    empty_if_large(fuzzed)
