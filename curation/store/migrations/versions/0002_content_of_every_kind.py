"""Records of every kind: `record.text` becomes `record.content`, and `record.kind` is no longer limited to two words.

Which kinds there are is code (`winnow.validators.kinds`), so the database does not repeat it. SQLite cannot drop a
constraint, so the table is copied and takes the old one's place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE record_copy (
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        content TEXT NOT NULL,
        fold_key TEXT NOT NULL,
        group_id TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(group_id) REFERENCES record_group (id)
    )
    """,
    """
    INSERT INTO record_copy (rowid, id, kind, content, fold_key, group_id, at)
    SELECT rowid, id, kind, text, fold_key, group_id, at FROM record
    """,
    # Without this, renaming fails: a trigger of record_group reads the table that was dropped.
    "PRAGMA legacy_alter_table = ON",
    "DROP TABLE record",
    "ALTER TABLE record_copy RENAME TO record",
    "PRAGMA legacy_alter_table = OFF",
    "CREATE INDEX ix_record_fold_key ON record (fold_key)",
    "CREATE INDEX ix_record_group_id ON record (group_id)",
    """
    CREATE TRIGGER record_no_update BEFORE UPDATE ON record WHEN NOT (NEW.id IS OLD.id AND NEW.kind IS OLD.kind AND NEW.group_id IS OLD.group_id AND NEW.at IS OLD.at AND NEW.content = '' AND NEW.fold_key = '' AND EXISTS (SELECT 1 FROM forgotten WHERE record_id = OLD.id)) BEGIN SELECT RAISE(ABORT, 'record rows are written once'); END
    """,
]
