"""What each command shows: one function a screen, on top of `winnow.terminal`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from winnow.generated import run_in_words
from winnow.terminal import note, printable, say, table

if TYPE_CHECKING:
    from curation.add import AddResult
    from curation.check import Check
    from curation.coverage import Coverage
    from curation.diff import Diff
    from curation.freeze import Frozen
    from curation.queues.desk import PullReport, Pushed
    from curation.queues.pace import Left
    from curation.show import Shown
    from curation.status import Status
    from curation.waivers import Waiver
    from reports.people import PeopleReport
    from validators.gates import Gate

VERDICT_STYLE = {"pass": "green", "fail": "bold red", "waived": "yellow", "not_measured": "yellow"}


def say_added(result: AddResult) -> None:
    """What `add` did."""
    for line in result.notes:
        note(printable(line))
    say(f"given {result.given:,} = added {result.added:,} + known {result.known:,} + dropped {result.dropped:,}")
    if result.added:
        say("reserved " + ", ".join(f"{split} {count:,}" for split, count in result.reserves.items()))
    if result.reasons:
        say("dropped because " + ", ".join(f"{reason} {count:,}" for reason, count in result.reasons.items()))
        say(f"mend and add again: {result.dropped_file}")
    if result.private:
        say("private data replaced by stand-ins: " + ", ".join(f"{k} {n:,}" for k, n in result.private.items()))
    for name, count in result.flagged.items():
        say(f"flagged {count:,} for {name}; they are kept")


def say_status(status: Status) -> None:
    """Counts by state, origin, label and reserve."""
    states = {state: count for state, count in status.by_state.items() if count}
    counts = {"records": states, "origin": status.by_origin, "reserve": status.reserves, "queues": status.queues}
    counts["waiting"] = status.waiting
    rows = [(name, ", ".join(f"{k} {n:,}" for k, n in values.items()) or "none") for name, values in counts.items()]
    rows += [("lot", _lot(lot, status.seconds)) for lot in status.lots]
    rows += [("generated", run_in_words(run)) for run in status.generation]
    rows += [
        ("source", f"{s['id']}  {s['name']}  {s['origin']}, licence {s['licence']}{_retracted(s)}")
        for s in status.sources
    ]
    if status.forgotten:
        rows.append(("forgotten", f"{status.forgotten:,}"))
    rows += [("releases", ", ".join(status.releases) or "none"), ("runs", ", ".join(status.runs) or "none")]
    table(["", ""], rows)
    say()
    labels = sorted(status.by_label.items(), key=lambda item: -item[1])
    table(["label", "labeled"], [(name, f"{count:,}") for name, count in labels], right=[1])
    if status.waivers:
        say()
        say_waivers(status.waivers)


def _lot(lot: Mapping[str, Any], seconds: float | None) -> str:
    """A lot in one line: what was read, what it waits for, how many minutes of reading that is."""
    name = f"{lot['generator']} {lot['prompt_version']} {lot['model']}"
    if lot["verdict"] == "not_drawn":
        return f"{name}: {lot['records']:,} records that no lot has yet; winnow push review"
    read = f"{name} #{lot['number']}, {lot['records']:,} records: {lot['read']:,} read, {lot['defects']:,} defects"
    minutes = f", about {max(1, round(lot['more'] * seconds / 60)):,} minutes" if seconds and lot["more"] else ""
    waits = f"{lot['more']:,} more to read{minutes}" if lot["more"] else ""
    words = {
        "accepted": f"accepted, at most {lot['defect_rate_upper']:.1%} defects (one-sided)",
        "refused": "refused; winnow push review --whole rescues it",
        "all_read": "read whole",
        "read_whole": "to be read whole",
        "next_look": "next look",
    }
    taken_out = f"read whole: {', '.join(lot['taken_out'])}" if lot["taken_out"] else ""
    return "; ".join(filter(None, (read, words[lot["verdict"]], waits, taken_out)))


def _retracted(source: Mapping[str, Any]) -> str:
    return f"  (retracted {source['retracted_at']})" if source["retracted_at"] else ""


def say_check(check: Check) -> None:
    """Every gate, what failed and how to mend it, and what thresholds would cost."""
    rows = [
        (
            gate.name,
            "–" if gate.measured is None else f"{gate.measured:g}",
            f"{'≤' if gate.bound == 'at_most' else '≥'} {gate.threshold:g}",
            Text(_verdict(gate), style=VERDICT_STYLE[gate.verdict]),
        )
        for gate in check.gates
    ]
    table(["gate", "measured", "threshold", "verdict"], rows, right=[1, 2])
    for gate in check.gates:
        if gate.evidence or gate.fix:
            say()
            say(gate.name, style=VERDICT_STYLE[gate.verdict])
            for line in gate.evidence:
                say(f"  {printable(line)}")
            if gate.fix:
                say(f"  fix: {gate.fix}", style="bold")
    say()
    table(
        ["cosine", "duplicates", "of train", "worst label", "leaks", "of train"],
        [
            (
                f"{cost.cosine:.2f}",
                f"{cost.duplicates:,}",
                f"{cost.duplicates_share:.1%}",
                f"{cost.worst_label_share:.1%}",
                f"{cost.leaks:,}",
                f"{cost.leaks_share:.1%}",
            )
            for cost in check.costs
        ],
        right=range(6),
    )
    counts = check.selected["split"].value_counts()
    say()
    say("would be released: " + ", ".join(f"{s} {counts.get(s, 0):,}" for s in ("train", "validation", "test")))
    if check.excluded:
        say("left out: " + ", ".join(f"{reason} {count:,}" for reason, count in check.excluded.items()))


def say_people(report: PeopleReport) -> None:
    """Agreement, what people confuse, each person, label accuracy."""
    from reports.people import alpha_in_words, in_words, lot_in_words, points

    found = report.agreement
    if found is None:
        say("nobody has answered yet: winnow push label, winnow pull")
    else:
        say(f"Krippendorff's alpha: {alpha_in_words(found.alpha.overall)}")
        say(f"suggestions lead people by: {points(found.anchoring.difference)}")
        rows = [
            (
                one.who,
                f"{one.answers:,}",
                in_words(one.with_others),
                in_words(one.seconds),
                f"{len(one.overruled)} of {one.adjudicated}",
            )
            for one in found.annotators
        ]
        table(
            ["who", "answers", "with most of the others", "an answer takes", "adjudicated otherwise"], rows, right=[1]
        )
        for pair in found.pairs[:5]:
            say(
                f"people confuse {pair.first} and {pair.second}, {pair.apart:,} times: mend the guideline, not the data"
            )
    say(f"labels from files: {_audited(report)}")
    say(f"single answers to hold-out confirmed: {in_words(report.confirmed)}")
    for lot in report.lots:
        say(f"lot {lot.name}: {lot_in_words(lot)}")


def _audited(report: PeopleReport) -> str:
    one = report.accuracy
    if one is None:
        return "accuracy not measured; winnow push audit"
    return f"{one.share:.1%} right ({one.low:.1%} to {one.high:.1%}), {one.audited:,} audited"


def say_coverage(coverage: Coverage) -> None:
    """What traffic is not covered, which labels are short, one-sided or overlap."""
    from curation.overlap import SLIGHTEST

    if coverage.share is None:
        say("traffic covered: not measured; " + ("train is too small" if coverage.seen else "no unlabeled log query"))
    else:
        near = f"cosine {coverage.check.cover.near:.3f} or above"
        say(f"traffic covered: {coverage.share:.1%} of {coverage.seen:,} queries ({near})")
    if coverage.synthetic_only:
        say(f"covered by synthetic records only: {coverage.synthetic_only:,} queries")
    if coverage.regions:
        say()
        rows = [
            (region.id, f"{region.queries:,}", ", ".join(region.words), region.nearest_label, region.examples[0].text)
            for region in coverage.regions[:10]
        ]
        table(["region", "queries", "words", "nearest label", "for example"], rows, right=[1])
    more = len(coverage.regions) - 10
    if more > 0:
        say(f"and {more} more regions, on the page")
    overlapping = [
        (" and ".join(one.labels), f"{one.score:.1%}", one.advice)
        for one in coverage.overlaps[:5]
        if one.score >= SLIGHTEST
    ]
    if overlapping:
        say()
        table(["labels", "overlap", "advice"], overlapping, right=[1])
    say()
    short, one_sided = coverage.short_labels, coverage.check.marginals.short_labels()
    target = coverage.check.task.targets.per_label
    say(f"labels under the target of {target}: {_some(list(short))}")
    say(f"labels worded too much alike: {_some(sorted(one_sided))}")


def _some(names: Sequence[str], shown: int = 8) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return (", ".join(map(printable, names[:shown])) or "none") + more


def _verdict(gate: Gate) -> str:
    """The verdict, and the part that failed it where the whole is within the threshold."""
    part = gate.evidence[0].partition(" loses ")[0] if gate.evidence and " loses " in gate.evidence[0] else ""
    within = gate.measured is not None and gate.measured <= gate.threshold
    return f"fail: {part}" if gate.verdict == "fail" and part and within else gate.verdict


def say_waivers(waivers: Sequence[Waiver]) -> None:
    """Every exception that stands, the one that ends first at the top."""
    if waivers:
        rows = [(w.gate, w.by, w.reason, w.until, str(w.days_left)) for w in waivers]
        table(["waived", "by", "reason", "until", "days left"], rows, right=[4])


def say_pushed(pushed: Pushed) -> None:
    """What is new in a queue, what waits, and where people find it."""
    for old, new in pushed.moved:
        say(f"the labels have changed: what nobody had answered in {old} moved on to {new}", style="yellow")
    where = ", ".join(f"{name} {count:,}" for name, count in pushed.datasets.items())
    say(f"queue {pushed.queue}: {pushed.records:,} new records" + (f" ({where})" if where else ""))
    if pushed.queue == "label" and pushed.records:
        shown = pushed.records - pushed.blind
        say(f"with a suggestion {shown:,}, without {pushed.blind:,} (hold-out reserve, and the blind share of train)")
    say(f"waiting {pushed.waiting:,}{_minutes(pushed.left)}; not pushed yet {pushed.candidates:,}")
    if pushed.unjudged:
        say(f"too rare to be judged by others: {_some(list(pushed.unjudged))}", style="yellow")
    say(f"people answer at {pushed.url}; the handbook is {pushed.handbook}")


def say_pulled(report: PullReport) -> None:
    """What came in, who did how much, what is left."""
    pulled = report.pulled
    queues = ", ".join(f"{name} {count:,}" for name, count in pulled.by_queue.items())
    said = f"{pulled.answers:,} new or edited answers" + (f" ({queues})" if queues else "")
    say(f"{said} on {len(pulled.records):,} records: {pulled.decisions:,} decisions, {pulled.discarded:,} discarded")
    for reason, count in pulled.not_understood.items():
        say(f"{count:,} answers decide nothing: {printable(reason)}", style="yellow")
    if pulled.missing:
        say(f"this server does not have {_some(pulled.missing)}: is it another one than before?", style="yellow")
    for name, records in pulled.flagged.items():
        say(f"flagged {name}: {_some(records)}; winnow show ID, winnow forget ID", style="yellow")
    if report.people:
        rows = [
            (
                one.name,
                f"{pulled.by_person[one.name]:,}",
                f"{one.answers:,}",
                f"{one.discarded:,}",
                "–" if one.seconds is None else f"{one.seconds:.1f} s",
            )
            for one in report.people
        ]
        table(["who", "new", "answered", "discarded", "an answer takes"], rows, right=[1, 2, 3, 4])
    queued = ", ".join(f"{queue} {count:,}" for queue, count in report.left.waiting.records.items()) or "nothing"
    say(f"waiting: {queued}{_minutes(report.left)}")
    for lot in report.ruled:
        say(f"lot {_lot(lot.json(), None)}", style="green" if lot.ruled == "accepted" else "yellow")
    if report.unsettled:
        say(f"people disagree, or could not say, on {report.unsettled:,} records that no adjudicator has yet")


def _minutes(left: Left) -> str:
    """What is left in answers, and in minutes at the measured pace."""
    answers = left.waiting.answers
    if not answers:
        return ""
    told = f"{answers:,} answers to give in all queues"
    if left.minutes is None:
        return f" ({told})"
    return f" ({told}, {f'about {left.minutes:,.0f} minutes' if left.minutes >= 1.5 else 'about a minute'})"


def say_diff(diff: Diff) -> None:
    """What changed, in counts, with some of each kind."""
    say(", ".join(f"{count:,} {kind}" for kind, count in diff.counts.items()))
    rows = [(f"{split} rows", *_from_to(*pair)) for split, pair in diff.rows.items()]
    rows += [(f"left out: {reason}", *_from_to(*pair)) for reason, pair in diff.exclusions.items()]
    table(["", diff.old, diff.new, "change"], rows, right=[1, 2, 3])
    for before, after, count in diff.relabelings[:10]:
        say(f"relabeled {printable(before)} to {printable(after)}: {count:,}")
    for kind in diff.counts:
        shown = [change for change in diff.changes if change.kind == kind][:5]
        if shown:
            say()
            lines = [(c.text[:80], " → ".join(filter(None, (c.before, c.after))), c.split, c.reason) for c in shown]
            table([kind, "label", "split", "reason"], lines)


def _from_to(old: int, new: int) -> tuple[str, str, str]:
    return f"{old:,}", f"{new:,}", f"{new - old:+,}" if new != old else "0"


def say_frozen(frozen: Frozen) -> None:
    """What `freeze` made."""
    say(f"release {frozen.release}: " + ", ".join(f"{split} {count:,}" for split, count in frozen.counts.items()))
    if frozen.excluded:
        say("left out: " + ", ".join(f"{reason} {count:,}" for reason, count in frozen.excluded.items()))
    highest = frozen.max_cross_split_similarity
    say(f"highest similarity between train and hold-out: {'not measured' if highest is None else f'{highest:.6f}'}")
    say(f"path {frozen.path}")
    say(f"manifest SHA-256 {frozen.sha256}")


def say_shown(shown: Shown) -> None:
    """One record."""
    record = shown.record
    facts = [
        ("text", record["text"]),
        ("id", record["id"]),
        ("state", record["state"] + (f" ({' or '.join(record['candidates'])})" if record["candidates"] else "")),
        ("label", record["label"] or "none"),
        ("decided by", record["decided_by"]),
        ("origin", record["origin"]),
        ("reserve", f"{record['reserve']} ({shown.reserve_why})"),
        ("family", record["family"]),
        ("weight", str(record["weight"])),
        ("releases", ", ".join(f"{r['release']} ({r['split']})" for r in shown.releases) or "none"),
    ]
    facts += [("flag", f"{flag['name']}: {flag['detail']}") for flag in shown.flags]
    table(["", ""], facts)
    say()
    head = ["source", "row", "label", "split", "origin", "added", ""]
    sightings = [
        (
            s["name"],
            str(s["row"]),
            s["given_label"] or "–",
            s["given_split"] or "–",
            s["origin"],
            s["at"],
            "retracted" if s["retracted_at"] else "",
        )
        for s in shown.sightings
    ]
    table(head, sightings, right=[1])
    say()
    decisions = [(d["actor"], d["who"], d["kind"], d["value"], d["why"], d["at"]) for d in shown.decisions]
    table(["actor", "who", "decision", "value", "why", "when"], decisions)
    say()
    if shown.neighbours is None:
        say("neighbours: not measured; winnow check compares labeled records and log queries")
        return
    near = [(f"{n['similarity']:.3f}", n["label"] or n["state"], n["reserve"], n["text"]) for n in shown.neighbours]
    table(["cosine", "label", "reserve", "nearest records"], near, right=[0])
