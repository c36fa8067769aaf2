"""Labels of release rows that are added again, with who decided them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE restored_label (
        id INTEGER NOT NULL,
        record_id TEXT NOT NULL,
        source_id TEXT NOT NULL,
        label TEXT NOT NULL,
        decided_by TEXT NOT NULL CONSTRAINT ck_restored_label_decided_by CHECK (decided_by IN ('adjudicator', 'agreement', 'person', 'file', 'lot', 'nobody')),
        last_decision INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_restored_label_record_id UNIQUE (record_id, source_id),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(source_id) REFERENCES source (id)
    )
    """,
    """
    CREATE TRIGGER restored_label_no_update BEFORE UPDATE ON restored_label BEGIN SELECT RAISE(ABORT, 'restored_label rows are written once'); END
    """,
    """
    CREATE TRIGGER restored_label_no_delete BEFORE DELETE ON restored_label BEGIN SELECT RAISE(ABORT, 'restored_label rows are written once'); END
    """,
]
