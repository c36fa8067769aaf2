"""Which model wrote the rows of a source, or one of its rows; row 0 stands for all rows that name none."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE origin_model (
        source_id TEXT NOT NULL,
        "row" INTEGER NOT NULL,
        model TEXT NOT NULL,
        PRIMARY KEY (source_id, "row"),
        FOREIGN KEY(source_id) REFERENCES source (id)
    )
    """,
    """
    CREATE TRIGGER origin_model_no_update BEFORE UPDATE ON origin_model BEGIN SELECT RAISE(ABORT, 'origin_model rows are written once'); END
    """,
    """
    CREATE TRIGGER origin_model_no_delete BEFORE DELETE ON origin_model BEGIN SELECT RAISE(ABORT, 'origin_model rows are written once'); END
    """,
    """
    CREATE TRIGGER origin_model_no_replace BEFORE INSERT ON origin_model WHEN EXISTS (SELECT 1 FROM origin_model WHERE source_id = NEW.source_id AND "row" = NEW."row") BEGIN SELECT RAISE(ABORT, 'origin_model rows are written once'); END
    """,
]
