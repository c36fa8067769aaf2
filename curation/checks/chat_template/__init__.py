"""What a model's own chat template makes of dialogues: rows of a prompt and an answer, and what is lost on the way."""
