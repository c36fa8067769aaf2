"""The options that are not labels: unsure, several intents, leave it out; and the verdicts on a proposed label."""

from __future__ import annotations

from winnow.curation.annotations.votes import SEVERAL_INTENTS

SPECIAL_PREFIX = "\u2007"
"""A figure space: the values of options that are not labels begin with it, so no label can have such a name."""

UNSURE_OPTION, SEVERAL_INTENTS_OPTION, REJECT_OPTION = (
    SPECIAL_PREFIX + word for word in ("unsure", SEVERAL_INTENTS, "reject")
)

WRONG_LABEL = "wrong_label"
"""The verdict that needs a label to be complete."""

ANSWER_IS_WRONG = "the answer is wrong: "
"""The reason of a rejection begins with it where a person says what is wrong, or which behavior is right."""

VERDICT_OPTIONS = {"right": "right", WRONG_LABEL: "wrong label", "unusable": "unusable"}
"""Verdicts on a proposed label: value to displayed text."""

OPTION_TITLES = {UNSURE_OPTION: "unsure", SEVERAL_INTENTS_OPTION: "several intents", REJECT_OPTION: "leave it out"}

LEAVE_OUT_QUERY = (
    "**leave it out**: no model should learn from this query: it makes no sense, or is not a query at all."
)

LEAVE_OUT_DIALOGUE = (
    "**leave it out**: no model should learn from this dialogue, and no answer would make it useful: it makes no "
    "sense, or nobody would write it."
)
"""What the option means, in the guidelines of the queues that offer it."""
