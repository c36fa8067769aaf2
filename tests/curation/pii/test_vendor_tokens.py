"""Keys and tokens of services: found whole, with and without digits; what only looks like one is left alone."""

from __future__ import annotations

import random
import string

import pytest

from winnow.curation.pii.detect import find_pii
from winnow.curation.pii.vendor_tokens import find_secrets

HEX, LETTERS, MIXED = "0123456789abcdef", string.ascii_letters, string.ascii_letters + string.digits

TOKENS = {
    "npm_": (36, MIXED),
    "dop_v1_": (64, HEX),
    "dapi": (32, HEX),
    "glpat-": (20, MIXED),
    "ghp_": (36, MIXED),
    "github_pat_": (82, MIXED),
    "sk-": (48, MIXED),
    "sk-proj-": (64, MIXED),
    "sk-ant-api03-": (93, MIXED),
    "xoxb-": (24, MIXED),
    "AKIA": (16, string.ascii_uppercase),
    "sk_live_": (24, MIXED),
    "rk_test_": (24, MIXED),
    "whsec_": (32, MIXED),
    "SG.": (22, MIXED),
    "SK": (32, HEX),
    "AIza": (35, MIXED),
    "GOCSPX-": (28, MIXED),
    "hf_": (34, LETTERS),
    "hvs.": (24, MIXED),
    "shpat_": (32, HEX),
    "dckr_pat_": (27, MIXED),
    "lin_api_": (40, MIXED),
    "PMAK-": (24, HEX),
    "pypi-AgE": (60, MIXED),
    "sbp_": (40, HEX),
    "glsa_": (32, MIXED),
    "r8_": (37, MIXED),
    "gsk_": (52, MIXED),
    "ntn_": (46, MIXED),
    "https://hooks.slack.com/services/T": (40, MIXED),
}
TAILS = {"SG.": ".", "PMAK-": "-"}


def token(prefix: str, *, digits: bool = True, seed: int = 0) -> str:
    length, alphabet = TOKENS[prefix]
    chosen = random.Random(f"{prefix}{seed}")
    letters = alphabet if digits else [c for c in alphabet if not c.isdigit()]
    body = "".join(chosen.choices(letters, k=length))
    tail = TAILS.get(prefix, "") and TAILS[prefix] + "".join(chosen.choices(letters, k=34))
    return f"{prefix}{body}{tail}"


@pytest.mark.parametrize("digits", [True, False])
@pytest.mark.parametrize("prefix", TOKENS)
def test_tokens_are_found_whole_with_and_without_digits(prefix: str, digits: bool) -> None:
    for seed in range(5):
        value = token(prefix, digits=digits, seed=seed)
        text = f"why is {value} rejected?"
        assert [(one.entity, text[one.start : one.end]) for one in find_pii(text)] == [("SECRET", value)]


def test_a_json_web_token_and_a_private_key_are_found_whole() -> None:
    web_token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1g"
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nab+c\n-----END RSA PRIVATE KEY-----"
    text = f"the header has {web_token} and\n{key}\nis the key"
    assert [text[one.start : one.end] for one in find_pii(text)] == [web_token, key]


AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzQ8h2kTw5L"


@pytest.mark.parametrize(
    "hint", ["aws_secret_access_key = ", "my AWS secret is ", "AKIAIOSFODNN7PRODKEY, secret key: "]
)
def test_a_bare_aws_secret_is_found_after_a_word_that_names_it(hint: str) -> None:
    text = f"{hint}{AWS_SECRET} and it fails"
    assert AWS_SECRET in [text[one.start : one.end] for one in find_pii(text)]


@pytest.mark.parametrize(
    "hint", ["AWS_SECRET_ACCESS_KEY=", "my aws secret is ", "secret access key: ", "aws secret (prod): "]
)
def test_an_aws_secret_without_digits_is_found_after_its_full_name(hint: str) -> None:
    chosen = random.Random(hint)
    for _ in range(50):
        secret = "".join(chosen.choices(f"{LETTERS}/+", k=40))
        text = f"{hint}{secret} is refused"
        assert secret in [text[one.start : one.end] for one in find_pii(text)], secret


def test_random_keys_of_base64url_are_found_after_a_word_that_names_them() -> None:
    chosen = random.Random(0)
    keys = ["".join(chosen.choices(f"{MIXED}-_", k=chosen.choice([20, 24, 32, 43]))) for _ in range(400)]
    texts = [f"the api key is {key} and fails" for key in keys]
    whole = [
        key in [text[one.start : one.end] for one in find_pii(text)] for key, text in zip(keys, texts, strict=True)
    ]
    assert sum(whole) >= 0.98 * len(keys)  # words of three letters stand in a few by chance


@pytest.mark.parametrize(
    "text",
    [
        f"the row reads {AWS_SECRET}",
        "the aws secret (prod/Billing/DatabaseCredentials/Primary) is missing",
        "aws deploys commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301 is the id of the job",
        "put YOUR_API_KEY or sk-xxxxxxxxxxxxxxxxxxxxxxxx there",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx is refused",
        "set glpat-<your-token> in the config",
        "import sk-learn or scikit-learn-extra",
        "npm_config_registry and npm_lifecycle_event are unset",
        "the class is very_long_name_of_a_class_with_many_parts",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "what is a bearer token",
    ],
)
def test_hashes_names_and_placeholders_are_left_alone(text: str) -> None:
    assert list(find_secrets(text)) == []
