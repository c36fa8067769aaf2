"""Proposes candidate records, by rule or written by a language model; never decides what enters the dataset."""
