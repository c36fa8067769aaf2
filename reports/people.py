"""The people page: how well those who label agree, what they confuse, whether suggestions lead them; lots too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from curation.agreement import Agreement, agreement
from curation.estimates import Estimate, Measure, NotMeasured
from curation.generation.costs import RunCost, run_costs
from curation.lots import Lot, lots
from curation.queues.accuracy import LabelAccuracy, confirmed, label_accuracy
from curation.queues.opinions import LEFT_OUT, opinions
from curation.queues.pace import people
from curation.queues.review import open_records
from curation.task import Task
from curation.working import working_table
from reports.page import render, write_page

NOBODY = NotMeasured("nobody has answered yet")


@dataclass(frozen=True)
class PeopleReport:
    """What answers tell about people, guidelines, labels and lots."""

    agreement: Agreement | None
    """None while nobody has answered."""
    accuracy: LabelAccuracy | None
    """Of labels that came with files, by the audit."""
    confirmed: Measure
    """Of single answers to hold-out records with two or more: how many the outcome confirms."""
    lots: list[Lot]
    generation: list[RunCost]
    """What generators made, and what it cost."""
    texts: dict[str, str]
    """Of the records that are quoted."""

    def json(self) -> dict[str, Any]:
        """The shape of `report --json`."""
        found = self.agreement
        return {
            "alpha": found.alpha.overall.json() if found else NOBODY.json(),
            "alpha_by_label": {k: v.json() for k, v in found.alpha.by_label.items()} if found else {},
            "confused_by_people": [
                {"labels": [one.first, one.second], "apart": one.apart, "records": one.records}
                for one in (found.pairs if found else ())
            ],
            "people": [
                {
                    "name": one.who,
                    "answers": one.answers,
                    "with_others": one.with_others.json(),
                    "seconds": one.seconds if isinstance(one.seconds, float) else None,
                    "adjudicated": one.adjudicated,
                    "overruled": [vars(case) for case in one.overruled],
                    "anchoring": one.anchoring.difference.json(),
                }
                for one in (found.annotators if found else ())
            ],
            "anchoring": found.anchoring.difference.json() if found else NOBODY.json(),
            "label_accuracy": self.accuracy.json() if self.accuracy else None,
            "single_answers_confirmed": self.confirmed.json(),
            "lots": [lot.json() for lot in self.lots],
            "generation": [run.json() for run in self.generation],
        }


def people_report(connection: Connection, task: Task) -> PeopleReport:
    """Measure everything about people at one moment."""
    table = working_table(connection)
    rows = table.to_dict("records")
    said = opinions(connection, task)
    decided = {
        row["id"]: row["label"] if row["state"] == "labeled" else LEFT_OUT
        for row in rows
        if row["decided_by"] == "adjudicator" and row["state"] in ("labeled", "rejected")
    }
    seconds = {one.name: float(one.seconds) for one in people(connection) if one.seconds is not None}
    found = agreement(said, adjudicated=decided, seconds=seconds) if len(said) else None
    quoted = {case.record for one in (found.annotators if found else ()) for case in one.overruled}
    standing = lots(connection, rows, waits=open_records(connection))  # type: ignore[arg-type]
    return PeopleReport(
        agreement=found,
        accuracy=label_accuracy(connection, table),
        confirmed=confirmed(said, table),
        lots=standing,
        generation=run_costs(connection, [{"id": r["id"], "state": r["state"]} for r in rows]),
        texts={row["id"]: row["text"] for row in rows if row["id"] in quoted},
    )


def points(measure: Measure) -> str:
    """A difference of shares with its interval, or why there is none."""
    if isinstance(measure, NotMeasured):
        return in_words(measure)
    return f"{100 * measure.value:+.1f} points ({100 * measure.low:+.1f} to {100 * measure.high:+.1f})"


def alpha_in_words(measure: Measure) -> str:
    """An alpha with its interval, or why there is none."""
    if isinstance(measure, NotMeasured):
        return in_words(measure)
    return f"{measure.value:.2f} ({measure.low:.2f} to {measure.high:.2f})"


def in_words(measure: Measure | float) -> str:
    """A share with its interval, or why there is none."""
    if isinstance(measure, NotMeasured):
        return f"not measured: {measure.why}"
    if isinstance(measure, Estimate):
        return f"{measure.value:.1%} ({measure.low:.1%} to {measure.high:.1%})"
    return f"{measure:.1f} s"


def write_people(report: PeopleReport, folder: Path) -> Path:
    """Draw the page."""
    page = render("people.html.j2", report=report, words=in_words, points=points, lot_words=lot_in_words)
    return write_page(page, folder / "people.html")


def lot_in_words(lot: Lot) -> str:
    """What is to be done with a lot."""
    verdict = lot.ruled or lot.ruling.verdict
    bound = lot.ruling.evidence.lot_rate_upper
    words = {
        "accepted": f"accepted: at most {bound:.1%} defects, at the level of all looks together",
        "refused": "refused: winnow push review --whole rescues it",
        "all_read": "read whole: every record counts by itself",
        "read_whole": "no look decided: it is read whole",
        "next_look": f"next look: {len(lot.needed()):,} more to read",
    }
    return words[verdict]
