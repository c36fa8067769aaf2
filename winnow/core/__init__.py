"""What every package may use: vocabulary, errors, results, hashing, time, paths."""
