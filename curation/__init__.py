"""WHAT IS DECIDED: the life of a dataset, one module per stage of the loop."""

WINNOW_ROOM = "curation"
