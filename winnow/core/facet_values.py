"""The built-in facets of texts and of dialogues, with their values."""

BUILT_IN_FACETS = {
    "phrasing": ("question", "fragment", "casual", "formal"),
    "length": ("short", "medium", "long"),
    "noise": ("clean", "typo", "shouting", "stretched"),
}
"""The facets of every task, and their values."""

DIALOGUE_FACETS = {
    "turns": ("one", "two", "three_or_more"),
    "several_tools": ("yes", "no"),
    "optional_arguments": ("present", "absent", "none"),
    "time_reference": ("yes", "no"),
    "no_call_kind": ("direct", "ask", "unable", "general"),
    "threads_id": ("yes", "no"),
    "ordinal_reference": ("yes", "no"),
    "correction": ("yes", "no"),
    "tool_set": ("all", "subset", "other", "none"),
    "difficulty": ("easy", "medium", "hard"),
}
"""The further facets of dialogues, for `kind: tools`, and their values."""

SLOT_FACET_PREFIX = "slot."
"""Before the name of a slot in the name of its facet."""
