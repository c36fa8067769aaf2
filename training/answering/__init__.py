"""The answers that a model gives in dialogues: what it is asked, and what it says."""
