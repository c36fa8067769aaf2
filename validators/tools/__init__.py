"""Checks of dialogues that call tools: the canonical dialogue, call formats, schemas, grounding and pairing."""
