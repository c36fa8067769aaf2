"""Runs every benchmark and prints one table each."""

from __future__ import annotations

from benchmarks import embedding, large_check, near_pairs, second_check

if __name__ == "__main__":
    for benchmark in (embedding, near_pairs, second_check, large_check):
        print(f"\n## {(benchmark.__doc__ or '').splitlines()[0]}\n", flush=True)
        benchmark.main()
