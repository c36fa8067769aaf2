"""WHAT WE SAW: reads results, writes pages and pictures; changes nothing."""

WINNOW_ROOM = "reports"
