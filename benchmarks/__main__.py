"""Runs every benchmark and prints one table each."""

from __future__ import annotations

from benchmarks import check_large as large_check
from benchmarks import check_repeated as second_check
from benchmarks import embedding_throughput as embedding
from benchmarks import near_pair_search as near_pairs

if __name__ == "__main__":
    for benchmark in (embedding, near_pairs, second_check, large_check):
        print(f"\n## {(benchmark.__doc__ or '').splitlines()[0]}\n", flush=True)
        benchmark.main()
