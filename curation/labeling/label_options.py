"""The options of the label question that are not labels: unsure, several intents, leave it out."""

from __future__ import annotations

from winnow.curation.annotations.votes import SEVERAL_INTENTS

SPECIAL_PREFIX = "\u2007"
"""A figure space: the values of options that are not labels begin with it, so no label can have such a name."""

UNSURE_OPTION, SEVERAL_INTENTS_OPTION, REJECT_OPTION = (
    SPECIAL_PREFIX + word for word in ("unsure", SEVERAL_INTENTS, "reject")
)

OPTION_TITLES = {UNSURE_OPTION: "unsure", SEVERAL_INTENTS_OPTION: "several intents", REJECT_OPTION: "leave it out"}
