"""Rules that make contrasts of dialogues, one file per rule; no model is needed."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.generators.dialogue_rules.ask_about_tool import ASK_ABOUT_TOOL
from winnow.generators.dialogue_rules.blank_needed_value import BLANK_NEEDED_VALUE
from winnow.generators.dialogue_rules.change_value import CHANGE_VALUE
from winnow.generators.dialogue_rules.dialogue_rule import DialogueRule
from winnow.generators.dialogue_rules.drop_needed_tool import DROP_NEEDED_TOOL
from winnow.generators.dialogue_rules.join_requests import JOIN_REQUESTS
from winnow.generators.dialogue_rules.optional_argument import ADD_OPTIONAL_ARGUMENT, REMOVE_OPTIONAL_ARGUMENT
from winnow.generators.dialogue_rules.rename_tools import RENAME_TOOLS
from winnow.generators.dialogue_rules.swap_confusable_tool import SWAP_CONFUSABLE_TOOL

DIALOGUE_RULES: Mapping[str, DialogueRule] = {
    rule.name: rule
    for rule in (
        DROP_NEEDED_TOOL,
        BLANK_NEEDED_VALUE,
        ASK_ABOUT_TOOL,
        JOIN_REQUESTS,
        SWAP_CONFUSABLE_TOOL,
        CHANGE_VALUE,
        REMOVE_OPTIONAL_ARGUMENT,
        ADD_OPTIONAL_ARGUMENT,
        RENAME_TOOLS,
    )
}
"""Every rule by its name, in the order in which they are used."""
