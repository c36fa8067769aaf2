"""Passwords, keys and PINs that only the words around them identify."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.curation.pii.placeholders import PLACEHOLDER, is_counted_up

_IS = (
    r"(?:\s+(?:number|no\.?|num|value|code))?[\"'`]?"
    r"(?:\s*[=:#]{1,2}>?\s*|(?:\s+(?:for|of|on|at|i|we|they)(?:\s+[\w']+){1,3}?)?\s+(?:is|was|to be|to|as)\s+)"
    r"(?:now\s+|be\s+|still\s+|literally\s+)?"
)

_PASSWORD = r"(?:pass[ -]?(?:word|phrase|wd)|passcode|pwd|pw)"

_FOREIGN_PASSWORD = (
    r"(?:contrase(?:ñ|n\u0303|n)a|(?:mi|tu|su|nuestra) clave|clave(?= del? (?:la )?(?:wi-?fi|red|cuenta|correo|acceso))"
    r"|\w*passwort|\w*kennwort|mot de passe|mdp|parola d'ordine|senha|palavra[- ]passe|\w*wachtwoord)"
)
"""Names of a password in Spanish, German, French, Italian, Portuguese and Dutch, which also use "password" and "pw"."""

_BETWEEN = r"(?:\s+[^\W\d]+){0,4}?\s+"
"""Up to four words between the name and the verb, as in "la contraseña de mi cuenta es"."""

_FOREIGN_IS = rf"{_BETWEEN}(?:es|era|será|ist|war|lautet|est|c'est|était|sera|è|e'|sarà|é)"

_FOREIGN_NOW = r"\s*:?\s+(?:(?:ahora|jetzt|nun|maintenant|ora|adesso|agora|nu)\s+)?[\"'`]?"

_KEY = (
    r"(?:secret(?:[ _-]?(?:access)?[ _-]?(?:key|token))?"
    r"|(?:api|access|auth|private|signing|license)[ _-]?(?:key|token)|token)"
)

SECRET_WORD = re.compile(
    r"pass|pwd|\bpw\b|curl|secret|token|key|\bpin\b|cv[vc]|otp|code|log ?in|sign in|user|credential"
    r"|contrase|clave|kennwort|mdp|parola|senha|wachtwoord",
    re.I,
)
"""Every rule below requires one of these words."""

QUOTED = re.compile(rf"\b(?:\w+_)?(?:{_PASSWORD}|{_KEY}){_IS}(?P<q>[\"'`])(?P<v>[^\"'`\s]{{4,}})(?P=q)", re.I)

UNQUOTED_PASSWORD = re.compile(rf"\b(?:\w+_)?{_PASSWORD}{_IS}(?P<v>[^\s\"'`]{{4,}})", re.I)

UNQUOTED_KEY = re.compile(rf"\b(?:\w+_)?{_KEY}{_IS}(?P<v>[^\s\"'`]{{8,}})", re.I)

KEY_WITHOUT_VERB = re.compile(rf"\b(?:\w+_)?{_KEY}\s+(?P<v>[\w.+/=~-]{{16,}})", re.I)
"""As in "my api key 4f8a9c0d1e2b3a4c"."""

FOREIGN_PASSWORD = re.compile(
    rf"\b(?:(?:{_FOREIGN_PASSWORD}|clave)\s*[=:]\s*[\"'`]?|(?:{_FOREIGN_PASSWORD}|password|pw|pwd){_FOREIGN_IS}{_FOREIGN_NOW}"
    rf"|\w*wachtwoord{_BETWEEN}(?:is|was|wordt){_FOREIGN_NOW})(?P<v>[^\s\"'`]{{4,}})",
    re.I,
)
"""As in "mein Passwort ist hunter2"."""

FOREIGN_REVERSED = re.compile(
    r"(?<!\S)(?P<v>[^\s\"'`]{4,})\s+(?:es|ist|est|è|é|is)\s+(?:la |a |o |il )?"
    rf"(?:mi|mein|unser|mon|notre|mia|nostra|minha|nossa|mijn|ons)\s+(?:{_FOREIGN_PASSWORD}|password|pw)\b",
    re.I,
)
"""As in "hunter2 ist mein Passwort"."""

PW_WITHOUT_VERB = re.compile(
    r"\b(?:pw|pwd|passwd|contraseña|\w*passwort|\w*kennwort|\w*wachtwoord|mdp)\s+(?P<v>(?![/~.\\-])[^\s\"'`]{6,})", re.I
)
"""As in "wifi pw Tr0ub4dor"."""

PASS_FIELD = re.compile(r"\bpass\s*[:=]\s*(?P<v>[^\s\"'`]{4,})", re.I)

QUOTED_PHRASE = re.compile(rf"\bmy {_PASSWORD}{_IS}(?P<q>[\"'`])(?P<v>[^\W\d]+(?: [^\W\d]+){{1,5}})(?P=q)", re.I)
"""As in 'my password is "correct horse"'."""

CURL_USER = re.compile(r"\bcurl\b.*?\s(?:-u|--user)\s*[\"']?[\w.@+-]+:(?P<v>[^\s\"'`]{4,})", re.I)

REVERSED = re.compile(
    r"(?<!\S)(?P<v>(?!(?:1|last|kee)pass)[^\s\"'`]{4,})\s+(?:is|as)\s+(?:my|our|the|her|his)\s+(?:\w+\s+){0,2}?"
    rf"{_PASSWORD}\b(?!\s+(?:manager|vault|field|reset|hint|prompt|generator|app|policy|rule|store|box))",
    re.I,
)
"""As in "hunter2 is my password"."""

LOGIN_PAIR = re.compile(
    r"\b(?:log ?in|sign in|user(?:name)?|credentials?)\b[^.?!\n]{0,40}?(?:\band\s+)?"
    r"\b(?:pass|pw|pwd)(?:\s*[:=]\s*|\s+)(?P<v>[^\s\"'`]{4,})",
    re.I,
)
"""As in "user ann pass secret99"."""

LOGIN_SLASH = re.compile(
    r"\b(?:log ?in|credentials?)(?:\s+(?:is|are|with|as)|\s*[:=])\s*[\w.@+-]+\s*[/:|]\s*(?P<v>[^\s\"'`]{5,})", re.I
)
"""As in "the login is admin / P4ssw0rd"."""

PIN = re.compile(
    rf"\b(?:pin|passcode|cvv2?|cvc2?|otp|security code|verification code|one[ -]time (?:code|password))(?: code)?{_IS}"
    r"(?P<v>\d{3,8})\b(?![.,:/-]\d|\s*[%°])",
    re.I,
)

PIN_ALONE = re.compile(
    r"\b(?:my|enter(?:ed)?|typed?) (?:old |new |card |bank |atm |debit )*pin,?\s+(?P<v>\d{4,6})\b(?![.,:/-]\d)", re.I
)

PIN_REVERSED = re.compile(
    r"(?<![\w.,:/-])(?P<v>\d{4,6})\s+(?:is|as)\s+(?:my|our|the)\s+(?:\w+\s+){0,2}?(?:pin|passcode|otp)\b", re.I
)

UNIT = re.compile(
    r"[\s-]*(?:am|pm|volts?|v|baud|ohms?|k?hz|pwm|high|low|output|input|characters?|chars?|digits?|numbers?|letters?|symbols?"
    r"|bits?|bytes?|long|words?|days?|months?|weeks?|years?|hours?|hrs?|minutes?|mins?|seconds?|secs?|times?|attempts?|tries"
    r"|rupees|dollars|euros|usd|or (?:more|less|fewer)|to \d|and \d)\b",
    re.I,
)
"""A number before one of these is an amount."""

ELECTRONICS = re.compile(
    r"\b(?:gpio|arduino|raspberry|esp\d+|microcontroller|digital|analog|led|board|connector|bowling)\b", re.I
)
"""Words of a text in which a pin is a part of a device."""

POSTAL_DIGITS = 6
"""A "PIN code" of six digits is an Indian postal code."""

WHAT_FOLLOWS = re.compile(
    r"\s+(?:encod|encrypt|hash|salt|sign|protect|format|bas|compatib|complian|char|digit|letter|symbol|bits?\b|byte|long"
    r"|word|day|week|month|hour|minute|time|second|number|string|auth|token|algorithm|or more|or less|only\b"
    r"|zeichen|stell|ziffer|buchstab|car[aá]?[ct]|d[ií]git|cifr|letter|lettr|letras|chiff|teken|cijfer|verschl)",
    re.I,
)
"""Words after a description of a password, as in "base64 encoded"."""

DESCRIPTION = re.compile(
    r"\W*(?:\d+(?:[-–~/+.]\d*)*\+?(?:st|nd|rd|th|%|x)?"
    r"|\d+[- ]?(?:char|digit|letter|bit|byte|word|day|month|hour|min|step|factor"
    r"|zeichen|stell|ziffer|car[aá]c|d[ií]g|cifr|lett|chiff|teken|cijfer|tage|d[ií]as|jours|giorni|dagen|mal\b)\w*"
    r"|(?:base|sha|utf|aes|rsa|md|des|crc|ed|argon|oauth|saml|tls|ssl|ipv|http|hs|rs|es|iso|fips|v|windows|office|python"
    r"|java|node|php|mysql|web)[-_ ]?\d[\d.]*(?:-\w+)*|[2-9]fa|a-z0-9|[a-z]\d?)\W*",
    re.I,
)
"""What describes a password and is none: lengths, algorithms, versions."""

CODE = re.compile(
    r"[\w.]*\(|\w+\.\w+[.(\[]|[\w.]+\[|(?:self|os|process|config|env|settings|request|req|this|args|data)\.|\$(?-i:[A-Z_{(])|%\w+%|\{\{|<|&\w+;|\w*_\w*$"
)
"""An expression that stands for a value, as in `password=request.form[...]` or `token = API_TOKEN`."""

FILE = re.compile(
    r"[\w./\\~-]+\.(?:js|ts|py|ya?ml|json|txt|env|ini|cfg|conf|toml|xml|php|rb|go|java|cs|md|html?|pem|key|csv|sh)\W*|[~/.]+/\S*|https?:\S*",
    re.I,
)

MIN_DIGITS = 6
"""Minimum number of digits of a password without letters; shorter numbers are often lengths or counts of attempts."""

SENTENCE_END = ".,;:!?)]}"

MIN_CHARACTERS = 4
"""Minimum number of characters of a password."""

RANDOM = re.compile(r"[\w+/=-]{16,}", re.A)
"""Base64 or base64url of 96 bits or more, like the keys of services."""

WORD = re.compile(r"[A-Z][a-z]{2,}|[a-z]{3,}|[A-Z]{3,}")
"""A possible word in a name such as MyApiKey_FOR_tests."""

COMMON_FREQUENCY = 3.0
"""Zipf frequency from which a part of a value is a word (wordfreq 3.1): once in a million words."""

MAX_WORD_SHARE = 0.3
"""Share of the characters of a random key that may form words by chance."""

MIN_DIGITS_INSIDE = 3
"""Minimum number of changes between letters and digits in a key of one case; user_id_12345678 has none."""


PASSWORDS = (
    UNQUOTED_PASSWORD,
    FOREIGN_PASSWORD,
    FOREIGN_REVERSED,
    PW_WITHOUT_VERB,
    PASS_FIELD,
    REVERSED,
    LOGIN_PAIR,
    LOGIN_SLASH,
    CURL_USER,
)
"""Patterns whose group `v` is a password, provided that it does not look like a word."""

KEYS = (UNQUOTED_KEY, KEY_WITHOUT_VERB)
"""Patterns whose group `v` is a key, provided that it does not look like a name."""


def find_passwords(text: str) -> Iterator[tuple[int, int]]:
    """Spans of passwords, keys and PINs that the words around them name, where the value is no ordinary word."""
    if not SECRET_WORD.search(text):
        return
    for match in QUOTED.finditer(text):
        if _is_value(match["v"], match["v"].isalpha()):
            yield match.span("v")
    yield from (match.span("v") for match in QUOTED_PHRASE.finditer(text) if not SAYS_HOW.search(match["v"]))
    for patterns, looks_right in ((PASSWORDS, _looks_made_up), (KEYS, _looks_like_a_key)):
        for match in (match for pattern in patterns for match in pattern.finditer(text)):
            value = _without_sentence_end(match["v"])
            end = match.start("v") + len(value)
            if looks_right(value) and _is_value(value, False) and not WHAT_FOLLOWS.match(text, end):
                yield match.start("v"), EXCLAMATION.match(text, end).end()  # type: ignore[union-attr]
    yield from (match.span("v") for match in RARE_WORD.finditer(text) if _is_rare_word(match["v"]))
    yield from _pins(text)


EXCLAMATION = re.compile("!*")
"""Exclamation marks after a password may be a part of it: they are replaced with it."""


def _without_sentence_end(value: str) -> str:
    """The value without the punctuation that ends the sentence, unless it would become too short for a password."""
    stripped = value.rstrip(SENTENCE_END)
    return stripped if len(stripped) >= MIN_CHARACTERS else value


def _looks_like_a_key(value: str) -> bool:
    """Whether a value has two digits and a letter, or is random."""
    return bool(re.search(r"\d.*\d", value) and re.search(r"[a-z]", value, re.I)) or _is_random(value)


def _is_random(value: str) -> bool:
    """Whether a value of base64 or base64url, in both cases or with several digits inside, is not made of words."""
    from wordfreq import zipf_frequency

    mixed = re.search("[a-z]", value) and re.search("[A-Z]", value)
    inside = len(re.findall(r"[a-z]\d|\d[a-z]", value, re.I))
    if not RANDOM.fullmatch(value) or not (mixed or inside >= MIN_DIGITS_INSIDE):
        return False
    words = [word for word in WORD.findall(value) if zipf_frequency(word, "en") >= COMMON_FREQUENCY]
    return sum(map(len, words)) < MAX_WORD_SHARE * len(value)


def _looks_made_up(value: str) -> bool:
    """Letters mixed with digits, signs inside a word, or capitals inside it: no word of the language."""
    mixed = re.search(r"\d", value) and re.search(r"[^\W\d]", value)
    signs = re.search(r"[!#$%^&*@?]\w|\w[#$%^&*@]", value) or re.search(r"\w[!#$%^&*@]$", value)
    digits = value.isdigit() and len(value) >= MIN_DIGITS
    joined = re.fullmatch(r"[a-z]{3,}(?:-(?!the\b|and\b|for\b)[a-z]{3,}){2,}", value, re.I)
    return bool(mixed or signs or digits or joined)


def _is_value(value: str, word: bool) -> bool:
    """Not a description, an expression, a file or a placeholder; of a quoted `word`, not what a password can be."""
    if value.isdigit() and len(value) >= MIN_DIGITS:
        return not is_counted_up(value)
    if word and re.fullmatch(STATE, value, re.I):
        return False
    if any(pattern.fullmatch(value) for pattern in (DESCRIPTION, FILE)) or (
        CODE.match(value) and not _is_random(value)
    ):
        return False
    return not (PLACEHOLDER.search(value) or re.fullmatch(r"(?:x|\*|\.|#|0)+|null|none", value, re.I))


RARE_WORD = re.compile(
    r"(?:^|\b(?:my|our|his|her|their|the|wifi|account|old|new)\s+(?:\w+\s+){0,2}?)pass(?:word|phrase|code)\s+(?:is|was|to)\s+"
    r"(?P<v>[a-z]{5,})(?=\s*[.,;!?)]|\s*$|\s+(?:and|but)\b)",
    re.I,
)
"""A word at the end of the statement: "my password is swordfish"."""

RARE_FREQUENCY = 2.9
"""Zipf frequency of words that do not describe a password: "incorrect" has 4.0, "swordfish" 2.7 (wordfreq 3.1)."""

DESCRIBING_WORD = re.compile(
    r"(?:un|in|non|re|mis)\w+|\w+(?:ed|en|ing|able|ible|less|ful|al|ic|ive|ous|ary|ory|ant|ent|ate|proof|like|case|text)",
    re.I,
)
"""Forms of words that describe a password, however rare they are."""

SAYS_HOW = re.compile(
    r"\b(?:too|not|is|was|must|should|can|invalid|incorrect|wrong|expired|weak|short|please|again|required|least)\b",
    re.I,
)
"""Words of an error message about a password."""

STATE = (
    r"\w+(?:ed|ing|able|ible|less)|wrong|correct|right|incorrect|invalid|valid|weak|strong|secure|insecure|safe|unsafe|old|new"
    r"|missing|empty|blank|short|long|same|different|unknown|public|private|bad|good|fine|okay|lost|gone|null|none|undefined"
    r"|true|false|string|text|password|secret|token|admin|root|user"
)
"""Words about a password that people put in quotes and that are not the password."""


def _is_rare_word(value: str) -> bool:
    """Whether a word is too rare to describe a password, and does not have the form of such a word."""
    from wordfreq import zipf_frequency

    return not DESCRIBING_WORD.fullmatch(value) and zipf_frequency(value, "en") < RARE_FREQUENCY


def _pins(text: str) -> Iterator[tuple[int, int]]:
    if ELECTRONICS.search(text):
        return
    for pattern in (PIN, PIN_ALONE, PIN_REVERSED):
        for match in pattern.finditer(text):
            postal = len(match["v"]) == POSTAL_DIGITS and re.match(r"pin ?code", match[0], re.I)
            if not (postal or is_counted_up(match["v"]) or UNIT.match(text, match.end("v"))):
                yield match.span("v")
