"""Sheets of Excel and LibreOffice are read as a person reads them, or refused whole."""

from __future__ import annotations

import base64
import gzip
import json
import zipfile
import zlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.workbooks import write_ods, write_xlsx
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.raw_rows import read_rows

XLS = zlib.decompress(
    base64.b85decode(
        "c-rk)O=uHA6#iy+)BMn;X>Em8C`-Yr{W%mbUeZ;m_LN#h@CU&r=?WofB1sVI#cJ(Q5IiYf3iaTn>ct;a(3=OL{u~rhXcWBkBq%7f"
        "UEjRjtxc`afGt$^TjtHYH}Acf**7ygvoELXW+v`7m#_>yP_bYIQME)SC<R?60;;zxS#<LNCCkHxLNGvqtn%Se%?rPbp^SG43hrpn"
        "hytG|oxo}I=dz~0j@Zk6hzr?=C{ckMBnhL5dsWXg$#fIb+pPJR>28)>W*Q~k8F3ubMt}P*XBHn-TDdL^>GwX{yk|)_8u47t;`3L8"
        "t?R>{d@7#VU==M|H6}p;?K87xUh=iLi4bs%&=rey_4dx7fr34W@0JdHb653K-IK4cT!7?1%H{sQ$O9C_<?^eF28_ZQ<V7-$S`2Ek"
        "#*bnunKp}sIh^5LJIFI0hi$2zJEh0sBcxh1&lY_^CY~@el1&YpG?}uE5C`y+8Z%Kqk@8{Wkfl6Hc?Kzx>M$rp-+lQ&_Q_l(RUrFl"
        "cSkp6$#^CilCARo5-HnXYIxmM6CI-N%5ojAz6cF)?$+1WvBZFJk|m@3O|ic`TjfAu;exav<1p7~i?p3BI+$K$uUoj>%(Q`)2IXx7"
        "jZR_z80%c(+BRxuC*zH=ZAp1MmB(ifK4=;LZ0w-&RA1>_!_-@20<H8uhsa(&W9Sr};`%j-hlZOAXP5fOwCRr>E1*Q2v02XNwHEVo"
        "jS}jZN)5rIE7uULA*s!|@6YBG;?zY>B~EjEDJ%F=*q6`Iw__n=^n`n_5DmRj9GS{q)D^s_?8WbRQQ1qt@uISqFngI*rI#M19`|I!"
        "v{U~^2p&9m@ZiCN2M-?B9`Y2a@Y&8jMf;pHy5IS)Gf!#3`%UuS;t<{Da(utrN4L8o@))UT{%nR%xW2?HZQTEb5=W@@Jkm&TKhhP?"
        "U%I7;rQ=z(VdUQ}p-S6dsHC53-2N|0g6~Q"
    )
)
"""A workbook of Excel 97, written by xlwt: a title above four columns, and two rows."""

TICKETS = [
    ["text", "label", "count", "opened", "seen", "note"],
    ["=1+1 \U0001f4e6\nOù?", "colis", 1, date(2026, 5, 4), datetime(2026, 5, 4, 13, 45), 0.1 + 0.2],
    ["+ ok", "pay", 2.5, date(2026, 5, 5), None, True],
]
READ = [
    {
        "text": "=1+1 \U0001f4e6\nOù?",
        "label": "colis",
        "count": "1",
        "opened": "2026-05-04",
        "seen": "2026-05-04 13:45:00",
        "note": "0.3",
    },
    {"text": "+ ok", "label": "pay", "count": "2.5", "opened": "2026-05-05", "seen": "", "note": "TRUE"},
]


def rows_of(path: Path, **how: Any) -> list[tuple[int, Any]]:
    return read_rows(path, **how).rows


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a"])
def test_cells_are_read_as_a_person_reads_them(tmp_path: Path, name: str) -> None:
    assert rows_of(write_xlsx(tmp_path / name, {"t": TICKETS})) == [(2, READ[0]), (3, READ[1])]


