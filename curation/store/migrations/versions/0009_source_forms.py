"""What the first source of a record held beside its content, such as the text of its calls."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(sa.text(statement))


STATEMENTS = [
    """
    CREATE TABLE source_form (
        record_id TEXT NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (record_id),
        FOREIGN KEY(record_id) REFERENCES record (id)
    )
    """,
    """
    CREATE TRIGGER source_form_no_update BEFORE UPDATE ON source_form BEGIN SELECT RAISE(ABORT, 'source_form rows are written once'); END
    """,
    """
    CREATE TRIGGER source_form_no_replace BEFORE INSERT ON source_form WHEN EXISTS (SELECT 1 FROM source_form WHERE record_id = NEW.record_id) BEGIN SELECT RAISE(ABORT, 'source_form rows are written once'); END
    """,
]
