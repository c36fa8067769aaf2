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


def likely_languages(texts: Sequence[str]) -> list[str]:
    """The ISO 639-1 codes of the languages of a sample of texts, one for each text that can be judged.

    Shorter texts than for `detect_other_language` are judged, too: many of them together say what one alone does not.
    """
    step = max(1, len(texts) // SAMPLED_TEXTS)
    judged = [text for text in texts[::step] if len(text) >= SAMPLE_MIN_CHARACTERS or not text.isascii()]
    if not judged:
        return []
    from lingua import Language, LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_languages(*(getattr(Language, name) for name in LANGUAGES)).build()
    ranked = detector.compute_language_confidence_values_in_parallel(judged)
    sure = [one[0] for one in ranked if one and one[0].value >= SAMPLE_MIN_CONFIDENCE]
    return [one.language.iso_code_639_1.name.lower() for one in sure]


SAMPLED_TEXTS = 300
"""Texts of a file, evenly over it, whose languages are judged."""

SAMPLE_MIN_CHARACTERS = 20
"""Length of a text in ASCII that is judged; one in another script, which says more, may be shorter."""

SAMPLE_MIN_CONFIDENCE = 0.5
"""Confidence from which a text counts for its language. Chosen by us."""


def language_code(name: str) -> str:
    """The ISO 639-1 code of a language that was detected, by its English name in lower case."""
    from lingua import Language

    return str(getattr(Language, name.upper()).iso_code_639_1.name).lower()


LANGUAGE_MIN_CHARACTERS = 40

LANGUAGE_MIN_CONFIDENCE = 0.7
"""Below either, detection is unreliable: on CLINC150 no English query of 40 characters reached 0.7 for another
language (docs/decisions/0004-language.md)."""
