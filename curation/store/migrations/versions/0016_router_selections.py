"""Runs that were selected to answer in a router, and who registered a name in a runtime, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    "ALTER TABLE remote_name ADD COLUMN by TEXT",
    "ALTER TABLE remote_name ADD COLUMN reason TEXT",
    """
    CREATE TABLE router_selection (
        id INTEGER NOT NULL,
        run TEXT NOT NULL,
        by TEXT NOT NULL,
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(run) REFERENCES artifact (name)
    )
    """,
    """
    CREATE TRIGGER router_selection_no_update BEFORE UPDATE ON router_selection BEGIN SELECT RAISE(ABORT, 'router_selection rows are written once'); END
    """,
    """
    CREATE TRIGGER router_selection_no_delete BEFORE DELETE ON router_selection BEGIN SELECT RAISE(ABORT, 'router_selection rows are written once'); END
    """,
    """
    CREATE TRIGGER router_selection_no_replace BEFORE INSERT ON router_selection WHEN EXISTS (SELECT 1 FROM router_selection WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'router_selection rows are written once'); END
    """,
]
