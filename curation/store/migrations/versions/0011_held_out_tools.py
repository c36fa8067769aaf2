"""Groups that are in test because a dialogue calls a tool that is held out: a further value of `record_group.why`.

SQLite cannot change a constraint, so the table is copied and takes the old one's place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE record_group_copy (
        id TEXT NOT NULL,
        declared TEXT NOT NULL,
        assigned_split TEXT NOT NULL CONSTRAINT ck_record_group_assigned_split CHECK (assigned_split IN ('train', 'validation', 'test')),
        why TEXT NOT NULL CONSTRAINT ck_record_group_why CHECK (why IN ('given', 'drawn', 'train_only', 'held_out_tool')),
        stratum TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    """
    INSERT INTO record_group_copy (rowid, id, declared, assigned_split, why, stratum, at)
    SELECT rowid, id, declared, assigned_split, why, stratum, at FROM record_group
    """,
    # Without this, renaming would change the table that foreign keys of `record` refer to.
    "PRAGMA legacy_alter_table = ON",
    "DROP TABLE record_group",
    "ALTER TABLE record_group_copy RENAME TO record_group",
    "PRAGMA legacy_alter_table = OFF",
    """
    CREATE TRIGGER record_group_no_update BEFORE UPDATE ON record_group WHEN NOT (NEW.id IS OLD.id AND NEW.assigned_split IS OLD.assigned_split AND NEW.why IS OLD.why AND NEW.stratum IS OLD.stratum AND NEW.at IS OLD.at AND NEW.declared = '' AND NOT EXISTS (SELECT 1 FROM record WHERE group_id = OLD.id AND id NOT IN (SELECT record_id FROM forgotten))) BEGIN SELECT RAISE(ABORT, 'record_group rows are written once'); END
    """,
    """
    CREATE TRIGGER record_group_no_delete BEFORE DELETE ON record_group BEGIN SELECT RAISE(ABORT, 'record_group rows are written once'); END
    """,
    """
    CREATE TRIGGER record_group_no_replace BEFORE INSERT ON record_group WHEN EXISTS (SELECT 1 FROM record_group WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'record_group rows are written once'); END
    """,
]
