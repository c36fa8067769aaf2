"""Which column groups the rows of files with the same columns, as it was answered once."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection, insert, select

from winnow.curation.io.readers.columns import NO_COLUMN
from winnow.curation.store.tables import setting, source

PREFIX = "group_column"


def group_answers(connection: Connection) -> dict[str, str]:
    """The latest answer, a group column or `none`, by the key of the columns of a file."""
    return {key: column for (key, _), column in sorted(_all_answers(connection).items())}


def live_group_columns(connection: Connection) -> dict[str, str]:
    """The group column, or `none`, that each unretracted file was added with, by its hash."""
    query = select(source.c.file_hash, source.c.settings).where(source.c.retracted_at.is_(None))
    found = {digest: json.loads(settings) for digest, settings in connection.execute(query).tuples()}
    return {digest: settings.get("columns", {}).get("group", NO_COLUMN) for digest, settings in found.items()}


def store_group_answers(connection: Connection, answers: Mapping[str, str]) -> None:
    """Remember answers that differ from the latest ones; settings are written once, so earlier ones stay."""
    stored, latest = _all_answers(connection), group_answers(connection)
    for key, column in answers.items():
        if latest.get(key) != column:
            number = sum(known == key for known, _ in stored) + 1
            connection.execute(insert(setting).values(name=f"{PREFIX}:{key}:{number}", value=column))


def _all_answers(connection: Connection) -> dict[tuple[str, int], str]:
    """Every answer by the key of the columns and its number, from 1."""
    query = select(setting.c.name, setting.c.value).where(setting.c.name.startswith(f"{PREFIX}:"))
    found = {}
    for name, column in connection.execute(query).tuples():
        _, key, number = name.split(":")
        found[key, int(number)] = column
    return found
