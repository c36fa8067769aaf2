"""What a run forgets of general instructions: its base model and the run itself on the same rows."""
