"""Coverage: what users ask and train lacks, which labels overlap, and what to do about it."""
