"""Lots: which synthetic records are judged together, in which random order, and what was ruled at each look."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    ALTER TABLE queue_dataset ADD COLUMN kind TEXT NOT NULL DEFAULT 'open'
    """,
    """
    ALTER TABLE queued ADD COLUMN withheld TEXT
    """,
    """
    ALTER TABLE queued ADD COLUMN quotes TEXT NOT NULL DEFAULT '[]'
    """,
    """
    CREATE TABLE lot (
        id TEXT NOT NULL,
        generator TEXT NOT NULL,
        prompt_version TEXT NOT NULL,
        model TEXT NOT NULL,
        number INTEGER NOT NULL,
        settings TEXT NOT NULL,
        last_decision INTEGER NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_lot_generator UNIQUE (generator, prompt_version, model, number)
    )
    """,
    """
    CREATE TABLE lot_member (
        record_id TEXT NOT NULL,
        lot_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        proposed TEXT,
        PRIMARY KEY (record_id),
        CONSTRAINT uq_lot_member_lot_id UNIQUE (lot_id, position),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(lot_id) REFERENCES lot (id)
    )
    """,
    """
    CREATE TABLE lot_ruling (
        id INTEGER NOT NULL,
        lot_id TEXT NOT NULL,
        verdict TEXT NOT NULL CONSTRAINT ck_lot_ruling_verdict CHECK (verdict IN ('accepted', 'refused', 'all_read')),
        detail TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_lot_ruling_lot_id UNIQUE (lot_id, verdict),
        FOREIGN KEY(lot_id) REFERENCES lot (id)
    )
    """,
    """
    CREATE TRIGGER lot_no_update BEFORE UPDATE ON lot BEGIN SELECT RAISE(ABORT, 'lot rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_no_delete BEFORE DELETE ON lot BEGIN SELECT RAISE(ABORT, 'lot rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_member_no_update BEFORE UPDATE ON lot_member BEGIN SELECT RAISE(ABORT, 'lot_member rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_member_no_delete BEFORE DELETE ON lot_member BEGIN SELECT RAISE(ABORT, 'lot_member rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_ruling_no_update BEFORE UPDATE ON lot_ruling BEGIN SELECT RAISE(ABORT, 'lot_ruling rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_ruling_no_delete BEFORE DELETE ON lot_ruling BEGIN SELECT RAISE(ABORT, 'lot_ruling rows are written once'); END
    """,
]