def test_a_header_below_a_title_and_merged_cells_are_read(tmp_path: Path) -> None:
    rows = [
        ["Tickets of May"],
        [],
        ["text", None, "label"],
        ["a b", None, "x"],
        ["c d", None, None],
        [],
        ["e", None, "y"],
    ]
    path = write_xlsx(tmp_path / "a.xlsx", {"t": rows}, merged="C4:C5")
    assert rows_of(path) == [
        (4, {"text": "a b", "label": "x"}),
        (5, {"text": "c d", "label": "x"}),
        (7, {"text": "e", "label": "y"}),
    ]
    assert any("left out above the header: 1 row" in note for note in read_rows(path).notes)
    bare = write_xlsx(tmp_path / "b.xlsx", {"t": [["how do I pay", "pay"], ["is it late", "find"], ["pay me", "pay"]]})
    assert rows_of(bare)[0] == (1, {"1": "how do I pay", "2": "pay"})


def test_the_only_sheet_with_rows_is_read_and_several_are_a_question(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"cover": [[]], "lists": [["x"], ["y"]], "t": TICKETS}, hidden=["lists"])
    found = read_rows(path)
    assert [fields for _, fields in found.rows] == READ
    assert any("hidden sheets are not read: lists (2 rows), t (3 rows)" in note for note in found.notes)
    assert rows_of(path, table="lists")[0][1] in ({"x": "y"}, {"1": "x"})
    several = write_xlsx(tmp_path / "b.xlsx", {"May": TICKETS[:2], "June": TICKETS})
    with pytest.raises(WinnowError, match=r"2 sheets: May \(2 rows\), June \(3 rows\)") as raised:
        read_rows(several)
    assert raised.value.problems[0].fix == "name the sheet: `--table June` (`table='June'` in Python)"
    chosen = read_rows(several, table="May")
    assert len(list(chosen.rows)) == 1
    assert "b.xlsx: sheet 'May'; not read: 'June' (3 rows)" in chosen.notes
    with pytest.raises(WinnowError, match=r"no sheet 'Juni'.*did you mean 'June'"):
        read_rows(several, table="Juni")
    with pytest.raises(WinnowError, match="no sheet with rows"):
        read_rows(write_xlsx(tmp_path / "c.xlsx", {"empty": []}))


def test_workbooks_of_excel_97_and_of_libreoffice_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(XLS)
    assert rows_of(tmp_path / "a.xls") == [
        (3, {"text": "Où est mon colis ? \U0001f4e6", "label": "colis", "time": "2026-05-04", "n": "1"}),
        (4, {"text": "=1+1", "label": "calc", "time": "2026-05-05", "n": "2.5"}),
    ]
    ods = write_ods(tmp_path / "a.ods", {"t": [["text", "label"], ["two\nlines", "é"]]})
    assert rows_of(ods) == [(2, {"text": "two\nlines", "label": "é"})]


