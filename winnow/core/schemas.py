"""Schemas of the tables that are passed between stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import pandera.pandas as pa

from winnow.core.counted import counted
from winnow.core.vocabulary import ORIGINS, SPLITS


def release_schema(labels: Sequence[str]) -> pa.DataFrameSchema:
    """The schema that every row of a release must satisfy."""
    return pa.DataFrameSchema(
        {
            "id": pa.Column(str, pa.Check.str_matches(r"^[0-9a-f]{20}$", error="is not a record id"), unique=True),
            "text": pa.Column(str, pa.Check.str_length(min_value=1, error="is empty")),
            "label": pa.Column(str, pa.Check.isin(list(labels), error="is not in winnow.yaml: put it back")),
            "split": pa.Column(str, pa.Check.isin(SPLITS, error="is not a split")),
            "origin": pa.Column(str, pa.Check.isin(ORIGINS, error="is not an origin")),
            "group": pa.Column(str, pa.Check.str_length(min_value=1, error="is empty")),
            "weight": pa.Column(int, pa.Check.ge(1, error="is less than 1")),
        },
        coerce=False,
        strict=False,
    )


def schema_problems(table: pd.DataFrame, labels: Sequence[str]) -> list[str]:
    """One sentence per violation of the release schema; empty when there is none."""
    try:
        release_schema(labels).validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        counts = Counter(
            (case.column, repr(case.failure_case), str(case.check).removeprefix("field_"))
            for case in error.failure_cases.itertuples()
        )
        return [
            f"{column} {value} {check} ({counted(count, 'row')})"
            for (column, value, check), count in counts.most_common()
        ]
    return []
