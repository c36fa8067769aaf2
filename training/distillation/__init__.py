"""Distillation: a run learns the class probabilities of another run, its teacher, besides the labels."""
