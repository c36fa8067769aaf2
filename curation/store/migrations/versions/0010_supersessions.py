"""Which record corrects which: the new one supersedes the old one."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE supersession (
        id INTEGER NOT NULL,
        record_id TEXT NOT NULL,
        superseded_id TEXT NOT NULL,
        source_id TEXT NOT NULL,
        who TEXT NOT NULL,
        why TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_supersession_record_id UNIQUE (record_id, superseded_id, source_id),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(superseded_id) REFERENCES record (id),
        FOREIGN KEY(source_id) REFERENCES source (id)
    )
    """,
    """
    CREATE TRIGGER supersession_no_update BEFORE UPDATE ON supersession BEGIN SELECT RAISE(ABORT, 'supersession rows are written once'); END
    """,
    """
    CREATE TRIGGER supersession_no_delete BEFORE DELETE ON supersession WHEN NOT (EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id) OR EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.superseded_id)) BEGIN SELECT RAISE(ABORT, 'supersession rows are written once'); END
    """,
    """
    CREATE TRIGGER supersession_no_replace BEFORE INSERT ON supersession WHEN EXISTS (SELECT 1 FROM supersession WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM supersession WHERE record_id = NEW.record_id AND superseded_id = NEW.superseded_id AND source_id = NEW.source_id) BEGIN SELECT RAISE(ABORT, 'supersession rows are written once'); END
    """,
]
