"""The annotators page: agreement, confused labels, influence of suggestions, lots and the cost of generation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.result import Measure, NotMeasured
from winnow.curation.annotations.agreement import Agreement
from winnow.curation.review.label_accuracy import LabelAccuracy
from winnow.curation.review.lots import Lot
from winnow.generators.run_costs import RunCost
from winnow.reports.formatting import describe_lot, format_difference, format_measure
from winnow.reports.html import render, write_page

NO_RESPONSES = NotMeasured("no responses yet")


@dataclass(frozen=True)
class AnnotatorReport:
    """What responses show about annotators, guidelines, labels and lots."""

    agreement: Agreement | None
    """None while there are no responses."""
    accuracy: LabelAccuracy | None
    """Accuracy of labels from files, by audit."""
    confirmed: Measure
    """Share of single responses, to hold-out records with two or more, that the outcome confirms."""
    lots: list[Lot]
    generation: list[RunCost]
    """Generation runs and their cost."""
    texts: dict[str, str]
    """Texts of the quoted records, by id."""

    def json(self) -> dict[str, Any]:
        """The shape of `report --json`."""
        found = self.agreement
        return {
            "alpha": found.alpha.overall.json() if found else NO_RESPONSES.json(),
            "alpha_by_label": {k: v.json() for k, v in found.alpha.by_label.items()} if found else {},
            "confused_by_people": [
                {"labels": [one.first, one.second], "disagreements": one.disagreements, "records": one.records}
                for one in (found.pairs if found else ())
            ],
            "people": [
                {
                    "name": one.who,
                    "responses": one.responses,
                    "majority_agreement": one.majority_agreement.json(),
                    "seconds": one.seconds if isinstance(one.seconds, float) else None,
                    "adjudicated": one.adjudicated,
                    "overruled": [vars(case) for case in one.overruled],
                    "anchoring": one.anchoring.difference.json(),
                }
                for one in (found.annotators if found else ())
            ],
            "anchoring": found.anchoring.difference.json() if found else NO_RESPONSES.json(),
            "label_accuracy": self.accuracy.facts().model_dump(mode="json") if self.accuracy else None,
            "single_answers_confirmed": self.confirmed.json(),
            "lots": [lot.facts().model_dump(mode="json") for lot in self.lots],
            "generation": [run.json() for run in self.generation],
        }


def write_annotators(report: AnnotatorReport, folder: Path) -> Path:
    """Write `annotators.html`; returns its path."""
    page = render(
        "annotators.html.j2", report=report, words=format_measure, points=format_difference, lot_words=describe_lot
    )
    return write_page(page, folder / "annotators.html")
