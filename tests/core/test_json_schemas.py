from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from winnow.json_schemas import PUBLIC_RECORDS, schema_text

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


def undescribed_properties(schema: Any, place: str = "") -> Iterator[str]:
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from (f"{place}.{name}" for name, one in properties.items() if not one.get("description"))
        for name, part in schema.items():
            yield from undescribed_properties(part, f"{place}.{name}")


@pytest.mark.parametrize("name", PUBLIC_RECORDS)
def test_the_stored_schema_is_current(name: str) -> None:
    stored = (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    assert stored == schema_text(PUBLIC_RECORDS[name]), "run make schemas"


def test_no_schema_is_stored_for_a_record_that_is_not_public() -> None:
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{name}.schema.json" for name in PUBLIC_RECORDS}


@pytest.mark.parametrize("name", PUBLIC_RECORDS)
def test_every_property_has_a_description(name: str) -> None:
    assert list(undescribed_properties(json.loads(schema_text(PUBLIC_RECORDS[name])))) == []
