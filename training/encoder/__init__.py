"""Method `encoder`: LoRA on a sentence encoder with a linear classification head."""
