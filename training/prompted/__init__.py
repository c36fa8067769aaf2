"""Method `prompt`: the task as a prompt, answered by a language model; the baseline that fine-tuning must beat."""
