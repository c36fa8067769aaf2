"""Files of rules: what they match, and every problem at once with its line."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from winnow.core.errors import WinnowError
from winnow.training.routing.rule_file import PatternRule, read_rules

LAUGHS = "- &a [x]\n" + "".join(f"- &{name} [{f'*{before}, ' * 99}]\n" for before, name in ("ab", "bc", "cd", "de"))
"""Four levels of aliases, each of which stands for 99 of the one before."""

LABELS = ["it_vpn", "it_wifi", "fallback"]

RULES = r"""
- {label: it_vpn, pattern: '\bvpn\b', note: the word alone}
- label: it_wifi
  contains: Straße
"""


def stored(folder: Path, text: str, name: str = "rules.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(folder: Path, text: str, name: str = "rules.yaml") -> list[str]:
    with pytest.raises(WinnowError) as caught:
        read_rules(stored(folder, text, name), LABELS)
    return [str(one).removeprefix(f"{folder}/") for one in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.yaml", RULES),
        ("mapping.yaml", "rules:" + RULES.replace("\n", "\n  ")),
        (
            "list.json",
            json.dumps(
                [
                    {"label": "it_vpn", "pattern": r"\bvpn\b", "note": "the word alone"},
                    {"label": "it_wifi", "contains": "Straße"},
                ],
                indent="\t",
            ),
        ),
    ],
)
def test_a_list_or_a_mapping_in_yaml_or_json_is_the_same_rules(name: str, text: str, tmp_path: Path) -> None:
    vpn, street = read_rules(stored(tmp_path, text, name), LABELS)
    assert vpn == PatternRule(label="it_vpn", pattern=r"\bvpn\b", note="the word alone")
    assert [vpn.matcher()(text) for text in ("My VPN drops", "vpns", "")] == [True, False, False]
    assert [street.matcher()(text) for text in ("wifi in der STRASSE", "wifi")] == [True, False]


def test_an_emoji_that_json_writes_as_two_code_units_is_one_character(tmp_path: Path) -> None:
    text = json.dumps([{"label": "fallback", "pattern": "^👋.$"}])
    assert "\\ud83d" in text
    (rule,) = read_rules(stored(tmp_path, text), LABELS)
    assert rule.matcher()("👋!")


def test_every_problem_comes_at_once_with_file_and_line(tmp_path: Path) -> None:
    broken = r"""- {label: it_vpm, pattern: vpn}
- {label: it_vpn, pattern: '(vpn'}
- {label: it_vpn}
- {label: it_vpn, pattern: a, contains: b}
- {label: it_vpn, patern: vpn}
- {pattern: vpn}
- {label: 5, pattern: vpn}
- {label: it_vpn, pattern: "\bvpn\b"}
- {label: it_vpn, contains: ''}
- {label: it_vpn, label: it_wifi, pattern: a}
- just text
- {label: it_vpn, pattern: 'a{99999999999}'}
- {label: it_vpn, contains: }
- {label: it_vpn, pattern: null}
"""
    expected = {
        1: "unknown label 'it_vpm'.*did you mean 'it_vpn'",
        2: r"pattern '\(vpn': unclosed group",
        3: "a rule without a condition; expected: either `pattern` or `contains`; fix: add one",
        4: "a rule with a pattern and a text.*remove one",
        5: "unknown key 'rules.4.patern'.*did you mean 'pattern'",
        6: "key 'rules.5.label' is missing",
        7: "rules.6.label is 5",
        8: "control character.*single quotes",
        9: "rules.8.contains is ''",
        10: "key 'label' occurs 2 times",
        11: "rules.10 is 'just text'",
        12: r"pattern 'a\{99999999999\}'",
        13: "a rule without a condition",
        14: "a rule without a condition",
    }
    found = problems_of(tmp_path, broken)
    for line, pattern in expected.items():
        assert any(re.search(rf"^rules\.yaml:{line}: .*{pattern}", one) for one in found), (line, found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no list of rules"),
        ("vpn", "no list of rules"),
        ("[]", "at least 1 item"),
        ("rules: {}", "valid list"),
        ("- {label: [", "not valid YAML"),
        ("- &a [*a]", "a million values"),
        (LAUGHS, "a million values"),
        ('[{"label": "it_vpn",\t"pattern": ]', "not valid YAML"),
    ],
)
def test_what_holds_no_rules_is_refused(text: str, why: str, tmp_path: Path) -> None:
    assert any(why in one for one in problems_of(tmp_path, text))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"nothing\.yaml: No such file"):
        read_rules(tmp_path / "nothing.yaml", LABELS)
    (tmp_path / "latin.yaml").write_bytes("- {label: it_vpn, contains: Straße}".encode("latin-1"))
    with pytest.raises(WinnowError, match=r"latin\.yaml: byte \d+ is not UTF-8"):
        read_rules(tmp_path / "latin.yaml", LABELS)


def test_no_pattern_takes_exponential_time(tmp_path: Path) -> None:
    (rule,) = read_rules(stored(tmp_path, "- {label: it_vpn, pattern: '(a|aa)+$'}"), LABELS)
    started = time.process_time()
    assert not rule.matcher()("a" * 2_000 + "!")  # of 45 letters, Python's engine takes minutes
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(?<!no )vpn", "look-around, .* is not supported"),
        (r"(vpn) \1", "backreferences are not supported"),
        (r"\w{1000}{1000}", "Compiled regex exceeds size limit"),
    ],
)
def test_what_only_a_slower_engine_could_search_for_is_refused(pattern: str, why: str, tmp_path: Path) -> None:
    (found,) = problems_of(tmp_path, f"- {{label: it_vpn, pattern: '{pattern}'}}")
    assert re.search(why, found)
    assert "without lookaround and backreferences" in found
