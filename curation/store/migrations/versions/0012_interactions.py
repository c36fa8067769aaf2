"""Which lines of interaction logs were taken, and the record that each of them is about."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE interaction (
        id INTEGER NOT NULL,
        "key" TEXT NOT NULL,
        line_hash TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        record_id TEXT NOT NULL,
        source_id TEXT NOT NULL,
        "row" INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        proposed TEXT,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_interaction_source_id UNIQUE (source_id, line_hash),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(source_id) REFERENCES source (id)
    )
    """,
    """
    CREATE INDEX ix_interaction_key ON interaction ("key")
    """,
    """
    CREATE TRIGGER interaction_no_update BEFORE UPDATE ON interaction BEGIN SELECT RAISE(ABORT, 'interaction rows are written once'); END
    """,
    """
    CREATE TRIGGER interaction_no_delete BEFORE DELETE ON interaction WHEN NOT (EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.record_id)) BEGIN SELECT RAISE(ABORT, 'interaction rows are written once'); END
    """,
    """
    CREATE TRIGGER interaction_no_replace BEFORE INSERT ON interaction WHEN EXISTS (SELECT 1 FROM interaction WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM interaction WHERE source_id = NEW.source_id AND line_hash = NEW.line_hash) BEGIN SELECT RAISE(ABORT, 'interaction rows are written once'); END
    """,
]
