"""Candidates keep a hash that recognizes their text in later files, and the occurrences that there were before them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    "ALTER TABLE candidate ADD COLUMN key_hash TEXT",
    "ALTER TABLE candidate ADD COLUMN last_occurrence INTEGER NOT NULL DEFAULT '0'",
    "DROP TRIGGER candidate_no_update",
    """
    UPDATE candidate SET last_occurrence = COALESCE((
        SELECT MAX(occurrence.id) FROM occurrence JOIN source ON source.id = occurrence.source_id
        WHERE source.at <= candidate.at
    ), 0)
    """,
    """
    CREATE TRIGGER candidate_no_update BEFORE UPDATE ON candidate WHEN NOT (NEW.run_id IS OLD.run_id AND NEW."round" IS OLD."round" AND NEW.position IS OLD.position AND NEW.request_id IS OLD.request_id AND NEW.record_id IS OLD.record_id AND NEW.label IS OLD.label AND NEW.outcome IS OLD.outcome AND NEW.reason IS OLD.reason AND NEW.at IS OLD.at AND NEW.key_hash IS OLD.key_hash AND NEW.last_occurrence IS OLD.last_occurrence AND NEW.detail = '{}' AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id)) BEGIN SELECT RAISE(ABORT, 'candidate rows are written once'); END
    """,
]
