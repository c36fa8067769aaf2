"""Run the speed benchmarks and print one table each."""

from __future__ import annotations

from benchmarks import check_large, check_repeated, dialogues_large, embedding_throughput, near_pair_search

if __name__ == "__main__":
    for benchmark in (embedding_throughput, near_pair_search, check_repeated, check_large, dialogues_large):
        print(f"\n## {(benchmark.__doc__ or '').splitlines()[0]}\n", flush=True)
        benchmark.main()
