"""What grounding finds about one value of a call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from winnow.validators.tools.strict_json import JsonValue


class GroundingLevel(StrEnum):
    """How far an argument of a call follows from what came before the call."""

    LITERAL = "literal"
    """It is given as it is, or it is the default of its schema."""
    NORMALIZED = "normalized"
    """A documented normalization of something that is given."""
    REVIEW = "review"
    """Not shown wrong; a person should look."""
    ERROR = "error"
    """Nothing gives it, and nothing could."""


class GroundingRule(StrEnum):
    """The rule that decided the level of an argument."""

    AS_GIVEN = "as_given"
    SCHEMA_DEFAULT = "schema_default"
    SAME_WORDS = "same_words"
    """The same words in another form: case, punctuation, accents, inflection or order."""
    SAME_NUMBER = "same_number"
    SAME_DATE = "same_date"
    SAME_TIME = "same_time"
    SAME_QUANTITY = "same_quantity"
    """The same duration or measure, perhaps in another unit; or the name of its unit."""
    SAME_CURRENCY = "same_currency"
    SAME_LOCALE = "same_locale"
    """The same country or language, as a name or as a code."""
    SAME_CONTACT = "same_contact"
    """The same e-mail address, web address or phone number in another form."""
    EACH_PART = "each_part"
    """Each part of a value that lists several is given."""
    FLAG = "flag"
    """A boolean whose argument is named by words that are given."""
    UNNAMED_CHOICE = "unnamed_choice"
    """An allowed value, or a boolean, that no given word names."""
    COORDINATE = "coordinate"
    COMPUTED = "computed"
    """A number, date or time that differs from those given."""
    COMPOSED = "composed"
    """Text of the assistant, or knowledge about the world."""
    ASSISTANT_ONLY = "assistant_only"
    """Only the assistant said it."""
    PLACEHOLDER = "placeholder"
    INVENTED_ID = "invented_id"
    INVENTED_CONTACT = "invented_contact"
    NOTHING_GIVEN = "nothing_given"
    """Required, and nothing that is given could stand for it: the right behavior is to ask."""


@dataclass(frozen=True)
class GroundingFinding:
    """How one value of a call follows from what came before it."""

    turn: int
    """Index of the turn with the call, from 0."""
    call_id: str
    argument: str
    """Path of the value in the argument object: `attendees[0].email`."""
    value: JsonValue
    """A string, number or boolean."""
    level: GroundingLevel
    rule: GroundingRule
    """The rule that decided the level."""
    why: str
    """The evidence, or what is missing, in words. Turns are counted from 1 here."""


@dataclass(frozen=True)
class Evidence:
    """Something given that accounts for a value."""

    quoted: str
    """The words that give it, as they are written."""
    level: GroundingLevel = GroundingLevel.NORMALIZED
    note: str = ""
    """What else a person has to know."""
