"""Private data: what is found, what is let through, how it is replaced, and that no trace of it is left anywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import winnow
from tests.support.commands import run_winnow
from tests.support.public_data import public_data
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.pii.detect import MAY_HOLD, candidate_spans, find_pii, resolve_overlaps
from winnow.curation.pii.scrub import DEFAULT_POLICY, Scrubber
from winnow.curation.pii.surrogates import is_surrogate, surrogate
from winnow.workspace import Workspace

KEY = b"a test's own key"


def entities(text: str) -> list[tuple[str, str]]:
    return [(one.entity, text[one.start : one.end]) for one in find_pii(text)]


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("mail me at ann.lee@firm.co.uk please", "EMAIL_ADDRESS", "ann.lee@firm.co.uk"),
        ("login email=ann@firm.com fails", "EMAIL_ADDRESS", "ann@firm.com"),
        ("it is john dot smith at gmail dot com", "EMAIL_ADDRESS", "john dot smith at gmail dot com"),
        ("call 905-674-3793 about it", "PHONE_NUMBER", "905-674-3793"),
        ("my mobile is 07700 063 966", "PHONE_NUMBER", "07700 063 966"),
        ("+49 30 901820 does not answer", "PHONE_NUMBER", "+49 30 901820"),
        ("(415) 867-2671 rings all day", "PHONE_NUMBER", "(415) 867-2671"),
        ("charge 4111 1111 1111 1111 again", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("my amex 371449635398431 was declined", "CREDIT_CARD", "371449635398431"),
        ("send it to de89 3704 0044 0532 0130 00", "IBAN_CODE", "de89 3704 0044 0532 0130 00"),
        ("GB33BUKB20201555555555 is mine", "IBAN_CODE", "GB33BUKB20201555555555"),
        ("host 86.121.97.248 is down", "IP_ADDRESS", "86.121.97.248"),
        ("2a00:1450:4001:81b::200e times out", "IP_ADDRESS", "2a00:1450:4001:81b::200e"),
        ("see https://wiki.firm.com/a?b=c", "URL", "https://wiki.firm.com/a?b=c"),
        ("see wiki.firm.com/people/ann.", "URL", "wiki.firm.com/people/ann"),
        ("my ssn is 460-89-9847", "US_SSN", "460-89-9847"),
        ("adapter 3c:22:fb:1a:9e:07 drops", "MAC_ADDRESS", "3c:22:fb:1a:9e:07"),
        ("pay 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "CRYPTO", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
        ("key AKIAIOSFODNN7PRODKEY leaked", "SECRET", "AKIAIOSFODNN7PRODKEY"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a stopped", "SECRET", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
        ("my password is hunter2 and it fails", "SECRET", "hunter2"),
        ("postgres://ann:pw12@db.firm.com/x refuses", "SECRET", "postgres://ann:pw12@db.firm.com/x"),
        ("add her to checking account 20905432", "US_BANK_NUMBER", "20905432"),
        ("change my pin to 4892", "SECRET", "4892"),
        ("4111\u00a01111\u00a01111\u00a01111 fails", "CREDIT_CARD", "4111\u00a01111\u00a01111\u00a01111"),
        ("my card 4111\u20131111\u20131111\u20131111", "CREDIT_CARD", "4111\u20131111\u20131111\u20131111"),
        ("it is john.smith@gm\u200bail.com", "EMAIL_ADDRESS", "john.smith@gm\u200bail.com"),
        ("it is john.smith\uff20gmail.com", "EMAIL_ADDRESS", "john.smith\uff20gmail.com"),
        ("it is john_smith(at)gmail.com", "EMAIL_ADDRESS", "john_smith(at)gmail.com"),
    ],
)
def test_private_data_is_found_whole(text: str, entity: str, value: str) -> None:
    assert entities(text) == [(entity, value)]


@pytest.mark.parametrize(
    "text",
    [
        "what is 555 1234 plus 2",
        "transfer 1200.50 on 2024-05-01 at 10:30",
        "flight UA 1234 on 12/24/2026",
        "does version 10.0.0.1 fix it",
        "error 0x80070005 after the update",
        "roll over my 401k",
        "order 4158672671 has not come",
        "tracking 1Z999AA10123456784",
        "is amazon.com down",
        "set my pin to 1234",
        "my password is wrong",
        "I forgot my password, it was easy",
        "how many euros are 5000000 yen",
        "the router is 192.168.0.1",
        "wake me at 7:30 and 8:15",
        "@ann where's the report",
        "room 4.12, building 7",
    ],
)
def test_what_is_nobodys_is_let_through(text: str) -> None:
    assert entities(text) == []


@given(st.sampled_from(list(DEFAULT_POLICY)), st.integers(0, 10**12))
@settings(max_examples=300, deadline=None)
def test_a_stand_in_is_known_again_as_one(entity: str, number: int) -> None:
    value = surrogate(entity, number)
    assert is_surrogate(value)
    assert find_pii(f"take {value} then") == []


def test_equal_values_stay_equal_and_different_ones_different() -> None:
    scrubber = Scrubber(DEFAULT_POLICY, KEY)
    one = scrubber.scrub("from ann@firm.com to bob@firm.com, cc Ann@firm.com").text
    a, b, again = (word.strip(",") for word in one.split() if "@" in word)
    assert a == again != b
    assert a in scrubber.scrub("and ann@firm.com wrote").text
    assert a not in Scrubber(DEFAULT_POLICY, b"another workspace").scrub("and ann@firm.com wrote").text
    spaced, dashed = (scrubber.scrub(f"card {c}").text for c in ("4111 1111 1111 1111", "4111-1111-1111-1111"))
    assert spaced == dashed
    many = " ".join(f"3c:22:fb:1a:9e:{i:02x}" for i in range(60))
    assert len(set(scrubber.scrub(many).text.split())) == 60


TEXTS = [
    "mail ann.lee@firm.co.uk", "call 905-674-3793", "4111 1111 1111 1111", "de89370400440532013000", "86.121.97.248",
    "https://firm.com/x", "ssn 460-89-9847", "my password is hunter2", "3c:22:fb:1a:9e:07", "account 20905432",
    "ann dot lee at gmail dot com", "ann [at] firm [dot] com", "ann_at_gmail_dot_com", "mail ann at gmail.com",
    "ann AT gmail DOT com", "glpat-abcdefghijklmnopqrst", "my password is swordfish", "password is letmein",
    'my password is "correct horse"', "the passphrase is correct-horse-battery-staple", "PESEL 44051401359",
    "it says RCCMNL83S18D969H", "plain words", "order no 77",
    "passport C03005988", "0x52908400098527886E0F7030069857D2E4169EE7",
]  # fmt: skip


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=5), st.sampled_from([" ", ", ", " and ", "\n"]))
@settings(max_examples=200, deadline=None)
def test_scrubbing_twice_changes_nothing(parts: list[str], between: str) -> None:
    scrubber = Scrubber(DEFAULT_POLICY, KEY)
    once = scrubber.scrub(between.join(parts))
    assert scrubber.scrub(once.text).text == once.text
    assert find_pii(once.text) == []


@given(st.lists(st.one_of(st.sampled_from(TEXTS), st.text(max_size=12)), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_the_quick_look_loses_nothing(parts: list[str]) -> None:
    text = " ".join(parts)
    if not MAY_HOLD.search(text):
        assert resolve_overlaps(text, candidate_spans(text)) == []


def workspace(folder: Path, more: str = "") -> Workspace:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "winnow.yaml").write_text(
        f"name: t\nkind: intents\nlicenses: {{allow: [unknown]}}\nlabels:\n  - name: a\n  - name: b\n{more}"
    )
    return winnow.open(folder)


PRIVATE = ["ann.lee@firm.co.uk", "905-674-3793", "4111111111111111", "86.121.97.248", "hunter2", "carol@home.org"]


def test_no_trace_of_the_original_is_left_in_the_workspace(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    rows = [
        {"text": "mail ann.lee@firm.co.uk about it", "label": "a", "session": "carol@home.org"},
        {"text": "call 905-674-3793 now", "label": "b", "session": "carol@home.org"},
        {"text": "card 4111111111111111 is lost", "label": "ann.lee@firm.co.uk"},
        {"text": "my password is hunter2", "label": "unknown one", "session": "carol@home.org"},
        {"text": "x" * 3000 + " 86.121.97.248", "label": "a"},
        {"text": "", "label": "905-674-3793"},
    ]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"text": "86.121.97.248 broken\n')
    ws = workspace(tmp_path / "ws")
    told = run_winnow("add", source, "--group-column", "session", "--json", cwd=tmp_path / "ws")
    result = json.loads(told.stdout)
    assert result["private"] == {"EMAIL_ADDRESS": 1, "PHONE_NUMBER": 1}
    assert (result["added"], result["dropped"]) == (2, 5)
    ws.check()
    for command_line in (["status"], ["check"], ["coverage"], ["show", ws.records()["id"][0]]):
        told = run_winnow(*command_line, cwd=tmp_path / "ws")
        assert not [value for value in PRIVATE if value in told.stdout + told.stderr], command_line
    for path in (tmp_path / "ws").rglob("*"):
        if path.is_file():
            held = [value for value in PRIVATE if value.encode() in path.read_bytes()]
            assert not held, path
    assert ws.records()["group"].nunique() == 1  # a session stays one session
    assert ws.add(source, columns=Columns(group="session")).added == 0


def test_times_licenses_and_heads_give_nothing_away(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws")
    rows = [
        {"text": "one", "label": "a", "time": "2024-01-01 ask carol@home.org"},
        {"text": "two", "time": "2024-01-01"},
    ]
    result = ws.add(pd.DataFrame(rows), license="MIT, ask carol@home.org")
    assert any("1 time not kept" in note for note in result.notes)
    headless = tmp_path / "headless.csv"
    headless.write_text("carol@home.org,4111111111111111\nx,y\n")
    told = run_winnow("add", headless, cwd=tmp_path / "ws")
    assert told.returncode == 2
    assert not [value for value in PRIVATE if value in told.stdout + told.stderr]
    for path in (tmp_path / "ws").rglob("*"):
        assert not path.is_file() or b"carol@home.org" not in path.read_bytes(), path


def test_a_policy_drops_or_allows_by_entity(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws", "private: {policy: {CREDIT_CARD: drop, URL: allow}}\n")
    texts = ["card 4111111111111111 is lost", "see https://firm.com/x again", "mail ann@firm.com"]
    result = ws.add(pd.DataFrame({"text": texts, "label": "a"}))
    assert result.reasons == {"private_data": 1}
    assert result.private == {"EMAIL_ADDRESS": 1}
    assert texts[1] in set(ws.records()["text"])
    dropped = Path(str(result.dropped_file)).read_text()
    assert "4111" not in dropped
    assert "CREDIT_CARD" in dropped
    with pytest.raises(WinnowError, match="EMAIL"):
        workspace(tmp_path / "other", "private: {policy: {EMAIL: drop}}\n").task  # noqa: B018


def test_records_from_before_the_policy_fail_the_gate(tmp_path: Path) -> None:
    ws = workspace(tmp_path / "ws", "private: {policy: {EMAIL_ADDRESS: allow}}\n")
    ws.add(pd.DataFrame({"text": ["mail ann@firm.com today", "plain words"], "label": "a"}))
    gate = {gate.name: gate for gate in ws.check().gates}["private_data"]
    assert gate.verdict == "pass"
    workspace(tmp_path / "ws")
    gate = {gate.name: gate for gate in ws.check().gates}["private_data"]
    assert (gate.measured, gate.verdict) == (1, "fail")
    assert "EMAIL_ADDRESS" in gate.evidence[0]
    assert "ann@firm.com" not in repr(gate)
    assert {gate.name: gate for gate in ws.check().gates}["private_data"].measured == 1  # also when remembered


def test_names_are_found_by_a_teams_own_model(tmp_path: Path) -> None:
    make_tagger(tmp_path / "ws" / "tagger")
    ws = workspace(tmp_path / "ws", "private: {model: tagger, policy: {PERSON: replace}}\n")
    result = ws.add(pd.DataFrame({"text": ["please ask anna about it", "please ask about it"], "label": "a"}))
    assert result.private == {"PERSON": 1}
    texts = set(ws.records()["text"])
    assert "please ask about it" in texts
    [replaced] = texts - {"please ask about it"}
    assert is_surrogate(replaced.split()[2])
    (tmp_path / "ws" / "tagger" / "model.safetensors").rename(tmp_path / "ws" / "tagger" / "pytorch_model.bin")
    with pytest.raises(WinnowError, match="pickle"):
        ws.add(pd.DataFrame({"text": ["one more"], "label": "a"}))


def make_tagger(folder: Path) -> None:
    """A tiny token classifier, really trained: "anna" and "bert" are people."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "please", "ask", "about", "it", "anna", "bert", "one", "more"]
    raw = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    raw.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="[UNK]", pad_token="[PAD]")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        id2label={0: "O", 1: "B-PER"}, label2id={"O": 0, "B-PER": 1},
    )  # fmt: skip
    model = BertForTokenClassification(config)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    inputs = torch.randint(2, len(words), (64, 5))
    for _ in range(60):
        loss = model(input_ids=inputs, labels=((inputs == 6) | (inputs == 7)).long()).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def test_no_language_model_is_loaded_for_it() -> None:
    code = (
        "import sys; from winnow.curation.pii.detect import find_pii;"
        "assert find_pii('mail ann@firm.com, key AKIAIOSFODNN7PRODKEY, 86.121.97.248, call 020 7183 8750');"
        "assert not {'spacy', 'torch', 'transformers', 'presidio_analyzer', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


STANDARD = (
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
    "CREDIT_CARD",
    "IBAN_CODE",
    "IP_ADDRESS",
    "DOMAIN_NAME",
    "US_SSN",
    "US_DRIVER_LICENSE",
)


def test_recall_on_presidios_synthetic_data() -> None:
    rows = json.loads(public_data("presidio_synth/synth_dataset_v2.json").read_text())
    gold, hit = Counter[str](), Counter[str]()
    for row in rows:
        found = {(one.entity, one.start, one.end) for one in find_pii(row["full_text"])}
        for span in row["spans"]:
            entity = {"DOMAIN_NAME": "URL"}.get(span["entity_type"], span["entity_type"])
            gold[span["entity_type"]] += 1
            hit[span["entity_type"]] += (entity, span["start_position"], span["end_position"]) in found
    assert {entity: hit[entity] / gold[entity] for entity in STANDARD} == dict.fromkeys(STANDARD, 1.0)


def test_public_queries_raise_no_alarm_that_is_not_one() -> None:
    texts = [
        json.loads(line)["text"]
        for name in ("clinc150", "banking77")
        for line in public_data(f"{name}/{name}.jsonl").read_text().splitlines()
    ]
    alarms = sorted(value for text in texts for _, value in entities(text))
    assert alarms == ["20905432", "3892", "4892"]  # an account's number and two PINs