def test_a_damaged_workbook_is_refused_whole(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole = write_xlsx(tmp_path / "a.xlsx", {"t": TICKETS}).read_bytes()
    for name, data in [
        ("half.xlsx", whole[: len(whole) // 2]),
        ("half.xls", XLS[:3000]),
        ("bad.xls", XLS[:8] + b"x" * 700),
    ]:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(WinnowError, match=r"workbook"):
            read_rows(tmp_path / name)
    (tmp_path / "a.csv").write_text("text\nhello\n")
    with pytest.raises(WinnowError, match=r"a\.csv: no workbook"):
        read_rows(tmp_path / "a.csv", format="excel")
    assert capfd.readouterr().err == ""  # the parser panics, in a process of its own


def test_an_archive_is_read_if_one_data_file_is_in_it(tmp_path: Path) -> None:
    def archive(name: str, files: dict[str, bytes]) -> Path:
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            for inner, data in files.items():
                packed.writestr(inner, data)
        return tmp_path / name

    table = b"text;label\nhi, you;a\n"
    good = [(2, {"text": "hi, you", "label": "a"})]
    assert rows_of(archive("a.zip", {"data/t.csv": table, "__MACOSX/._t.csv": b"x", "data/.DS_Store": b""})) == good
    assert rows_of(archive("b.zip", {"t": table})) == good
    nested = archive("c.zip", {"t.xlsx": write_xlsx(tmp_path / "a.xlsx", {"t": TICKETS}).read_bytes()})
    assert [fields for _, fields in rows_of(nested)] == READ
    refused = {
        "an archive of 2 files: a.csv, b.csv": {"a.csv": table, "b.csv": table},
        "an archive without a file": {"__MACOSX/x": b""},
        "a document of Word, which is not read": {"[Content_Types].xml": b"", "word/document.xml": b""},
        "an agent of Dialogflow, which is not read": {"agent.json": b"{}", "intents/pay_usersays_en.json": b"[]"},
    }
    for found, files in refused.items():
        with pytest.raises(WinnowError, match=found):
            read_rows(archive("refused.zip", files))
    (tmp_path / "cut.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:60])
    with pytest.raises(WinnowError, match="a damaged archive or workbook"):
        read_rows(tmp_path / "cut.zip")


def test_an_archive_that_unpacks_to_far_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("winnow.curation.io.readers.decoding.ALWAYS_ALLOWED_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("t.csv", b"text\n" + b"a" * 1_000_000)
    with pytest.raises(WinnowError, match="unpack to more than"):
        read_rows(tmp_path / "a.zip")


FOREIGN = {
    "a PDF document": b"%PDF-1.7\n",
    "a document in RTF": b"{\\rtf1 hello}",
    "an HTML page": b"  <html><body><table>",
    "an XML document": b'<?xml version="1.0"?><rows/>',
    "a file packed with xz": b"\xfd7zXZ\0rest",
    "an intent of Dialogflow": b'{"name": "pay", "userSays": []}',
    "the training phrases of an intent of Dialogflow": b'[{"id": "1", "data": [{"text": "x"}], "isTemplate": false}]',
    "a bot of Amazon Lex": b'{"metadata": {}, "resource": {"intents": []}}',
}


@pytest.mark.parametrize("title", FOREIGN)
def test_a_format_that_is_not_read_is_named(tmp_path: Path, title: str) -> None:
    for name in ("a.json", "a.csv", "a"):
        (tmp_path / name).write_bytes(FOREIGN[title])
        with pytest.raises(
            WinnowError, match=f"{title}, which is not read; expected: a table of texts and labels"
        ) as raised:
            read_rows(tmp_path / name)
        assert raised.value.problems[0].fix
    (tmp_path / "a.gz").write_bytes(gzip.compress(FOREIGN[title]))
    with pytest.raises(WinnowError, match=title):
        read_rows(tmp_path / "a.gz")


def test_training_files_of_other_services_are_read(tmp_path: Path) -> None:
    expected = [{"text": "pay my bill", "label": "pay"}, {"text": "where is it", "label": "find"}]
    watson = [{"intent": one["label"], "examples": [{"text": one["text"]}]} for one in expected]
    utterances = [{"text": one["text"], "intent": one["label"], "entities": []} for one in expected]
    parts = [{"text": "pay ", "entity": "x"}, {"text": "my bill"}]
    files: list[dict[str, Any]] = [
        {"luis_schema_version": "7.0.0", "intents": [{"name": "pay"}], "entities": [], "utterances": utterances},
        {"intents": watson, "entities": []},
        {"rasa_nlu_data": {"common_examples": utterances}},
        {
            "intents": {
                "pay": {"utterances": [{"data": parts}]},
                "find": {"utterances": [{"data": [{"text": "where is it"}]}]},
            },
            "language": "en",
        },
    ]
    for data in files:
        (tmp_path / "a.json").write_text(json.dumps(data))
        assert [fields for _, fields in rows_of(tmp_path / "a.json")] == expected
