"""Files in and out: one reader or writer per format."""
