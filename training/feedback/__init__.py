"""Turn a run's errors into work for annotators and generators, and measure what the last round fixed."""
