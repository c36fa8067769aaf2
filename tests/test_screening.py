from __future__ import annotations

import pytest

from curation.private import POLICY, Scrubber
from curation.reading import Row
from curation.screen import Memory, other_language, screen
from curation.taskfile import parse_task

MEMORY = Memory(Scrubber(POLICY, b"test"))
TASK = parse_task(
    "name: t\nkind: intents\nscreen: {max_characters: 50}\n"
    "labels:\n- {name: it_vpn, route: agent_it}\n- {name: hr_pay}\n"
)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (Row(1, text=None), "empty"),
        (Row(1, text=" \n\t"), "empty"),
        (Row(1, text=7), "not_text"),
        (Row(1, text="x" * 51), "too_long"),
        (Row(1, text="bro\udcffken"), "undecodable"),
        (Row(1, text="half an emoji \ud83d"), "undecodable"),
        (Row(1, text="bell\x07"), "control_character"),
        (Row(1, text="cafÃ© order"), "mojibake"),
        (Row(1, text="where is my \ufffd"), "mojibake"),
        (Row(1, text="fine", label="it_vnp"), "unknown_label"),
        (Row(1, text="fine", label="it_vpn", route="agent_hr"), "route_contradicts_task"),
        (Row(1, text="fine", split="someday"), "unknown_split"),
    ],
)
def test_a_bad_row_falls_with_the_name_of_its_fault(row: Row, reason: str) -> None:
    kept, dropped = screen([row], TASK, MEMORY)
    assert (kept, [d.drop.reason for d in dropped]) == ([], [reason])


@pytest.mark.parametrize(
    "row",
    [
        Row(1, text="Größe ändern, s'il vous plaît"),
        Row(1, text="请重置我的密码"),
        Row(1, text="👩‍💻 won't start"),
        Row(1, text="tab\tand\nline"),
        Row(1, text="fine", label=" it_vpn ", route="agent_it"),
        Row(1, text="fine", label="hr_pay", route="anywhere"),
        Row(1, text="fine", label="", split=""),
        Row(1, text="fine", split="dev"),
    ],
)
def test_a_good_row_is_kept(row: Row) -> None:
    kept, dropped = screen([row], TASK, MEMORY)
    assert (len(kept), dropped) == (1, [])


def test_an_unknown_label_names_the_nearest() -> None:
    _, dropped = screen([Row(1, text="fine", label="it_vnp")], TASK, MEMORY)
    assert "nearest is 'it_vpn'" in dropped[0].drop.detail


def test_another_language_is_flagged_only_when_long_and_sure() -> None:
    texts = [
        "Wo finde ich die Einstellungen für mein Konto, bitte?",
        "Wo ist mein Konto?",  # German, but too short to be sure of
        "where do I find the settings of my account, please?",
    ]
    assert list(other_language(texts, "en")) == [0]
    assert list(other_language(texts, "de")) == [2]
