"""Text in older encodings is read right, or with a note that it is a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from winnow.curation.io.readers.decoding import decode
from winnow.curation.io.readers.source_rows import read_file

TEXTS = {
    "cp1252": "text,label\nIch möchte das Konto schließen – geht das?,konto\n",
    "mac_roman": "text,label\nIch möchte das Konto schließen,konto\nwo ist mein Päckchen,paket\n",
    "cp850": "text,label\nIch möchte das Konto schließen,konto\nwo ist mein Päckchen,paket\n",
    "cp1250": "text,label\nkde je moje zásilka,zasilka\njak zaplatím účet ještě dnes,platba\n",
    "iso8859_2": "text,label\nproszę zapłacić źle,rachunek\nchcę zamknąć konto ąęśćź,konto\n",
    "cp1251": "text,label\nгде моя посылка,посылка\nкак оплатить счёт,счёт\n",
    "koi8_r": "text,label\nгде моя посылка,посылка\nкак оплатить счёт,счёт\n",
    "cp1253": "text,label\nπού είναι το δέμα μου,δέμα\n",
    "cp1254": "text,label\nkargom nerede şimdi,kargo\nnasıl ödeme yapacağım için,ödeme\n",
    "cp1255": "text,label\nאיפה החבילה שלי,delivery\nאיך משלמים,pay\n",
    "cp1256": "text,label\nأين طردي,delivery\nكيف أدفع الفاتورة,pay\n",
    "cp932": "text,label\n荷物はどこですか,delivery\n支払い方法を教えて,pay\n",
    "gb18030": "text,label\n我的包裹在哪里,delivery\n怎么付款,pay\n",
    "big5": "text,label\n我的包裹在哪裡,delivery\n怎麼付款,pay\n",
    "euc_kr": "text,label\n내 소포는 어디에 있나요,delivery\n어떻게 결제하나요,pay\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_the_words_of_a_text_tell_its_encoding(encoding: str) -> None:
    found = decode(TEXTS[encoding].encode(encoding), name="a.csv")
    assert found.text == TEXTS[encoding]
    assert "not UTF-8" in str(found.note)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["打开灯", "how do I pay", "где моя посылка"])
def test_utf_16_without_a_mark_is_read(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"text,label\r\n{text},a\r\n".encode(encoding))
    found = read_file(path)
    assert [(row.content["text"], row.label) for row in found.rows] == [(text, "a")]
    assert any(encoding in note for note in found.notes)


def test_bytes_that_no_language_explains_are_read_with_a_warning() -> None:
    found = decode("text\nxq\u00f8zv wq\u00fek\n".encode("cp1252"), name="a.csv")
    assert "which is a guess: check the accents" in str(found.note)
    assert decode(b"text\nab\0cd\n", name="a.csv").text == "text\nab\0cd\n"
