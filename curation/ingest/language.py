"""Detect texts that are clearly in a language other than the task's."""

from __future__ import annotations

from collections.abc import Sequence

LANGUAGES = (
    "ARABIC CHINESE CZECH DANISH DUTCH ENGLISH FINNISH FRENCH GERMAN GREEK HEBREW HINDI HUNGARIAN INDONESIAN "
    "ITALIAN JAPANESE KOREAN POLISH PORTUGUESE ROMANIAN RUSSIAN SPANISH SWEDISH TURKISH UKRAINIAN VIETNAMESE"
).split()
"""Languages the detector chooses from; with all of its 75 it takes three times as long."""


def detect_other_language(texts: Sequence[str], language: str) -> dict[int, str]:
    """Positions of the texts that are clearly in a language other than the task's, with the detected language.

    Only texts long enough for reliable detection are checked; the others are not flagged.
    """
    positions = [i for i, text in enumerate(texts) if len(text) >= LANGUAGE_MIN_CHARACTERS]
    if not positions:
        return {}
    from lingua import IsoCode639_1, Language, LanguageDetectorBuilder

    wanted = getattr(IsoCode639_1, language.upper(), None)
    if wanted is None:
        return {}  # the detector does not know the task's language and would report another one
    own = Language.from_iso_code_639_1(wanted)
    known = {getattr(Language, name) for name in LANGUAGES} | {own}
    detector = LanguageDetectorBuilder.from_languages(*known).build()
    found: dict[int, str] = {}
    confidences = detector.compute_language_confidence_values_in_parallel([texts[i] for i in positions])
    for position, ranked in zip(positions, confidences, strict=True):
        best = ranked[0]
        if best.language != own and best.value >= LANGUAGE_MIN_CONFIDENCE:
            found[position] = f"{best.language.name.lower()} ({best.value:.2f})"
    return found


LANGUAGE_MIN_CHARACTERS = 40

LANGUAGE_MIN_CONFIDENCE = 0.7
"""Below either, detection is unreliable: on CLINC150 no English query of 40 characters reached 0.7 for another
language (docs/decisions/0004-language.md)."""
