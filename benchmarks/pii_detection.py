"""PII detection: recall and precision by type on Presidio's synthetic texts, detections in public queries, throughput.

Run by `python -m benchmarks.pii_detection`. Needs the public data.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from pathlib import Path

import winnow
from benchmarks.texts import PUBLIC
from winnow.curation.pii.detect import find_pii
from winnow.curation.pii.scrub import DEFAULT_POLICY, Scrubber
from winnow.curation.pii.surrogates import is_surrogate

GOLD_NAME = {"DOMAIN_NAME": "URL"}

NEVER_FOUND = "patterns cannot find it"


def synthetic() -> None:
    """Recall and precision by type, exact spans, on 1,500 synthetic texts."""
    rows = json.loads((PUBLIC / "presidio_synth" / "synth_dataset_v2.json").read_text(encoding="utf-8"))
    gold, hit, found = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        spans = {
            (GOLD_NAME.get(s["entity_type"], s["entity_type"]), s["start_position"], s["end_position"])
            for s in row["spans"]
        }
        own = set(find_pii(row["full_text"]))
        gold.update(entity for entity, *_ in spans)
        found.update(entity for entity, *_ in own)
        hit.update(entity for entity, *_ in spans & own)
    print("| type | occurrences | recall | precision |\n|---|---|---|---|")
    for entity, count in gold.most_common():
        precision = f"{hit[entity] / found[entity]:.3f}" if found[entity] else NEVER_FOUND
        print(f"| {entity} | {count} | {hit[entity] / count:.3f} | {precision} |")


def alarms() -> None:
    """Every detection in public queries, and rows per second of the scrubber."""
    for name in ("clinc150", "banking77", "rasa_nlu"):
        lines = (PUBLIC / name / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        texts = [json.loads(line)["text"] for line in lines]
        scrubber = Scrubber(DEFAULT_POLICY, b"benchmark")
        start = time.perf_counter()
        scrubbed = [scrubber.scrub(text) for text in texts]
        speed = len(texts) / (time.perf_counter() - start)
        print(
            f"{name}: {len(texts):,} queries, {speed:,.0f} per second, "
            f"{sum(bool(s.rewrites) for s in scrubbed)} detections"
        )
        for text in texts:
            for one in find_pii(text):
                print(f"  {one.entity} {text[one.start : one.end]!r} in {text!r}")


def phones() -> None:
    """Phone numbers that the rule was not written for: the example number of every country, in four sentences."""
    import phonenumbers

    forms = {
        "international": phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        "national": phonenumbers.PhoneNumberFormat.NATIONAL,
    }
    frames = {
        "a word beside": ("please call {} about it", "my mobile is {}, try that"),
        "no word beside": ("somebody left {} for you", "put {} on the list"),
    }
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    numbers = [number for region in regions if (number := phonenumbers.example_number(region)) is not None]
    print("| form | with a keyword | without a keyword |\n|---|---|---|")
    for form, written in forms.items():
        shares = []
        for sentences in frames.values():
            texts = [(phonenumbers.format_number(n, written), s) for n in numbers for s in sentences]
            texts = [(value, sentence) for value, sentence in texts if not is_surrogate(value)]
            found = sum(
                any(sentence.format(value)[one.start : one.end] == value for one in find_pii(sentence.format(value)))
                for value, sentence in texts
            )
            shares.append(f"{found / len(texts):.1%}")
        print(f"| {form} | {' | '.join(shares)} |")


def adding() -> None:
    """Rows per second of `add` with everything enabled."""
    path = PUBLIC / "clinc150" / "clinc150.jsonl"
    rows = len(path.read_text(encoding="utf-8").splitlines())
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            labels = sorted({json.loads(line)["label"] for line in path.read_text(encoding="utf-8").splitlines()})
            text = "name: b\nkind: intents\nlabels:\n" + "".join(f"  - name: {json.dumps(one)}\n" for one in labels)
            (Path(folder) / "winnow.yaml").write_text(text)
            workspace = winnow.open(folder)
            start = time.perf_counter()
            workspace.add(path)
            seconds = time.perf_counter() - start
            print(f"add: {rows:,} rows in {seconds:.1f} s, {rows / seconds:,.0f} per second", flush=True)


if __name__ == "__main__":
    for part in (synthetic, phones, alarms, adding):
        print(f"\n## {part.__doc__}\n", flush=True)
        part()
