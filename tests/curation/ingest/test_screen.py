from __future__ import annotations

import pytest

from winnow.config.load import parse_task
from winnow.curation.ingest.language import detect_other_language
from winnow.curation.ingest.screen import ScreenContext, screen
from winnow.curation.io.readers.source_rows import SourceRow
from winnow.curation.pii.scrub import DEFAULT_POLICY, Scrubber

MEMORY = ScreenContext(Scrubber(DEFAULT_POLICY, b"test"))

TASK = parse_task(
    "name: t\nkind: intents\nscreen: {max_characters: 50}\n"
    "labels:\n- {name: it_vpn, route: agent_it}\n- {name: hr_pay}\n"
)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (SourceRow(1, {"text": None}), "empty"),
        (SourceRow(1, {"text": " \n\t"}), "empty"),
        (SourceRow(1, {"text": 7}), "not_text"),
        (SourceRow(1, {"text": "x" * 51}), "too_long"),
        (SourceRow(1, {"text": "bro\udcffken"}), "undecodable"),
        (SourceRow(1, {"text": "half an emoji \ud83d"}), "undecodable"),
        (SourceRow(1, {"text": "bell\x07"}), "control_character"),
        (SourceRow(1, {"text": "cafÃ© order"}), "mojibake"),
        (SourceRow(1, {"text": "where is my \ufffd"}), "mojibake"),
        (SourceRow(1, {"text": "fine"}, label="it_vnp"), "unknown_label"),
        (SourceRow(1, {"text": "fine"}, label="it_vpn", route="agent_hr"), "route_contradicts_task"),
        (SourceRow(1, {"text": "fine"}, split="someday"), "unknown_split"),
    ],
)
def test_a_bad_row_falls_with_the_name_of_its_problem(row: SourceRow, reason: str) -> None:
    kept, dropped = screen([row], TASK, MEMORY)
    assert (kept, [d.drop.reason for d in dropped]) == ([], [reason])


@pytest.mark.parametrize(
    "row",
    [
        SourceRow(1, {"text": "Größe ändern, s'il vous plaît"}),
        SourceRow(1, {"text": "请重置我的密码"}),
        SourceRow(1, {"text": "👩‍💻 won't start"}),
        SourceRow(1, {"text": "tab\tand\nline"}),
        SourceRow(1, {"text": "fine"}, label=" it_vpn ", route="agent_it"),
        SourceRow(1, {"text": "fine"}, label="hr_pay", route="anywhere"),
        SourceRow(1, {"text": "fine"}, label="", split=""),
        SourceRow(1, {"text": "fine"}, split="dev"),
    ],
)
def test_a_good_row_is_kept(row: SourceRow) -> None:
    kept, dropped = screen([row], TASK, MEMORY)
    assert (len(kept), dropped) == (1, [])


def test_an_unknown_label_names_the_nearest() -> None:
    _, dropped = screen([SourceRow(1, {"text": "fine"}, label="it_vnp")], TASK, MEMORY)
    assert "the closest label is 'it_vpn'" in dropped[0].drop.detail


def test_another_language_is_flagged_only_when_long_and_sure() -> None:
    texts = [
        "Wo finde ich die Einstellungen für mein Konto, bitte?",
        "Wo ist mein Konto?",  # German, but too short to be sure of
        "where do I find the settings of my account, please?",
    ]
    assert list(detect_other_language(texts, "en")) == [0]
    assert list(detect_other_language(texts, "de")) == [2]
