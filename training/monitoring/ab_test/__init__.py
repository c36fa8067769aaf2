"""Two variants of an assistant compared in production: a log of outcomes, judged with the test that fits it."""
