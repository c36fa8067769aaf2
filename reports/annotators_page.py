"""The annotators page: agreement, confused labels, influence of suggestions, lots and the cost of generation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from winnow.core.commands import command
from winnow.core.result import Measure, NotMeasured
from winnow.curation.annotations.agreement import Agreement, AnnotatorAgreement
from winnow.curation.annotations.argument_agreement import ArgumentAgreement
from winnow.curation.review.label_accuracy import LabelAccuracy
from winnow.curation.review.lots import Lot
from winnow.generators.run_costs import RunCost
from winnow.reports.formatting import describe_lot, format_difference, format_measure
from winnow.reports.html import render, write_page
from winnow.reports.report_facts import AgreementFacts, AnnotatorFacts, ArgumentAgreementFacts, ConfusedByPeople

NO_RESPONSES = NotMeasured("no responses yet")

NOT_AUDITED = NotMeasured(f"no label was audited; run {command('push audit')}")


@dataclass(frozen=True)
class AnnotatorReport:
    """What responses show about annotators, guidelines, labels and lots."""

    agreement: Agreement | None
    """None while there are no responses."""
    implausible: dict[str, int]
    """Responses by annotator that came faster than their record can be read."""
    accuracy: LabelAccuracy | None
    """Accuracy of labels from files, by audit."""
    confirmed: Measure
    """Share of single responses, to hold-out records with two or more, that the outcome confirms."""
    lots: list[Lot]
    generation: list[RunCost]
    """Generation runs and their cost."""
    arguments: list[ArgumentAgreement]
    """Agreement by argument, in dialogues."""
    texts: dict[str, str]
    """Texts of the quoted records, by id."""

    def facts(self) -> AgreementFacts:
        """The figures for `report --json`."""
        found = self.agreement
        return AgreementFacts(
            alpha=found.alpha.overall if found else NO_RESPONSES,
            alpha_by_label=dict(found.alpha.by_label) if found else {},
            confused_by_people=[
                ConfusedByPeople(labels=(one.first, one.second), disagreements=one.disagreements, records=one.records)
                for one in (found.pairs if found else ())
            ],
            arguments=[
                ArgumentAgreementFacts(tool=one.tool, argument=one.argument, agreement=one.agreement)
                for one in self.arguments
            ],
            people=[
                _annotator_facts(one, self.implausible.get(one.who, 0)) for one in (found.annotators if found else ())
            ],
            anchoring=found.anchoring.difference if found else NO_RESPONSES,
            label_accuracy=self.accuracy.facts()
            if self.accuracy
            else NotMeasured(f"no label was audited; run {command('push audit')}"),
            single_answers_confirmed=self.confirmed,
            lots=[lot.facts() for lot in self.lots],
            generation=[run.json() for run in self.generation],
        )


def _annotator_facts(one: AnnotatorAgreement, implausible: int) -> AnnotatorFacts:
    return AnnotatorFacts(
        name=one.who,
        responses=one.responses,
        majority_agreement=one.majority_agreement,
        seconds=one.seconds,
        implausible=implausible,
        adjudicated=one.adjudicated,
        overruled=list(one.overruled),
        anchoring=one.anchoring.difference,
    )


def write_annotators(report: AnnotatorReport, folder: Path) -> Path:
    """Write `annotators.html`; returns its path."""
    page = render(
        "annotators.html.j2", report=report, words=format_measure, points=format_difference, lot_words=describe_lot
    )
    return write_page(page, folder / "annotators.html")
