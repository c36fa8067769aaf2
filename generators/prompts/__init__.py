"""Prompt files, and what they show of the task."""
