"""Where a deployed run answers, and the names that runs have there: a name is never that of two runs."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    "ALTER TABLE deployment ADD COLUMN target TEXT",
    "ALTER TABLE deployment ADD COLUMN remote_id TEXT",
    """
    CREATE TABLE remote_name (
        target TEXT NOT NULL,
        name TEXT NOT NULL,
        run TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (target, name),
        FOREIGN KEY(run) REFERENCES artifact (name)
    )
    """,
    """
    CREATE TRIGGER remote_name_no_update BEFORE UPDATE ON remote_name BEGIN SELECT RAISE(ABORT, 'remote_name rows are written once'); END
    """,
    """
    CREATE TRIGGER remote_name_no_delete BEFORE DELETE ON remote_name BEGIN SELECT RAISE(ABORT, 'remote_name rows are written once'); END
    """,
    """
    CREATE TRIGGER remote_name_no_replace BEFORE INSERT ON remote_name WHEN EXISTS (SELECT 1 FROM remote_name WHERE target = NEW.target AND name = NEW.name) BEGIN SELECT RAISE(ABORT, 'remote_name rows are written once'); END
    """,
]
