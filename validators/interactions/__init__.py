"""Interaction logs: lines of any app in one form, and what their results and feedback say about an answer."""
