"""The JSON Schemas of public records: `python -m winnow.json_schemas FOLDER` writes one file per record."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import TypeAdapter

from winnow.core.atomic import atomic_write
from winnow.core.interaction_line import InteractionLine
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.suspected_labels import LabelErrors
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.io.dropped_line import DroppedLine
from winnow.curation.releases.manifest import Manifest
from winnow.curation.releases.release_lines import ExclusionLine, MustPassCase, ReleaseRow
from winnow.curation.review.label_accuracy_facts import LabelAccuracyFacts
from winnow.curation.review.lot_facts import LotFacts
from winnow.operations.compare import ComparisonOutput, ToolComparisonOutput
from winnow.operations.feedback import FeedbackOutput, ToolFeedbackOutput
from winnow.reports.report_facts import DailyReportFacts
from winnow.training.adapter.adapter_plan import AdapterPlan
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts
from winnow.training.folds.fold_facts import CrossValidation, OutOfFoldRow
from winnow.training.forgetting.general_facts import GeneralFacts
from winnow.training.monitoring.ab_test.ab_facts import AbTestFacts
from winnow.training.monitoring.decision_facts import DecisionFacts
from winnow.training.packaging.classifiers.router_file import RouterFile
from winnow.training.run_facts import RunFile
from winnow.training.suites.suite_facts import FormatSensitivity, SuiteFacts

PUBLIC_RECORDS: dict[str, type[object]] = {
    "adapter_plan": AdapterPlan,
    "ab_test": AbTestFacts,
    "comparison": ComparisonOutput,
    "cross_validation": CrossValidation,
    "decision": DecisionFacts,
    "dropped_row": DroppedLine,
    "evaluation": EvaluationFacts,
    "exclusion": ExclusionLine,
    "feedback": FeedbackOutput,
    "format_sensitivity": FormatSensitivity,
    "gate": Gate,
    "general": GeneralFacts,
    "interaction": InteractionLine,
    "label_accuracy": LabelAccuracyFacts,
    "label_errors": LabelErrors,
    "lot": LotFacts,
    "manifest": Manifest,
    "must_pass_case": MustPassCase,
    "out_of_fold_row": OutOfFoldRow,
    "packaged_router": RouterFile,
    "release_row": ReleaseRow,
    "report": DailyReportFacts,
    "run": RunFile,
    "tool_evaluation": ToolEvaluationFacts,
    "tool_feedback": ToolFeedbackOutput,
    "tool_comparison": ToolComparisonOutput,
    "suite": SuiteFacts,
    "working_row": WorkingRow,
}
"""Every public record by the name of its schema. A new record is one entry here."""


def schema_text(record: type[object]) -> str:
    """The JSON Schema of a record, as the content of its file."""
    return json.dumps(TypeAdapter(record).json_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> None:
    """Write the schema of every public record."""
    for name, record in PUBLIC_RECORDS.items():
        with atomic_write(folder / f"{name}.schema.json") as temporary:
            temporary.write_text(schema_text(record), encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
