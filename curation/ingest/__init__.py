"""Records enter the dataset, and leave it: add, screen, retract, forget, rename."""
