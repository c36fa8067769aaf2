"""WHAT IS LEARNT: opens a release, never the working tables."""

WINNOW_ROOM = "training"
