"""Variations by rule: other ways to type a train record, made without a model or an API key."""
