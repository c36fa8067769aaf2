"""The only module that imports Presidio: its pattern recognizers, without its engine."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from collections.abc import Iterator
from functools import cache
from typing import Any

from winnow.core.vocabulary import PiiEntity

PACKAGE = "presidio_analyzer"

_PACKAGES = ("", ".generic", ".country_specific", ".country_specific.us")

_PARTS = ("analysis_explanation", "recognizer_result", "entity_recognizer", "local_recognizer", "pattern")

_RECOGNIZERS = (
    *(f"generic.{name}" for name in ("email", "ip", "mac", "crypto", "iban", "phone")),
    "country_specific.us.us_ssn",
)

PHONE_REGIONS = ("US", "GB", "DE", "FR", "IN", "AU", "ES", "IT", "NL", "CH", "BR")
"""Whose national numbers `phonenumbers` is asked about."""

MIN_SCORE = 0.3

SSN_SCORE = 0.5
"""Of Presidio's five patterns for social security numbers only the one with separators scores that much."""


def recognize(entity: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a recognizer sees its entity in a text."""
    floor = SSN_SCORE if entity == "US_SSN" else MIN_SCORE
    results = _recognizers()[entity].analyze(text, [entity], None)
    return ((result.start, result.end) for result in results if result.score >= floor)


def valid_iban(value: str) -> bool:
    """Whether letters and digits are an IBAN of a known country with the right check digits (ISO 13616)."""
    return bool(_recognizers()["IBAN_CODE"].validate_result(value))


@cache
def public_suffixes() -> Any:
    """The public suffix list that tldextract ships; with this setting, it never downloads a newer one."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@cache
def _recognizers() -> dict[str, Any]:
    classes = _classes()
    base: Any = classes["EmailRecognizer"]

    class OfflineEmail(base):  # type: ignore[misc]
        def validate_result(self, pattern_text: str) -> bool:
            """Upstream uses a tldextract that goes online first."""
            return bool(public_suffixes()(pattern_text.rpartition("@")[2]).fqdn)

    return {
        PiiEntity.EMAIL_ADDRESS: OfflineEmail(),
        PiiEntity.IP_ADDRESS: classes["IpRecognizer"](),
        PiiEntity.MAC_ADDRESS: classes["MacAddressRecognizer"](),
        PiiEntity.CRYPTO: classes["CryptoRecognizer"](),
        PiiEntity.IBAN_CODE: classes["IbanRecognizer"](exact_match=True),
        PiiEntity.US_SSN: classes["UsSsnRecognizer"](),
        PiiEntity.PHONE_NUMBER: classes["PhoneRecognizer"](supported_regions=PHONE_REGIONS),
    }


def _classes() -> dict[str, type]:
    """The recognizers' classes by name. A real `presidio_analyzer` that is loaded already is used as it is."""
    own = PACKAGE not in sys.modules
    if own:
        _place_stubs()
    try:
        modules = [
            importlib.import_module(f"{PACKAGE}.predefined_recognizers.{name}_recognizer") for name in _RECOGNIZERS
        ]
        return {name: value for module in modules for name, value in vars(module).items() if isinstance(value, type)}
    finally:
        if own:  # so that a later plain import gets the real package
            for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
                del sys.modules[name]


def _place_stubs() -> None:
    """Empty packages that find the real submodules, and the base classes where recognizers look for them."""
    spec = importlib.util.find_spec(PACKAGE)
    [root] = list(spec.submodule_search_locations or ()) if spec else [""]
    for package in ("", ".nlp_engine", *(f".predefined_recognizers{tail}" for tail in _PACKAGES)):
        stub = types.ModuleType(f"{PACKAGE}{package}")
        stub.__path__ = [root + package.replace(".", "/")]
        sys.modules[stub.__name__] = stub
    vars(sys.modules[f"{PACKAGE}.nlp_engine"])["NlpArtifacts"] = object  # used in annotations only
    for part in (*_PARTS, "pattern_recognizer"):
        module = importlib.import_module(f"{PACKAGE}.{part}")
        classes = {name: value for name, value in vars(module).items() if isinstance(value, type)}
        vars(sys.modules[PACKAGE]).update(classes)
