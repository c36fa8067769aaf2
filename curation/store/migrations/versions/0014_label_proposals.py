"""Labels that a model proposes for unlabeled records; a record can be in more than one lot, one after the other.

SQLite cannot change a primary key, so the table of members is copied and takes the old one's place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE label_proposal (
        id INTEGER NOT NULL,
        record_id TEXT NOT NULL,
        model TEXT NOT NULL,
        prompt_version TEXT NOT NULL,
        band TEXT NOT NULL,
        label TEXT NOT NULL,
        confidence FLOAT,
        last_decision INTEGER NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT uq_label_proposal_record_id UNIQUE (record_id, model),
        FOREIGN KEY(record_id) REFERENCES record (id)
    )
    """,
    """
    CREATE TRIGGER label_proposal_no_update BEFORE UPDATE ON label_proposal BEGIN SELECT RAISE(ABORT, 'label_proposal rows are written once'); END
    """,
    """
    CREATE TRIGGER label_proposal_no_delete BEFORE DELETE ON label_proposal BEGIN SELECT RAISE(ABORT, 'label_proposal rows are written once'); END
    """,
    """
    CREATE TRIGGER label_proposal_no_replace BEFORE INSERT ON label_proposal WHEN EXISTS (SELECT 1 FROM label_proposal WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM label_proposal WHERE record_id = NEW.record_id AND model = NEW.model) BEGIN SELECT RAISE(ABORT, 'label_proposal rows are written once'); END
    """,
    """
    CREATE TABLE lot_member_copy (
        record_id TEXT NOT NULL,
        lot_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        proposed TEXT,
        proposal_id INTEGER,
        PRIMARY KEY (record_id, lot_id),
        CONSTRAINT uq_lot_member_lot_id UNIQUE (lot_id, position),
        FOREIGN KEY(record_id) REFERENCES record (id),
        FOREIGN KEY(lot_id) REFERENCES lot (id),
        FOREIGN KEY(proposal_id) REFERENCES label_proposal (id)
    )
    """,
    """
    INSERT INTO lot_member_copy (rowid, record_id, lot_id, position, proposed)
    SELECT rowid, record_id, lot_id, position, proposed FROM lot_member
    """,
    "DROP TABLE lot_member",
    "ALTER TABLE lot_member_copy RENAME TO lot_member",
    """
    CREATE INDEX ix_lot_member_proposal_id ON lot_member (proposal_id)
    """,
    """
    CREATE TRIGGER lot_member_no_update BEFORE UPDATE ON lot_member BEGIN SELECT RAISE(ABORT, 'lot_member rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_member_no_delete BEFORE DELETE ON lot_member BEGIN SELECT RAISE(ABORT, 'lot_member rows are written once'); END
    """,
    """
    CREATE TRIGGER lot_member_no_replace BEFORE INSERT ON lot_member WHEN EXISTS (SELECT 1 FROM lot_member WHERE record_id = NEW.record_id AND lot_id = NEW.lot_id) OR EXISTS (SELECT 1 FROM lot_member WHERE lot_id = NEW.lot_id AND position = NEW.position) BEGIN SELECT RAISE(ABORT, 'lot_member rows are written once'); END
    """,
]
